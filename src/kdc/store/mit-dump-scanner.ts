import type { Bytes } from '../../core/bytes/bytes.ts'

/** Fills a buffer from its beginning and says how many octets came; 0 at the end. */
export type ReadOctets = (into: Uint8Array) => number

/**
 * Reads words and numbers from a stream as C's scanf does, since that is what defines MIT's dumps: any white space separates fields,
 * also line ends. It holds one piece of the file at a time, whatever the size of the file.
 */
export class DumpScanner {
  readonly #read: ReadOctets
  readonly #buffer = Buffer.allocUnsafe(PIECE)
  #at = 0
  #end = 0

  constructor(read: ReadOctets) {
    this.#read = read
  }

  /** The next octet without taking it; -1 at the end. */
  peek(): number {
    return this.#at < this.#end || this.#more(1) ? this.#buffer[this.#at]! : -1
  }

  /** The next octet; -1 at the end. */
  octet(): number {
    return this.#at < this.#end || this.#more(1) ? this.#buffer[this.#at++]! : -1
  }

  skipSpace(): void {
    while (isSpace(this.peek())) this.#at++
  }

  /**
   * What stands before octets that are counted. A dump has one tab there, and what follows it belongs to them, white space too; elsewhere any
   * white space separates.
   */
  separator(): void {
    if (this.peek() === TAB) this.#at++
    else this.skipSpace()
  }

  /** A decimal number after white space, from -2^31 to 2^32 - 1. NaN when there is none, with the reader in front of what is there. */
  number(): number {
    this.skipSpace()
    const sign = this.peek()
    const signed = sign === MINUS || sign === PLUS
    if (signed && !(this.#more(2) && isDigit(this.#buffer[this.#at + 1]!))) return Number.NaN
    if (signed) this.#at++
    else if (!isDigit(sign)) return Number.NaN
    let value = 0
    for (let octet = this.peek(); isDigit(octet); octet = this.peek()) {
      value = value * 10 + (octet - ZERO)
      this.#at++
    }
    if (sign === MINUS) return value <= 0x8000_0000 ? -value : Number.NaN
    return value <= 0xffff_ffff ? value : Number.NaN
  }

  /** Octets up to the next white space, after white space; at most `limit`, and undefined when there are none. */
  word(limit: number): Bytes | undefined {
    this.skipSpace()
    const octets: number[] = []
    for (let octet = this.peek(); octet !== -1 && !isSpace(octet) && octets.length < limit; octet = this.peek()) {
      octets.push(octet)
      this.#at++
    }
    return octets.length === 0 ? undefined : Uint8Array.from(octets)
  }

  /** So many octets as they are, valid until the next call; undefined when there are not as many or that is more than any field may have. */
  octets(count: number): Buffer | undefined {
    if (!this.#more(count)) return undefined
    this.#at += count
    return this.#buffer.subarray(this.#at - count, this.#at)
  }

  /** Pairs of hex digits after white space; undefined for anything else. */
  hex(count: number): Bytes | undefined {
    this.skipSpace()
    if (!this.#more(2 * count)) return undefined
    const out = new Uint8Array(count)
    for (let i = 0, at = this.#at; i < count; i++, at += 2) {
      const high = HEX_VALUES[this.#buffer[at]!]!
      const low = HEX_VALUES[this.#buffer[at + 1]!]!
      if ((high | low) === NO_DIGIT) return undefined
      out[i] = (high << 4) | low
    }
    this.#at += 2 * count
    return out
  }

  /** Makes that many octets stand in one piece. */
  #more(count: number): boolean {
    if (count <= this.#end - this.#at) return true
    if (count > PIECE) return false
    this.#buffer.copyWithin(0, this.#at, this.#end)
    this.#end -= this.#at
    this.#at = 0
    while (this.#end < count) {
      const came = this.#read(this.#buffer.subarray(this.#end))
      if (came === 0) return false
      this.#end += came
    }
    return true
  }
}

function isSpace(octet: number): boolean {
  return octet === 0x20 || (octet >= 0x09 && octet <= 0x0d)
}

function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= 0x39
}

/** No field is longer: names and contents have 16-bit lengths, and a digit pair is two octets. */
const PIECE = 1 << 20
const TAB = 0x09
const ZERO = 0x30
const PLUS = 0x2b
const MINUS = 0x2d

/** 0..15 for hex digits; bits that no digit has for everything else, which also survive the or. */
const NO_DIGIT = 0xff
const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, octet) => {
  const value = Number.parseInt(String.fromCharCode(octet), 16)
  return Number.isNaN(value) ? NO_DIGIT : value
})
