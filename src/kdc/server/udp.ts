import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { peerAddress } from '../peer-address.ts'
import type { LogSink } from '../realm-desk.ts'
import type { Outbox } from './outbox.ts'
import type { RequestHandler } from './request-handler.ts'

/** One bound datagram socket that answers. */
export interface UdpEndpoint {
  readonly address: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Binds and answers. `shared` lets a wildcard socket and sockets of single addresses have the same port. Throws the errno (`EADDRINUSE`, ...).
 */
export async function listenUdp(
  address: string,
  port: number,
  handler: RequestHandler,
  outbox: Outbox,
  log: LogSink,
  { shared }: { readonly shared: boolean },
): Promise<UdpEndpoint> {
  const family = address.includes(':') ? 'udp6' : 'udp4'
  const socket = createSocket({
    lookup: asItIs,
    type: family,
    reuseAddr: shared,
    ipv6Only: family === 'udp6',
    recvBufferSize: RECEIVE_BUFFER,
  })
  const listening = once(socket, 'listening')
  socket.bind({ address, port, exclusive: false })
  await listening
  const bound = socket.address()
  socket.on('error', error => log('error', `UDP socket ${address}: ${error.message}`))
  socket.on('message', (message, from) => void answer(socket, message, from, bound.port, handler, outbox))
  const closed = once(socket, 'close')
  return {
    address,
    port: bound.port,
    close: async () => {
      socket.close()
      await closed
    },
  }
}

async function answer(
  socket: Socket,
  message: Bytes,
  from: RemoteInfo,
  ownPort: number,
  handler: RequestHandler,
  outbox: Outbox,
): Promise<void> {
  // A server does not talk to servers: two of them would never stop (threat T23).
  if (from.port === ownPort) return
  const reply = await handler.handle(message, peerAddress(from.address), 'udp')
  if (reply === undefined) return
  // A client that is gone by now, or a buffer that is full: it asks again.
  outbox.push(() => socket.send(reply, from.port, from.address, () => {}))
}

/** Addresses of peers need no looking up; Node would do it for each reply. */
function asItIs(address: string, _options: unknown, done: (error: null, address: string, family: number) => void): void {
  done(null, address, address.includes(':') ? 6 : 4)
}

const RECEIVE_BUFFER = 1024 * 1024
