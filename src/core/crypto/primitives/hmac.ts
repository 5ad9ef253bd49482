import { hash } from 'node:crypto'
import type { Bytes } from '../../bytes/bytes.ts'
import { sameSecret } from './constant-time.ts'

export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha384'

/**
 * HMAC (RFC 2104) under one key of at most one block, as two one-shot hashes: a third of the cost of an Hmac object, which cannot be
 * used twice. The message stands in a frame that begins with room for the inner pad, so that nothing is copied.
 */
export class HmacKey {
  /** Octets to leave free at the start of a frame. */
  readonly room: number
  readonly #hash: HashName
  readonly #innerPad: Bytes
  /** The outer pad, and room for the inner hash. */
  readonly #outer: Buffer

  constructor(name: HashName, key: Bytes) {
    this.room = BLOCK_BYTES[name]
    if (key.length > this.room) throw new Error('HMAC key is longer than a block')
    this.#hash = name
    this.#innerPad = new Uint8Array(this.room).fill(0x36)
    this.#outer = Buffer.alloc(this.room + HASH_BYTES[name], 0x5c)
    for (let i = 0; i < key.length; i++) {
      this.#innerPad[i]! ^= key[i]!
      this.#outer[i]! ^= key[i]!
    }
  }

  /** Writes the first `length` octets of the HMAC of what follows the room in `frame` into `out` at `at`. The room is zero afterwards. */
  sign(frame: Buffer, out: Buffer, at: number, length: number): void {
    const { room } = this
    frame.set(this.#innerPad)
    const inner = hash(this.#hash, frame, 'binary')
    frame.fill(0, 0, room)
    this.#outer.write(inner, room, 'binary')
    out.write(hash(this.#hash, this.#outer, 'binary'), at, length, 'binary')
  }

  /** Whether `tag` is how the HMAC of what follows the room in `frame` begins, in constant time. */
  verify(frame: Buffer, tag: Bytes): boolean {
    if (tag.length > HASH_BYTES[this.#hash]) return false
    const expected = Buffer.allocUnsafe(tag.length)
    this.sign(frame, expected, 0, tag.length)
    return sameSecret(expected, tag)
  }

  /** First `length` octets of the HMAC of `parts`, one after the other. */
  digest(length: number, ...parts: readonly Bytes[]): Bytes {
    let size = this.room
    for (const part of parts) size += part.length
    const frame = Buffer.allocUnsafe(size)
    let at = this.room
    for (const part of parts) {
      frame.set(part, at)
      at += part.length
    }
    const out = Buffer.allocUnsafe(length)
    this.sign(frame, out, 0, length)
    return new Uint8Array(out)
  }
}

export const HASH_BYTES: Readonly<Record<HashName, number>> = { md5: 16, sha1: 20, sha256: 32, sha384: 48 }

const BLOCK_BYTES: Readonly<Record<HashName, number>> = { md5: 64, sha1: 64, sha256: 64, sha384: 128 }
