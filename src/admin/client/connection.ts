import type { Bytes } from '../../core/bytes/bytes.ts'
import type { OctetStream } from '../../core/channel.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { markRecord, RecordAssembler } from '../wire/record-mark.ts'
import { XdrReader } from '../wire/xdr.ts'

/**
 * RPC records on a stream, any number of calls under way: an answer has its call's xid. A broken connection, and an answer that nobody
 * waits for, fails everything that waits and everything that comes later with `KADM5_RPC_ERROR`.
 */
export class RecordConnection {
  readonly #stream: OctetStream
  readonly #assembler = new RecordAssembler(ANSWERS)
  readonly #waiting = new Map<number, Waiting>()
  #failure: KrbError | undefined
  #reading = false

  constructor(stream: OctetStream) {
    this.#stream = stream
  }

  /** The record is on its way before this returns. */
  exchange(record: Bytes): Promise<Bytes> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#stream.send(markRecord(record))
    return new Promise((resolve, reject) => {
      this.#waiting.set(xidOf(record), { resolve, reject })
      if (!this.#reading) void this.#read()
    })
  }

  close(): void {
    this.#stream.close()
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      while (this.#waiting.size > 0) {
        for (const answer of this.#assembler.push(await this.#stream.receive())) this.#answered(answer)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#reading = false
  }

  #answered(answer: Bytes): void {
    const xid = xidOf(answer)
    const waiting = this.#waiting.get(xid)
    if (waiting === undefined) throw new KrbError('KADM5_RPC_ERROR', {}, { text: 'an answer to no call' })
    this.#waiting.delete(xid)
    waiting.resolve(answer)
  }

  #fail(error: unknown): void {
    const why = error instanceof KrbError ? error.message.toLowerCase() : String(error)
    this.#failure = new KrbError('KADM5_RPC_ERROR', {}, { hints: [`${this.#stream.peer}: ${why}`], cause: error })
    this.#stream.close()
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}

interface Waiting {
  resolve(answer: Bytes): void
  reject(error: unknown): void
}

/** Both calls and replies begin with it (RFC 5531 §9). Throws `KADM5_XDR_FAILURE` for a record that has none. */
function xidOf(record: Bytes): number {
  return new XdrReader(record).u32('xid')
}

/** Room for the names of ten million principals. */
const ANSWERS = { maxOctets: 512 << 20, maxFragments: 1 << 20 }
