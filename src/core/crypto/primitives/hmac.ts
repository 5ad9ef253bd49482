import { hash } from 'node:crypto'
import type { Bytes } from '../../bytes/bytes.ts'
import { sameSecret } from './constant-time.ts'

export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha384'

/**
 * HMAC (RFC 2104) under one key of at most one block, as two one-shot hashes: half the cost of an Hmac object, which cannot be
 * used twice. The message stands in a frame that begins with room for the inner pad, so that nothing is copied.
 */
export class HmacKey {
  readonly #hash: HashName
  readonly #innerPad: Buffer
  /** Outer pad and, behind it, the inner hash. */
  readonly #outer: Buffer

  constructor(name: HashName, key: Bytes) {
    const block = BLOCK_BYTES[name]
    if (key.length > block) throw new Error('HMAC key is longer than a block')
    this.#hash = name
    this.#innerPad = Buffer.alloc(block, 0x36)
    this.#outer = Buffer.alloc(block + HASH_BYTES[name], 0x5c)
    for (let i = 0; i < key.length; i++) {
      this.#innerPad[i]! ^= key[i]!
      this.#outer[i]! ^= key[i]!
    }
  }

  /** Octets to leave free at the start of a frame. */
  get room(): number {
    return this.#innerPad.length
  }

  /** Writes the first `length` octets of the HMAC of what follows the room in `frame` into `out` at `at`. The room is zero afterwards. */
  sign(frame: Buffer, out: Buffer, at: number, length: number): void {
    const block = this.#innerPad.length
    frame.set(this.#innerPad)
    this.#outer.write(hash(this.#hash, frame, 'binary'), block, 'binary')
    frame.fill(0, 0, block)
    out.write(hash(this.#hash, this.#outer, 'binary'), at, length, 'binary')
  }

  /** Whether `tag` is how the HMAC of what follows the room in `frame` begins, in constant time. */
  verify(frame: Buffer, tag: Bytes): boolean {
    const expected = Buffer.alloc(tag.length)
    this.sign(frame, expected, 0, tag.length)
    return tag.length <= HASH_BYTES[this.#hash] && sameSecret(expected, tag)
  }

  /** First `length` octets of the HMAC of `parts`, one after the other. */
  digest(length: number, ...parts: readonly Bytes[]): Bytes {
    const frame = this.#frame(parts)
    const out = new Uint8Array(length)
    this.sign(frame, Buffer.from(out.buffer), 0, length)
    return out
  }

  #frame(parts: readonly Bytes[]): Buffer {
    const frame = Buffer.alloc(parts.reduce((sum, part) => sum + part.length, this.room))
    let at = this.room
    for (const part of parts) {
      frame.set(part, at)
      at += part.length
    }
    return frame
  }
}

export const HASH_BYTES: Readonly<Record<HashName, number>> = { md5: 16, sha1: 20, sha256: 32, sha384: 48 }

const BLOCK_BYTES: Readonly<Record<HashName, number>> = { md5: 64, sha1: 64, sha256: 64, sha384: 128 }
