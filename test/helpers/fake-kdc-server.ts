import { createSocket } from 'node:dgram'
import type { Bytes } from '../../src/core/bytes/bytes.ts'

/** What a KDC says to a request; undefined for nothing. */
export type Answering = (request: Bytes) => Bytes | undefined

export interface FakeKdc {
  readonly port: number
  close(): void
}

/** A KDC of a test on loopback, over UDP alone. */
export async function startFakeKdc(answering: Answering): Promise<FakeKdc> {
  const socket = createSocket('udp4')
  socket.on('message', (message, peer) => {
    const answer = answering(new Uint8Array(message))
    if (answer !== undefined) socket.send(answer, peer.port, peer.address)
  })
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', () => resolve()))
  return { port: socket.address().port, close: () => socket.close() }
}
