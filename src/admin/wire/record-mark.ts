import { type Bytes, concat } from '../../core/bytes/bytes.ts'
import { Writer } from '../../core/bytes/writer.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

/** What MIT's library sends at most in one fragment: its buffer of 4000 octets without the mark. */
export const MIT_FRAGMENT = 3996

/** Record marking (RFC 5531 §11): each fragment behind four octets, the top bit for the last one and its length. */
export function markRecord(record: Bytes, fragment = MIT_FRAGMENT): Bytes {
  const writer = new Writer('big', record.length + 64)
  for (let at = 0; ; at += fragment) {
    const part = record.subarray(at, at + fragment)
    const last = at + fragment >= record.length
    writer.u32((last ? LAST_FRAGMENT : 0) + part.length).bytes(part)
    if (last) return writer.finish()
  }
}

export interface RecordLimits {
  /** Octets of one record, all its fragments together. */
  readonly maxOctets: number
  /** Fragments of one record; empty ones count. */
  readonly maxFragments: number
}

/**
 * Puts records together from whatever pieces a connection delivers. Holds at most one incomplete record, and never more of it than has
 * arrived; a mark that promises more than the limits throws `KADM5_RPC_ERROR` when it is read, before its octets come. The
 * connection is of no use after that.
 */
export class RecordAssembler {
  readonly #limits: RecordLimits
  #mark: Bytes = new Uint8Array(0)
  #parts: Bytes[] = []
  #length = 0
  #fragments = 0
  #wanted = 0
  #last = false
  #inFragment = false

  constructor(limits: RecordLimits) {
    this.#limits = limits
  }

  /** Whether a record has begun and is not complete. */
  get midway(): boolean {
    return this.#mark.length > 0 || this.#fragments > 0
  }

  /** The records that `chunk` completes, in order. */
  push(chunk: Bytes): Bytes[] {
    const complete: Bytes[] = []
    let rest = chunk
    while (rest.length > 0) {
      if (!this.#inFragment) rest = this.#takeMark(rest)
      else rest = this.#takeBody(rest)
      if (this.#inFragment && this.#wanted === 0) this.#endFragment(complete)
    }
    return complete
  }

  #takeMark(octets: Bytes): Bytes {
    const take = MARK_LENGTH - this.#mark.length
    this.#mark = concat(this.#mark, octets.subarray(0, take))
    if (this.#mark.length === MARK_LENGTH) this.#beginFragment()
    return octets.subarray(take)
  }

  #beginFragment(): void {
    const mark = new DataView(this.#mark.buffer).getUint32(0)
    this.#mark = new Uint8Array(0)
    this.#last = mark >= LAST_FRAGMENT
    this.#wanted = mark % LAST_FRAGMENT
    this.#fragments++
    if (this.#fragments > this.#limits.maxFragments || this.#length + this.#wanted > this.#limits.maxOctets) {
      throw new KrbError('KADM5_RPC_ERROR', { length: this.#length + this.#wanted, fragments: this.#fragments })
    }
    this.#inFragment = true
  }

  #takeBody(octets: Bytes): Bytes {
    const part = octets.slice(0, this.#wanted)
    this.#parts.push(part)
    this.#length += part.length
    this.#wanted -= part.length
    if (this.#parts.length > PARTS_BEFORE_JOIN) this.#parts = [concat(...this.#parts)]
    return octets.subarray(part.length)
  }

  #endFragment(complete: Bytes[]): void {
    this.#inFragment = false
    if (!this.#last) return
    complete.push(concat(...this.#parts))
    this.#parts = []
    this.#length = 0
    this.#fragments = 0
  }
}

const MARK_LENGTH = 4
const LAST_FRAGMENT = 0x80000000
/** A peer that sends single octets costs no more than an array of this many views beside the octets. */
const PARTS_BEFORE_JOIN = 1024
