import type { Bytes } from '../bytes/bytes.ts'

/**
 * Triple DES pads what it encrypts and does not say by how much (RFC 3961 §5.3). Everything in EncryptedData is DER (RFC 4120 §5.1),
 * which says where it ends: octets beyond that, fewer than `padTo`, are padding. Anything else is left for the decoder to refuse.
 */
export function withoutPadding(plaintext: Bytes, padTo: number): Bytes {
  if (padTo === 1) return plaintext
  const end = endOfDer(plaintext)
  return end !== undefined && end <= plaintext.length && plaintext.length - end < padTo ? plaintext.subarray(0, end) : plaintext
}

/** Where the value with the one-octet tag at the beginning ends; undefined when its length makes no sense. */
function endOfDer(octets: Bytes): number | undefined {
  const [, first] = octets
  if (first === undefined || first < 0x80) return first === undefined ? undefined : 2 + first
  const count = first & 0x7f
  if (count === 0 || count > 4 || octets.length < 2 + count) return undefined
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + octets[2 + i]!
  return 2 + count + length
}
