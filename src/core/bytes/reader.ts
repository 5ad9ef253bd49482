import type { Bytes } from './bytes.ts'
import { decodeText } from './text.ts'

export type ByteOrder = 'big' | 'little'

/** Makes the error for a read that wants more octets than are left. */
export type ShortRead = (at: Place) => Error

/** Where a read stood: `field` is the caller's name for what it wanted. */
interface Place {
  readonly field: string
  readonly offset: number
  readonly wanted: number
  readonly left: number
}

/**
 * A cursor over untrusted octets. Every read is checked against the end first, so that a hostile length never allocates; a read that
 * does not fit throws what `short` makes and leaves the cursor where it was.
 */
export class Reader {
  readonly #octets: Bytes
  readonly #view: DataView
  readonly #short: ShortRead
  readonly #little: boolean
  #buffer: Buffer | undefined
  #at = 0

  constructor(octets: Bytes, short: ShortRead, order: ByteOrder = 'big') {
    this.#octets = octets
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
    this.#short = short
    this.#little = order === 'little'
  }

  get offset(): number {
    return this.#at
  }

  get left(): number {
    return this.#octets.length - this.#at
  }

  /** All octets, those already read included. */
  get length(): number {
    return this.#octets.length
  }

  u8(field: string): number {
    return this.#octets[this.#advance(1, field)]!
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#advance(2, field), this.#little)
  }

  i16(field: string): number {
    return this.#view.getInt16(this.#advance(2, field), this.#little)
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#advance(4, field), this.#little)
  }

  i32(field: string): number {
    return this.#view.getInt32(this.#advance(4, field), this.#little)
  }

  u64(field: string): bigint {
    return this.#view.getBigUint64(this.#advance(8, field), this.#little)
  }

  /** A view, not a copy. */
  bytes(length: number, field: string): Bytes {
    const at = this.#advance(length, field)
    return this.#octets.subarray(at, at + length)
  }

  /** As `decodeText` of that many octets. */
  text(length: number, field: string): string {
    const at = this.#advance(length, field)
    const octets = this.#octets
    for (let i = at; i < at + length; i++) if (octets[i]! >= 0x80) return decodeText(octets.subarray(at, at + length))
    this.#buffer ??= Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    return this.#buffer.toString('latin1', at, at + length)
  }

  /** Passes over that many octets and gives the offset where they begin, for readers of whole blocks. */
  skip(length: number, field: string): number {
    return this.#advance(length, field)
  }

  #advance(wanted: number, field: string): number {
    const at = this.#at
    if (wanted > this.#octets.length - at) throw this.#short({ field, offset: at, wanted, left: this.#octets.length - at })
    this.#at = at + wanted
    return at
  }
}
