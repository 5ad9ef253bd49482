import type { Bytes } from '../../bytes/bytes.ts'
import type { Cbc } from './cbc.ts'

/** CMAC (NIST SP 800-38B, RFC 4493) over a cipher with 16-octet blocks: the last block of CBC over the message, its last block masked. */
export class CmacKey {
  readonly #cbc: Cbc
  readonly #maskWhole: Bytes
  readonly #maskPadded: Bytes

  constructor(cbc: Cbc) {
    this.#cbc = cbc
    this.#maskWhole = doubled(cbc.encrypt(new Uint8Array(BLOCK)))
    this.#maskPadded = doubled(this.#maskWhole)
  }

  /** First `length` octets of the CMAC of `parts`, one after the other. */
  digest(length: number, ...parts: readonly Bytes[]): Bytes {
    let size = 0
    for (const part of parts) size += part.length
    const frame = new Uint8Array(Math.max(1, Math.ceil(size / BLOCK)) * BLOCK)
    let at = 0
    for (const part of parts) {
      frame.set(part, at)
      at += part.length
    }
    if (at < frame.length) frame[at] = 0x80
    const mask = at < frame.length ? this.#maskPadded : this.#maskWhole
    for (let i = 0; i < BLOCK; i++) frame[frame.length - BLOCK + i]! ^= mask[i]!
    const start = frame.length - BLOCK
    return new Uint8Array(this.#cbc.encrypt(frame).subarray(start, start + length))
  }
}

/** Multiplied by x in GF(2^128). */
function doubled(block: Bytes): Bytes {
  const out = new Uint8Array(BLOCK)
  for (let i = 0; i < BLOCK; i++) out[i] = (block[i]! << 1) | ((block[i + 1] ?? 0) >>> 7)
  if (block[0]! & 0x80) out[BLOCK - 1]! ^= 0x87
  return out
}

const BLOCK = 16
