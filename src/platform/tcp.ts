import { connect, type Socket } from 'node:net'
import { type Bytes, concat } from '../core/bytes/bytes.ts'
import type { Env } from '../core/env.ts'
import type { TracedAddress } from '../core/trace/events.ts'
import { type Line, type LineEvents, type Request, requestFrom, systemError } from './line.ts'

/**
 * A stream with a 4-octet length before each message (RFC 4120 §7.2.2). An answer above 1 MiB, one whose high length bit is set,
 * or one that is not complete within the holding time after the connection came up ends the line.
 */
export class TcpLine implements Line {
  readonly to: TracedAddress
  state: Line['state'] = 'fresh'
  outcome = 'not tried'
  readonly #events: LineEvents
  readonly #env: Pick<Env, 'trace'>
  readonly #holdMs: number
  #socket: Socket | undefined
  #hold: NodeJS.Timeout | undefined
  /** What has come, `#length` octets of it; grows as they come, never ahead on a stranger's word. */
  #received: Bytes = new Uint8Array(4096)
  #length = 0

  constructor(to: TracedAddress, holdMs: number, events: LineEvents, env: Pick<Env, 'trace'>) {
    this.to = to
    this.#holdMs = holdMs
    this.#events = events
    this.#env = env
  }

  send(request: Request): boolean {
    if (this.state !== 'fresh') return false
    this.state = 'open'
    this.outcome = 'no connection'
    this.#env.trace({ event: 'tcp-connecting', to: this.to })
    const socket = connect({ host: this.to.address, port: this.to.port, noDelay: true })
    this.#socket = socket
    socket.on('connect', () => this.#connected(requestFrom(request, socket.localAddress ?? this.to.address)))
    socket.on('data', chunk => this.#data(chunk))
    socket.on('end', () => this.#failed({ number: 0, text: 'connection closed without an answer' }))
    socket.on('error', error => this.#failed(systemError(error)))
    return true
  }

  close(outcome?: string): void {
    if (outcome !== undefined) this.outcome = outcome
    this.state = 'dead'
    clearTimeout(this.#hold)
    if (this.#socket === undefined) return
    this.#env.trace({ event: 'tcp-closing', to: this.to })
    this.#socket.destroy()
    this.#socket = undefined
  }

  #connected(request: Bytes): void {
    if (this.#socket === undefined) return
    this.state = 'held'
    this.outcome = 'no answer'
    this.#hold = setTimeout(() => this.#failed({ number: 0, text: 'no complete answer in time' }), this.#holdMs)
    this.#env.trace({ event: 'tcp-sending', to: this.to })
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, request.length)
    this.#socket.write(concat(length, request))
    this.#events.changed(this)
  }

  #data(chunk: Bytes): void {
    if (this.#socket === undefined) return
    if (this.#length + chunk.length > this.#received.length) {
      const larger = new Uint8Array(2 * (this.#length + chunk.length))
      larger.set(this.#received.subarray(0, this.#length))
      this.#received = larger
    }
    this.#received.set(chunk, this.#length)
    this.#length += chunk.length
    if (this.#length < 4) return
    const expected = new DataView(this.#received.buffer).getUint32(0)
    if (expected > MAX_ANSWER_BYTES) this.#failed({ number: 0, text: 'answer too big' })
    else if (this.#length >= 4 + expected) this.#events.answer(this, this.#received.slice(4, 4 + expected))
  }

  #failed(error: { readonly number: number; readonly text: string }): void {
    if (this.#socket === undefined) return
    this.#env.trace(
      this.state === 'held' ? { event: 'tcp-receive-error', from: this.to, error } : { event: 'tcp-connect-error', to: this.to, error },
    )
    this.close(error.text.toLowerCase())
    this.#events.changed(this)
  }
}

const MAX_ANSWER_BYTES = 1 << 20
