import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { peerAddress } from '../peer-address.ts'
import type { LogSink } from '../realm-desk.ts'
import type { Limits } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { RequestHandler } from './request-handler.ts'

/** A listening stream socket and its connections. */
export interface TcpEndpoint {
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

export interface TcpParts {
  readonly handler: RequestHandler
  readonly outbox: Outbox
  readonly log: LogSink
  readonly limits: Limits
  readonly backlog: number
  /** KRB-ERROR FIELD_TOOLONG. */
  readonly tooLong: () => Bytes
  /** Of all endpoints together. */
  readonly connections: Connections
}

/** All connections of a server, quietest first. */
type Connections = Set<Connection>

/** Throws the errno (`EADDRINUSE`, ...). */
export async function listenTcp(address: string, port: number, parts: TcpParts): Promise<TcpEndpoint> {
  const server = createServer({ noDelay: true }, socket => new Connection(socket, parts))
  server.listen({ host: address, port, backlog: Math.max(parts.backlog, MIN_BACKLOG), ipv6Only: address.includes(':') })
  await once(server, 'listening')
  server.on('error', error => parts.log('error', `TCP socket ${address}: ${error.message}`))
  return { address, port: portOf(server), close: () => close(server, parts.connections) }
}

/** Requests of RFC 4120 §7.2.2: four octets of length, then the message; one after the other, as many as the client likes. */
export class Connection {
  readonly #socket: Socket
  readonly #parts: TcpParts
  readonly #deadline: NodeJS.Timeout
  #waiting: Buffer[] = []
  #octets = 0
  #busy = false

  constructor(socket: Socket, parts: TcpParts) {
    this.#socket = socket
    this.#parts = parts
    const { limits, connections } = parts
    if (connections.size >= limits.maxConnections) connections.values().next().value!.drop()
    connections.add(this)
    this.#deadline = setTimeout(() => this.drop(), limits.totalMs).unref()
    socket.setTimeout(limits.idleMs, () => this.drop())
    socket.on('data', chunk => this.#take(chunk))
    socket.on('error', () => this.drop())
    socket.on('close', () => this.drop())
  }

  /** Octets of unfinished requests. */
  get octets(): number {
    return this.#octets
  }

  drop(): void {
    clearTimeout(this.#deadline)
    this.#parts.connections.delete(this)
    this.#waiting = []
    this.#octets = 0
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    const { connections, limits } = this.#parts
    if (!connections.delete(this)) return
    connections.add(this)
    this.#waiting.push(chunk)
    this.#octets += chunk.length
    if (this.#octets > limits.maxRequestBytes && total(connections) > limits.maxWaitingBytes) this.drop()
    else void this.#serve()
  }

  async #serve(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let request = this.#next(); request !== undefined; request = this.#next()) {
      const reply = await this.#parts.handler.handle(request, peerAddress(this.#socket.remoteAddress ?? ''), 'tcp')
      if (reply === undefined) return this.drop()
      await new Promise<void>(resolve => {
        this.#parts.outbox.push(() => {
          this.#socket.write(framed(reply))
          resolve()
        })
      })
    }
    this.#busy = false
  }

  /** The next whole request, taken out of what waits. */
  #next(): Buffer | undefined {
    if (this.#octets < 4) return undefined
    const head = this.#gathered(4)
    const length = head.readUInt32BE(0)
    if (length > this.#parts.limits.maxRequestBytes) {
      // Out of the set: whatever else comes is not kept.
      this.#parts.connections.delete(this)
      this.#socket.end(framed(this.#parts.tooLong()))
      return undefined
    }
    if (this.#octets < 4 + length) return undefined
    const all = this.#gathered(4 + length)
    this.#waiting = all.length > 4 + length ? [all.subarray(4 + length)] : []
    this.#octets -= 4 + length
    return all.subarray(4, 4 + length)
  }

  /** What waits as one buffer, when its first one has fewer than `needed` octets; otherwise the first one. */
  #gathered(needed: number): Buffer {
    if (this.#waiting[0]!.length < needed || this.#waiting.length > 1) this.#waiting = [Buffer.concat(this.#waiting)]
    return this.#waiting[0]!
  }
}

function framed(message: Bytes): Buffer {
  const out = Buffer.allocUnsafe(4 + message.length)
  out.writeUInt32BE(message.length, 0)
  out.set(message, 4)
  return out
}

function total(connections: Connections): number {
  let sum = 0
  for (const connection of connections) sum += connection.octets
  return sum
}

function portOf(server: Server): number {
  const address = server.address()
  return address === null || typeof address === 'string' ? 0 : address.port
}

async function close(server: Server, connections: Connections): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const connection of [...connections]) connection.drop()
  await closed
}

/** MIT's default of 5 loses connections when a few clients come at once. */
const MIN_BACKLOG = 512
