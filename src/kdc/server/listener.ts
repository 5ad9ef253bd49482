import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { ListenAddress } from '../../core/config/host-port.ts'
import type { LogSink } from '../realm-desk.ts'
import { isWildcard, named, resolved } from './bind.ts'
import { ownAddresses } from './interfaces.ts'
import type { Limits } from './limits.ts'
import { Outbox } from './outbox.ts'
import type { RequestHandler } from './request-handler.ts'
import { type Connection, listenTcp, type TcpEndpoint } from './tcp.ts'
import { listenUdp, type UdpEndpoint } from './udp.ts'

export interface ListenerParts {
  readonly handler: RequestHandler
  readonly udp: readonly ListenAddress[]
  readonly tcp: readonly ListenAddress[]
  readonly backlog: number
  readonly limits: Limits
  readonly log: LogSink
  /** Log and audit stream; false: replies must not go out. */
  readonly writeDown: () => boolean
  readonly tooLong: () => Bytes
}

/** Where the KDC listens. A wildcard stands once, as `0.0.0.0` or `::`. */
export interface Endpoint {
  readonly transport: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
}

export interface Listener {
  readonly endpoints: readonly Endpoint[]
  readonly sockets: number
  close(): Promise<void>
}

/**
 * Opens all sockets. A datagram's answer must leave from the address that was asked, and Node does not tell which one that was: beside a wildcard
 * socket stands one for each address of the machine, looked up again from time to time. Port 0 takes a free one, the same for UDP and TCP at
 * one address. Throws `KrbError` with the errno's name (`EADDRINUSE`, `EACCES`) and the address.
 */
export async function openListener(parts: ListenerParts): Promise<Listener> {
  const { handler, log, limits, backlog, tooLong } = parts
  const outbox = new Outbox(parts.writeDown)
  const connections = new Set<Connection>()
  const opened: (TcpEndpoint | UdpEndpoint)[] = []
  const wildcards: WildcardUdp[] = []
  const endpoints: Endpoint[] = []
  const chosen = new Map<string, number>()
  const tcpParts = { handler, outbox, log, limits, backlog, tooLong, connections }
  const closeAll = async () => {
    for (const wildcard of wildcards) wildcard.stop()
    await Promise.all([...opened, ...wildcards].map(endpoint => endpoint.close()))
    outbox.flush()
  }
  try {
    for (const { address, port } of await resolved(parts.tcp)) {
      const endpoint = await named(address, port, () => listenTcp(address, port, tcpParts))
      if (endpoint === undefined) continue
      opened.push(endpoint)
      endpoints.push({ transport: 'tcp', address, port: endpoint.port })
      if (port === 0) chosen.set(address, endpoint.port)
    }
    for (const { address, port: asked } of await resolved(parts.udp)) {
      const port = asked === 0 ? (chosen.get(address) ?? 0) : asked
      const endpoint = await named(address, port, async () => {
        if (!isWildcard(address)) return listenUdp(address, port, handler, outbox, log, { shared: false })
        const wildcard = await WildcardUdp.open(address, port, (at, own) => listenUdp(at, own, handler, outbox, log, { shared: true }))
        wildcards.push(wildcard)
        return wildcard
      })
      if (endpoint === undefined) continue
      if (!(endpoint instanceof WildcardUdp)) opened.push(endpoint)
      endpoints.push({ transport: 'udp', address, port: endpoint.port })
    }
  } catch (error) {
    await closeAll()
    throw error
  }
  return { endpoints, sockets: opened.length + wildcards.reduce((sum, { sockets }) => sum + sockets, 0), close: closeAll }
}

type Bind = (address: string, port: number) => Promise<UdpEndpoint>

/** A wildcard socket and those of the single addresses beside it. */
class WildcardUdp {
  readonly port: number
  readonly #wildcard: UdpEndpoint
  readonly #bind: Bind
  readonly #own = new Map<string, UdpEndpoint>()
  readonly #timer: NodeJS.Timeout

  static async open(address: string, port: number, bind: Bind): Promise<WildcardUdp> {
    const listener = new WildcardUdp(await bind(address, port), bind)
    await listener.#scan()
    return listener
  }

  private constructor(wildcard: UdpEndpoint, bind: Bind) {
    this.#wildcard = wildcard
    this.#bind = bind
    this.port = wildcard.port
    this.#timer = setInterval(() => void this.#scan(), RESCAN_MS).unref()
  }

  get sockets(): number {
    return 1 + this.#own.size
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async close(): Promise<void> {
    await Promise.all([this.#wildcard, ...this.#own.values()].map(endpoint => endpoint.close()))
  }

  async #scan(): Promise<void> {
    const v6 = this.#wildcard.address.includes(':')
    const present = new Set(ownAddresses().filter(address => address.includes(':') === v6))
    for (const [address, endpoint] of this.#own) {
      if (present.has(address)) continue
      this.#own.delete(address)
      await endpoint.close()
    }
    for (const address of present) {
      if (this.#own.has(address)) continue
      try {
        this.#own.set(address, await this.#bind(address, this.port))
      } catch {
        // An address that is not usable yet (IPv6 still checking for duplicates): the wildcard serves it until the next look.
      }
    }
  }
}

/**
 * Sockets that share a port do not notice another server on it: whoever is first to start looks here. Throws `EADDRINUSE` as `openListener` does.
 */
export async function requireFreePorts(udp: readonly ListenAddress[]): Promise<void> {
  for (const { address, port } of await resolved(udp))
    if (isWildcard(address) && port !== 0) await named(address, port, () => probe(address, port))
}

async function probe(address: string, port: number): Promise<void> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only: address.includes(':') })
  socket.bind({ address, port, exclusive: true })
  await once(socket, 'listening')
  const closed = once(socket, 'close')
  socket.close()
  await closed
}

const RESCAN_MS = 10_000
