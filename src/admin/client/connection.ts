import type { Bytes } from '../../core/bytes/bytes.ts'
import type { OctetStream } from '../../core/channel.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { markRecord, RecordAssembler } from '../wire/record-mark.ts'

/**
 * RPC records on a stream: what is sent is answered in its order, so that any number of calls may be under way. A broken connection
 * fails everything that waits and everything that comes later with `KADM5_RPC_ERROR`.
 */
export class RecordConnection {
  readonly #stream: OctetStream
  readonly #assembler = new RecordAssembler(ANSWERS)
  readonly #waiting: Waiting[] = []
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
      this.#waiting.push({ resolve, reject })
      if (!this.#reading) void this.#read()
    })
  }

  close(): void {
    this.#stream.close()
  }

  async #read(): Promise<void> {
    this.#reading = true
    try {
      while (this.#waiting.length > 0) {
        for (const answer of this.#assembler.push(await this.#stream.receive())) this.#waiting.shift()?.resolve(answer)
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#reading = false
  }

  #fail(error: unknown): void {
    const why = error instanceof KrbError ? error.message.toLowerCase() : String(error)
    this.#failure = new KrbError('KADM5_RPC_ERROR', {}, { hints: [`${this.#stream.peer}: ${why}`], cause: error })
    this.#stream.close()
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
  }
}

interface Waiting {
  resolve(answer: Bytes): void
  reject(error: unknown): void
}

/** Room for the names of ten million principals. */
const ANSWERS = { maxOctets: 512 << 20, maxFragments: 1 << 20 }
