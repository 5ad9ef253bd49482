import { createSocket, type Socket } from 'node:dgram'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { Env } from '../core/env.ts'
import type { TracedAddress } from '../core/trace/events.ts'
import { type Line, type LineEvents, type Request, requestFrom, systemError } from './line.ts'

/** A connected datagram socket: only that peer's answers arrive, and a refusal by ICMP is noticed at once. */
export class UdpLine implements Line {
  readonly to: TracedAddress
  state: Line['state'] = 'fresh'
  outcome = 'not tried'
  readonly #family: 4 | 6
  readonly #events: LineEvents
  readonly #env: Pick<Env, 'trace'>
  #socket: Socket | undefined
  /** As sent: repeats are the same octets. */
  #sent: Bytes | undefined

  constructor(to: TracedAddress, family: 4 | 6, events: LineEvents, env: Pick<Env, 'trace'>) {
    this.to = to
    this.#family = family
    this.#events = events
    this.#env = env
  }

  send(request: Request): boolean {
    if (this.state === 'dead') return false
    const again = this.state === 'open'
    this.state = 'open'
    this.outcome = 'no answer'
    this.#env.trace({ event: 'udp-sending', to: this.to, again })
    if (this.#socket === undefined) this.#connect(request)
    else if (this.#sent !== undefined) this.#transmit(this.#socket, this.#sent)
    return true
  }

  close(outcome?: string): void {
    if (outcome !== undefined) this.outcome = outcome
    this.state = 'dead'
    this.#socket?.close()
    this.#socket = undefined
  }

  #connect(request: Request): void {
    const family = this.#family
    // The address is a literal: no thread of the resolver's pool has to wake up for it.
    const lookup = (host: string, _options: unknown, found: (error: null, address: string, family: number) => void) =>
      found(null, host, family)
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: lookup as never })
    this.#socket = socket
    socket.on('message', message => {
      if (this.#socket === socket) this.#events.answer(this, new Uint8Array(message))
    })
    socket.on('error', error => this.#failed(socket, error, 'udp-receive-error'))
    socket.connect(this.to.port, this.to.address, (error?: Error) => {
      if (this.#socket !== socket) return
      if (error !== undefined && error !== null) return this.#failed(socket, error, 'udp-send-error')
      this.#sent = requestFrom(request, socket.address().address)
      this.#transmit(socket, this.#sent)
    })
  }

  #transmit(socket: Socket, request: Bytes): void {
    socket.send(request, error => {
      if (error !== null) this.#failed(socket, error, 'udp-send-error')
    })
  }

  #failed(socket: Socket, error: NodeJS.ErrnoException, event: 'udp-send-error' | 'udp-receive-error'): void {
    if (this.#socket !== socket) return
    const result = systemError(error)
    this.#env.trace(event === 'udp-send-error' ? { event, to: this.to, error: result } : { event, from: this.to, error: result })
    this.close(result.text.toLowerCase())
    this.#events.changed(this)
  }
}
