import type { Bytes } from '../../core/bytes/bytes.ts'
import { Reader } from '../../core/bytes/reader.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { Writer } from '../../core/bytes/writer.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { Secret } from '../../core/secret/secret.ts'

/**
 * External Data Representation (RFC 4506): everything big-endian, in units of four octets. Whatever is malformed throws
 * `KADM5_XDR_FAILURE` with the caller's name for the field; lengths and counts are compared with what is left before anything
 * is allocated. Results are views of the input, except what `nullableSecret` gives.
 */
export class XdrReader {
  readonly #octets: Bytes
  readonly #reader: Reader

  constructor(octets: Bytes) {
    this.#octets = octets
    this.#reader = new Reader(octets, ({ field }) => malformed(field))
  }

  get offset(): number {
    return this.#reader.offset
  }

  get left(): number {
    return this.#reader.left
  }

  u32(field: string): number {
    return this.#reader.u32(field)
  }

  i32(field: string): number {
    return this.#reader.i32(field)
  }

  /** Any number but 0 is true, as every RPC library has it. */
  bool(field: string): boolean {
    return this.#reader.u32(field) !== 0
  }

  /** opaque<most>: residual octets have to be zero (RFC 4506 §4.10). */
  opaque(field: string, most = Number.POSITIVE_INFINITY): Bytes {
    const length = this.#reader.u32(field)
    if (length > most || length > this.#reader.left) throw malformed(field)
    const value = this.#reader.bytes(length, field)
    for (const octet of this.#reader.bytes(padding(length), field)) if (octet !== 0) throw malformed(field)
    return value
  }

  /** kadm5's string: its length counts a final NUL, and 0 stands for no string. */
  nullableString(field: string): string | undefined {
    const value = this.#nullable(field)
    return value === undefined ? undefined : decodeText(value)
  }

  /** As `nullableString`, copied: the caller wipes what was received. */
  nullableSecret(field: string): Secret | undefined {
    const value = this.#nullable(field)
    return value === undefined ? undefined : Secret.copyOf(value)
  }

  /** kadm5's pointer: a bool that says *is null*, then the value unless it is. */
  nullable<T>(field: string, read: () => T): T | undefined {
    return this.bool(field) ? undefined : read()
  }

  /** array<>: `least` octets is the smallest that one element can be, so that a count that lies costs nothing. */
  array<T>(field: string, least: number, read: () => T): T[] {
    const count = this.#reader.u32(field)
    if (count > Math.floor(this.#reader.left / least)) throw malformed(field)
    return Array.from({ length: count }, read)
  }

  /** All that was not read yet. */
  rest(): Bytes {
    return this.#reader.bytes(this.#reader.left, 'rest')
  }

  /** What was read so far. */
  soFar(): Bytes {
    return this.#octets.subarray(0, this.#reader.offset)
  }

  /** Throws when something is left. */
  end(): void {
    if (this.#reader.left > 0) throw malformed('end')
  }

  #nullable(field: string): Bytes | undefined {
    const value = this.opaque(field)
    if (value.length === 0) return undefined
    if (value.indexOf(0) !== value.length - 1) throw malformed(field)
    return value.subarray(0, -1)
  }
}

/** Writes what `XdrReader` reads. What it held is zeroed by `finish`, since it may have been keys. */
export class XdrWriter {
  readonly #writer = new Writer()

  /** Signed numbers too: they are taken modulo 2^32. */
  u32(value: number): this {
    this.#writer.u32(value)
    return this
  }

  bool(value: boolean): this {
    this.#writer.u32(value ? 1 : 0)
    return this
  }

  opaque(value: Bytes): this {
    this.#writer.u32(value.length).bytes(value).zeros(padding(value.length))
    return this
  }

  /** Throws `KADM5_XDR_FAILURE` for a string with a NUL inside, which nobody could read. */
  nullableString(value: string | undefined): this {
    return value === undefined ? this.u32(0) : this.#nullTerminated(encodeText(value))
  }

  nullableSecret(value: Secret | undefined): this {
    return value === undefined ? this.u32(0) : value.use(octets => this.#nullTerminated(octets))
  }

  nullable<T>(value: T | undefined, write: (value: T) => void): this {
    this.bool(value === undefined)
    if (value !== undefined) write(value)
    return this
  }

  array<T>(values: readonly T[], write: (value: T) => void): this {
    this.u32(values.length)
    for (const value of values) write(value)
    return this
  }

  /** Octets that are XDR already. */
  raw(value: Bytes): this {
    this.#writer.bytes(value)
    return this
  }

  finish(): Bytes {
    return this.#writer.finish()
  }

  #nullTerminated(octets: Bytes): this {
    if (octets.includes(0)) throw malformed('string')
    this.#writer
      .u32(octets.length + 1)
      .bytes(octets)
      .zeros(1 + padding(octets.length + 1))
    return this
  }
}

/** The error of every malformed value in this room: `field` names what could not be read. */
export function malformed(field: string): KrbError {
  return new KrbError('KADM5_XDR_FAILURE', { field })
}

function padding(length: number): number {
  return -length & 3
}
