import type { Bytes } from '../../bytes/bytes.ts'
import type { Cbc } from './cbc.ts'

/**
 * CBC with ciphertext stealing over 16-octet blocks, zero initial vector (RFC 3962 §5): CBC of the zero-padded text with the last
 * two blocks exchanged and the result cut to the length of the text. One block alone is plain CBC; nothing shorter exists.
 * `padded` is the text, `length` octets, followed by zeros up to a whole block; the call spoils it.
 */
export function ctsEncrypt(cbc: Cbc, padded: Bytes, length: number): Bytes {
  const out = cbc.encrypt(padded)
  if (out.length > BLOCK) exchangeLastBlocks(out)
  return out.subarray(0, length)
}

/** The reverse, for 16 octets or more. */
export function ctsDecrypt(cbc: Cbc, ciphertext: Bytes): Bytes {
  const length = ciphertext.length
  if (length === BLOCK) return cbc.decrypt(ciphertext)
  const whole = Math.ceil(length / BLOCK) * BLOCK
  const blocks = Buffer.allocUnsafe(whole)
  blocks.set(ciphertext)
  if (length < whole) restoreStolen(cbc, blocks, length)
  exchangeLastBlocks(blocks)
  return cbc.decrypt(blocks).subarray(0, length)
}

/** What is missing from the short block is the tail of the deciphered full one, because the text was padded with zeros. */
function restoreStolen(cbc: Cbc, blocks: Bytes, length: number): void {
  const end = blocks.length
  const deciphered = cbc.decrypt(blocks.subarray(end - 2 * BLOCK, end - BLOCK))
  for (let i = length; i < end; i++) blocks[i] = deciphered[i - (end - BLOCK)]!
}

function exchangeLastBlocks(blocks: Bytes): void {
  for (let last = blocks.length - BLOCK; last < blocks.length; last++) {
    const octet = blocks[last]!
    blocks[last] = blocks[last - BLOCK]!
    blocks[last - BLOCK] = octet
  }
}

const BLOCK = 16
