import type { Socket } from 'node:net'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Outbox } from '../../kdc/server/outbox.ts'
import { markRecord, RecordAssembler } from '../wire/record-mark.ts'
import { type AdminLimits, MAX_FRAGMENTS } from './limits.ts'
import type { Conversation, Seal } from './service.ts'

export interface ConnectionParts {
  readonly outbox: Outbox
  readonly limits: AdminLimits
  /** Told of what must not happen. */
  readonly complain: (error: unknown) => void
  readonly ended: (connection: AdminConnection) => void
}

/**
 * One client's connection: records in, replies out in the order of their calls, whenever each of them is ready. A client that does not take its replies, or has
 * many calls under way, is not read from.
 */
export class AdminConnection {
  readonly #socket: Socket
  readonly #conversation: Conversation
  readonly #parts: ConnectionParts
  readonly #strangerTimer: NodeJS.Timeout
  readonly #waiting: Bytes[] = []
  #assembler: RecordAssembler
  #large = false
  #recordTimer: NodeJS.Timeout | undefined
  #replies: Promise<void> = Promise.resolve()
  #taking = false
  #ending = false
  #over = false
  #calls = 0
  #octets = 0

  constructor(socket: Socket, conversation: Conversation, parts: ConnectionParts) {
    const { limits } = parts
    this.#socket = socket
    this.#conversation = conversation
    this.#parts = parts
    this.#assembler = new RecordAssembler({ maxOctets: limits.maxStrangerOctets, maxFragments: MAX_FRAGMENTS })
    this.#strangerTimer = setTimeout(() => this.drop(), limits.strangerMs).unref()
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('data', chunk => this.#push(chunk))
    socket.on('drain', () => this.#readOn())
    socket.on('end', () => {
      this.#ending = true
      this.#endWhenDone()
    })
    socket.on('error', () => this.drop())
    socket.on('close', () => this.drop())
  }

  get trusted(): boolean {
    return this.#conversation.trusted
  }

  drop(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#strangerTimer)
    clearTimeout(this.#recordTimer)
    this.#waiting.length = 0
    this.#socket.destroy()
    this.#parts.ended(this)
  }

  #push(chunk: Bytes): void {
    try {
      for (const record of this.#assembler.push(chunk)) {
        this.#waiting.push(record)
        this.#calls++
        this.#octets += record.length
      }
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      // Whatever comes behind a mark that promises too much cannot be told apart from its record.
      this.drop()
      return
    }
    this.#watchRecord()
    if (this.#isFull()) this.#socket.pause()
    void this.#takeAll()
  }

  /** Half a record is not waited for as long as a client may be silent between two. */
  #watchRecord(): void {
    if (!this.#assembler.midway) {
      clearTimeout(this.#recordTimer)
      this.#recordTimer = undefined
    } else this.#recordTimer ??= setTimeout(() => this.drop(), this.#parts.limits.recordMs).unref()
  }

  async #takeAll(): Promise<void> {
    if (this.#taking) return
    this.#taking = true
    try {
      for (let record = this.#waiting.shift(); record !== undefined; record = this.#waiting.shift()) {
        const { taken, reply } = this.#conversation.take(record)
        this.#send(record.length, reply)
        await taken
        if (this.trusted) this.#trust()
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#taking = false
    this.#endWhenDone()
  }

  /** A client that has said all it wants to say still gets its answers. */
  #endWhenDone(): void {
    if (this.#ending && !this.#taking && this.#waiting.length === 0) void this.#replies.then(() => this.#socket.end())
  }

  #trust(): void {
    clearTimeout(this.#strangerTimer)
    if (this.#large || this.#assembler.midway) return
    this.#large = true
    this.#assembler = new RecordAssembler({ maxOctets: this.#parts.limits.maxRecordOctets, maxFragments: MAX_FRAGMENTS })
  }

  /** After all earlier replies, and after the log lines that tell of it. */
  #send(octets: number, reply: Promise<Seal | undefined>): void {
    // It may fail long before its turn comes; that is told then.
    reply.catch(() => undefined)
    this.#replies = this.#replies
      .then(() => reply)
      .then(seal => (seal === undefined || this.#over ? undefined : this.#write(seal())))
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#calls--
        this.#octets -= octets
        this.#readOn()
      })
  }

  #write(reply: Bytes): Promise<void> {
    return new Promise(resolve => {
      this.#parts.outbox.push(
        () => {
          this.#deliver(markRecord(reply))
          resolve()
        },
        () => {
          this.drop()
          resolve()
        },
      )
    })
  }

  /** What is ready in one turn of the event loop leaves in one piece. */
  #deliver(octets: Bytes): void {
    if (this.#over) return
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork()
      process.nextTick(() => this.#socket.uncork())
    }
    this.#socket.write(octets)
  }

  #isFull(): boolean {
    const { maxCalls, maxWaitingOctets } = this.#parts.limits
    return this.#calls >= maxCalls || this.#octets >= maxWaitingOctets || this.#socket.writableNeedDrain
  }

  #readOn(): void {
    if (!this.#over && this.#socket.isPaused() && !this.#isFull()) this.#socket.resume()
  }

  /** A mistake of ours ends this conversation and no other. */
  #fail(error: unknown): void {
    this.#parts.complain(error)
    this.drop()
  }
}

const KEEP_ALIVE_MS = 120_000
