import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { ListenAddress } from '../../core/config/host-port.ts'
import { peerAddress } from '../../kdc/peer-address.ts'
import type { LogSink } from '../../kdc/realm-desk.ts'
import { named, resolved } from '../../kdc/server/bind.ts'
import type { Endpoint, Listener } from '../../kdc/server/listener.ts'
import { Outbox } from '../../kdc/server/outbox.ts'
import { AdminConnection } from './connection.ts'
import type { AdminLimits } from './limits.ts'
import type { AdminService } from './service.ts'

export interface AdminListenerParts {
  readonly service: AdminService
  readonly listen: readonly ListenAddress[]
  readonly limits: AdminLimits
  readonly log: LogSink
  /** False: replies must not go out. */
  readonly writeDown: () => boolean
}

/** Serves administration over TCP. Throws `KrbError` with the errno's name (`EADDRINUSE`, `EACCES`) and the address. */
export async function openAdminListener(parts: AdminListenerParts): Promise<Listener> {
  const { limits, log } = parts
  const outbox = new Outbox(parts.writeDown)
  const connections = new Set<AdminConnection>()
  const servers: Server[] = []
  const endpoints: Endpoint[] = []
  const complain = (error: unknown) => log('error', `connection: ${error instanceof Error ? oneLine(error.stack) : String(error)}`)
  const accepting = { outbox, limits, complain, ended: (connection: AdminConnection) => void connections.delete(connection) }
  const close = async () => {
    const closed = servers.map(server => once(server, 'close'))
    for (const server of servers) server.close()
    for (const connection of [...connections]) connection.drop()
    await Promise.all(closed)
    outbox.flush()
  }
  try {
    for (const { address, port } of await resolved(parts.listen)) {
      const server = await named(address, port, () => listening(address, port))
      if (server === undefined) continue
      servers.push(server)
      endpoints.push({ transport: 'tcp', address, port: portOf(server) })
      server.on('error', error => log('error', `TCP socket ${address}: ${error.message}`))
      server.on('connection', socket => {
        if (connections.size >= limits.maxConnections) dispensable(connections).drop()
        const { text } = peerAddress(socket.remoteAddress ?? '')
        connections.add(new AdminConnection(socket, parts.service.converse(text), accepting))
      })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { endpoints, sockets: servers.length, close }
}

async function listening(address: string, port: number): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true })
  server.listen({ host: address, port, backlog: BACKLOG, ipv6Only: address.includes(':') })
  await once(server, 'listening')
  return server
}

/** The eldest without a ticket, else the eldest. */
function dispensable(connections: ReadonlySet<AdminConnection>): AdminConnection {
  for (const connection of connections) if (!connection.trusted) return connection
  return connections.values().next().value!
}

function portOf(server: Server): number {
  const address = server.address()
  return address === null || typeof address === 'string' ? 0 : address.port
}

function oneLine(text = ''): string {
  return text.replaceAll(/\s*\n\s*/g, ' | ')
}

const BACKLOG = 512
