import { type Bytes, EMPTY } from '../bytes/bytes.ts'
import { type ErrorCode, KrbError } from '../errors/krb-error.ts'

/** Identifier octets of the universal types that Kerberos uses (X.690 §8.1.2). */
export const Tag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  UTF8_STRING: 0x0c,
  GENERALIZED_TIME: 0x18,
  GENERAL_STRING: 0x1b,
  SEQUENCE: 0x30,
} as const

/** Identifier octet of an EXPLICIT `[number]`, 0..30. */
export function contextTag(number: number): number {
  return 0xa0 | number
}

/** Identifier octet of an EXPLICIT `[APPLICATION number]`, 0..30. */
export function applicationTag(number: number): number {
  return 0x60 | number
}

/**
 * Cursor over one DER encoding (X.690 §10): definite minimal lengths, one-octet tags, nothing beyond the enclosing value.
 * `open` narrows the cursor to the content of a value, `close` insists that all of it was read. Throws `KrbError` ASN1_* with
 * the `offset` where the trouble is.
 */
export class DerReader {
  readonly octets: Bytes
  at = 0
  end: number
  private text: Buffer | undefined

  constructor(octets: Bytes) {
    if (octets.length > MAX_OCTETS) throw malformed('ASN1_OVERFLOW', 0)
    // A plain view: a Buffer's slices would be Buffers, whose `slice` copies nothing.
    this.octets = octets.constructor === Uint8Array ? octets : new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength)
    this.end = octets.length
  }

  /** Enters the value with this identifier octet; hand the result to `close`. */
  open(tag: number): number {
    const outer = this.end
    if (this.at >= outer) throw malformed('ASN1_OVERRUN', this.at)
    if (this.octets[this.at] !== tag) throw malformed('ASN1_BAD_ID', this.at)
    this.at++
    this.end = this.contentEnd()
    return outer
  }

  close(outer: number): void {
    if (this.at !== this.end) throw malformed('ASN1_BAD_LENGTH', this.at)
    this.end = outer
  }

  /** Identifier octet of the next value; -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.octets[this.at]! : -1
  }

  /** Passes over one value, whatever it is. */
  skip(): void {
    if ((this.octets[this.at]! & 0x1f) === 0x1f) throw malformed('ASN1_BAD_ID', this.at)
    this.at++
    this.at = this.contentEnd()
  }

  finish(): void {
    if (this.at !== this.octets.length) throw malformed('ASN1_BAD_LENGTH', this.at)
  }

  /** INTEGER of at most 33 significant bits, so that every int32 and uint32 fits. */
  integer(): number {
    const outer = this.open(Tag.INTEGER)
    const { octets, at, end } = this
    const length = end - at
    if (length === 0) throw malformed('ASN1_BAD_LENGTH', at)
    const first = octets[at]!
    let value = first >= 0x80 ? first - 0x100 : first
    if (length > 1) {
      const second = octets[at + 1]!
      if ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)) throw malformed('ASN1_BAD_FORMAT', at)
      if (length > 5) throw malformed('ASN1_OVERFLOW', at)
      for (let i = at + 1; i < end; i++) value = value * 0x100 + octets[i]!
    }
    this.at = end
    this.end = outer
    return value
  }

  /** Content of a primitive string type, as a view on the input. */
  view(tag: number): Bytes {
    const outer = this.open(tag)
    const view = this.slice(this.at, this.end)
    this.at = this.end
    this.end = outer
    return view
  }

  /** View on a part of the input. */
  slice(from: number, to: number): Bytes {
    return from === to ? EMPTY : new Uint8Array(this.octets.buffer, this.octets.byteOffset + from, to - from)
  }

  /** Octets `from` to `to` as ASCII text; undefined when one of them is not ASCII. */
  ascii(from: number, to: number): string | undefined {
    const { octets } = this
    for (let i = from; i < to; i++) if (octets[i]! >= 0x80) return undefined
    if (to - from <= SHORT_TEXT) {
      let text = ''
      for (let i = from; i < to; i++) text += String.fromCharCode(octets[i]!)
      return text
    }
    this.text ??= Buffer.from(this.octets.buffer, this.octets.byteOffset, this.octets.byteLength)
    return this.text.toString('latin1', from, to)
  }

  /** Reads the length octets (X.690 §10.1) and gives the offset where the content ends. */
  private contentEnd(): number {
    const { octets, end } = this
    if (this.at >= end) throw malformed('ASN1_OVERRUN', this.at)
    let length = octets[this.at++]!
    if (length >= 0x80) {
      const count = length - 0x80
      if (count === 0) throw malformed('ASN1_INDEF', this.at - 1)
      if (count > 4) throw malformed('ASN1_OVERFLOW', this.at - 1)
      if (this.at + count > end) throw malformed('ASN1_OVERRUN', this.at)
      length = 0
      for (let i = 0; i < count; i++) length = length * 0x100 + octets[this.at + i]!
      if (length < 0x80 || octets[this.at] === 0) throw malformed('ASN1_BAD_FORMAT', this.at)
      this.at += count
    }
    if (length > end - this.at) throw malformed('ASN1_OVERRUN', this.at)
    return this.at + length
  }
}

/** Writes DER backwards into one growing buffer, so that every length is known when its turn comes. */
export class DerWriter {
  /** Octets written so far. */
  size = 0
  private octets: Bytes = allocate(INITIAL_OCTETS)

  /** What was written, as a view on a larger buffer that nobody else writes to. */
  finish(): Bytes {
    return this.octets.subarray(this.octets.length - this.size)
  }

  /** Puts identifier and length octets before what was written since `size` was `since`. */
  header(tag: number, since: number): void {
    const length = this.size - since
    let at = this.room(6)
    const { octets } = this
    const from = at
    if (length < 0x80) octets[--at] = length
    else {
      for (let rest = length; rest > 0; rest >>>= 8) octets[--at] = rest & 0xff
      octets[at - 1] = 0x80 | (from - at)
      at--
    }
    octets[--at] = tag
    this.size += from - at
  }

  raw(bytes: Bytes): void {
    const at = this.room(bytes.length) - bytes.length
    if (bytes.length <= SHORT_COPY) for (let i = 0; i < bytes.length; i++) this.octets[at + i] = bytes[i]!
    else this.octets.set(bytes, at)
    this.size += bytes.length
  }

  octet(value: number): void {
    const at = this.room(1)
    this.octets[at - 1] = value
    this.size++
  }

  /** INTEGER for any int32 or uint32. */
  integer(value: number): void {
    let at = this.room(8)
    const { octets } = this
    const from = at
    let rest = value
    let low: number
    do {
      low = rest & 0xff
      octets[--at] = low
      rest = Math.floor(rest / 0x100)
    } while (rest !== 0 && rest !== -1)
    if (rest === 0 && low >= 0x80) octets[--at] = 0x00
    else if (rest === -1 && low < 0x80) octets[--at] = 0xff
    octets[at - 1] = from - at
    octets[at - 2] = Tag.INTEGER
    this.size += from - at + 2
  }

  /** Text octet by octet; false (and nothing written) when it is not all ASCII. */
  ascii(text: string): boolean {
    const at = this.room(text.length) - text.length
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 0x80) return false
      this.octets[at + i] = code
    }
    this.size += text.length
    return true
  }

  /** Makes sure that `count` more octets fit; gives the offset where the written part begins. */
  private room(count: number): number {
    const at = this.octets.length - this.size
    if (count <= at) return at
    const grown = allocate(Math.max(this.octets.length * 2, this.size + count + INITIAL_OCTETS))
    grown.set(this.finish(), grown.length - this.size)
    // What is left behind may hold a session key.
    this.octets.fill(0)
    this.octets = grown
    return grown.length - this.size
  }
}

export function malformed(code: ErrorCode, offset: number): KrbError {
  return new KrbError(code, { offset })
}

/** From Node's pool: a buffer of its own costs more than the rest of the encoding. */
function allocate(length: number): Bytes {
  const buffer = Buffer.allocUnsafe(length)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length)
}

/** More than any transport lets through; lengths and offsets stay small integers. */
const MAX_OCTETS = 0xff_ffff

const INITIAL_OCTETS = 512

/** Longest text that V8 builds as one flat string by appending. */
const SHORT_TEXT = 12

/** Below this many octets a loop beats the call of `set`. */
const SHORT_COPY = 24
