import type { Bytes } from './bytes.ts'
import type { ByteOrder } from './reader.ts'

/**
 * Grows as it is written to. What it holds may be keys: outgrown buffers are zeroed, and so is the last one by `finish`.
 * Numbers are taken modulo their width, so that signed and unsigned values both fit.
 */
export class Writer {
  readonly #little: boolean
  #octets: Bytes
  #view: DataView
  #length = 0

  constructor(order: ByteOrder = 'big', capacity = 512) {
    this.#little = order === 'little'
    this.#octets = new Uint8Array(capacity)
    this.#view = new DataView(this.#octets.buffer)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
    return this
  }

  u16(value: number): this {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value, this.#little)
    return this
  }

  u32(value: number): this {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, this.#little)
    return this
  }

  u64(value: bigint): this {
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, value, this.#little)
    return this
  }

  bytes(value: Bytes): this {
    const at = this.#reserve(value.length)
    this.#octets.set(value, at)
    return this
  }

  zeros(count: number): this {
    this.#reserve(count)
    return this
  }

  /** The octets written, in a buffer of their own. The writer is empty afterwards. */
  finish(): Bytes {
    const out = this.#octets.slice(0, this.#length)
    this.#octets.fill(0, 0, this.#length)
    this.#length = 0
    return out
  }

  /** May put another buffer in place: ask for the room first, then touch `#octets` or `#view`. */
  #reserve(count: number): number {
    const at = this.#length
    if (at + count > this.#octets.length) this.#grow(at + count)
    this.#length = at + count
    return at
  }

  #grow(needed: number): void {
    const bigger = new Uint8Array(Math.max(needed, this.#octets.length * 2))
    bigger.set(this.#octets)
    this.#octets.fill(0)
    this.#octets = bigger
    this.#view = new DataView(bigger.buffer)
  }
}
