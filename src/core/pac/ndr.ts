import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { Writer } from '../bytes/writer.ts'
import { KrbError } from '../errors/krb-error.ts'
import { outOfRange } from './container.ts'
import { type FileTime, fromFileTime } from './file-time.ts'
import { decodeUtf16, encodeUtf16 } from './text.ts'

/**
 * A cursor over one structure in NDR (MS-RPCE §2.2.6, DCE 1.1 RPC ch. 14): little-endian, each number aligned to its size, pointers first as referents and
 * their objects after the structure, in order. Throws `EINVAL` for another encoding, `ERANGE` for what does not fit.
 */
export class NdrReader {
  readonly #input: Reader

  constructor(octets: Bytes) {
    this.#input = new Reader(octets, outOfRange, 'little')
    const version = this.#input.u8('version')
    const drep = this.#input.u8('data representation')
    const headerLength = this.#input.u16('header length')
    this.#input.skip(4, 'filler')
    if (version !== 1 || drep !== LITTLE_ENDIAN || headerLength !== 8) throw new KrbError('EINVAL')
    const length = this.#input.u32('object length')
    this.#input.skip(4, 'filler')
    if (length > this.#input.left) throw outOfRange()
  }

  u8(field: string): number {
    return this.#input.u8(field)
  }

  u16(field: string): number {
    this.#align(2)
    return this.#input.u16(field)
  }

  u32(field: string): number {
    this.#align(4)
    return this.#input.u32(field)
  }

  /** FILETIME is two 32-bit numbers: aligned to 4. */
  time(field: string): FileTime {
    this.#align(4)
    return fromFileTime(this.#input.u64(field))
  }

  octets(length: number, field: string): Bytes {
    return this.#input.bytes(length, field)
  }

  /** Whether the pointer leads anywhere. */
  pointer(field: string): boolean {
    return this.u32(field) !== 0
  }

  /** RPC_UNICODE_STRING (MS-DTYP §2.3.10) where it stands: lengths and pointer. The characters come later, by `text`. */
  string(field: string): boolean {
    this.u16(field)
    this.u16(field)
    return this.pointer(field)
  }

  /** Characters of a string whose pointer leads to them. */
  text(field: string): string {
    this.u32(field)
    this.u32(field)
    const length = this.u32(field)
    if (length * 2 > this.#input.left) throw outOfRange()
    return decodeUtf16(this.#input.bytes(length * 2, field))
  }

  /** The objects of an array that a pointer leads to; `smallest` is the least that one takes, so that a count which lies makes nothing. */
  array<T>(smallest: number, field: string, read: () => T): T[] {
    const count = this.u32(field)
    if (count * smallest > this.#input.left) throw outOfRange()
    return Array.from({ length: count }, read)
  }

  #align(size: number): void {
    const over = this.#input.offset % size
    if (over !== 0) this.#input.skip(size - over, 'padding')
  }
}

/** Writes a structure in NDR; referents are numbered as Windows does. */
export class NdrWriter {
  readonly #body = new Writer('little')
  #referent = 0x00020000

  u16(value: number): this {
    this.#body.u16(value)
    return this
  }

  u32(value: number): this {
    this.#body.u32(value)
    return this
  }

  pointer(): this {
    this.u32(this.#referent)
    this.#referent += 4
    return this
  }

  /** As `NdrReader.string`; the maximum counts a NUL that is not written, as Windows has it. */
  string(text: string): this {
    const length = encodeUtf16(text).length
    return this.u16(length)
      .u16(length + 2)
      .pointer()
  }

  text(text: string): this {
    const octets = encodeUtf16(text)
    this.u32(octets.length / 2 + 1)
      .u32(0)
      .u32(octets.length / 2)
    this.#body.bytes(octets).zeros(octets.length % 4)
    return this
  }

  finish(): Bytes {
    this.#body.zeros((8 - (this.#body.length % 8)) % 8)
    const body = this.#body.finish()
    return new Writer('little').u8(1).u8(LITTLE_ENDIAN).u16(8).u32(0xcccccccc).u32(body.length).u32(0).bytes(body).finish()
  }
}

const LITTLE_ENDIAN = 0x10
