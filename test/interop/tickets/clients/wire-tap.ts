import { connect, createServer, type Socket } from 'node:net'
import { KrbErrorMessage } from '../../../../src/core/asn1/messages/krb-error.ts'
import { messageType } from '../../../../src/core/asn1/messages/message-type.ts'
import { MsgType } from '../../../../src/core/registry/msg-type.ts'

/** Between a client that keeps no trace and its KDC, over TCP: notes the KRB-ERRORs. */
export interface WireTap {
  readonly port: number
  /** Error codes, and how many connections there were, since the last call. */
  take(): { readonly errors: readonly number[]; readonly requests: number }
  close(): Promise<void>
}

export async function tapWire(host: string, port: number): Promise<WireTap> {
  let errors: number[] = []
  let requests = 0
  const server = createServer(client => {
    requests++
    const kdc = connect(port, host)
    client.pipe(kdc)
    kdc.pipe(client)
    for (const socket of [client, kdc]) socket.on('error', () => end(client, kdc))
    let reply = Buffer.alloc(0)
    kdc.on('data', chunk => {
      reply = Buffer.concat([reply, chunk])
      for (; reply.length >= 4 && reply.length >= 4 + reply.readUInt32BE(); reply = reply.subarray(4 + reply.readUInt32BE())) {
        const message = reply.subarray(4, 4 + reply.readUInt32BE())
        if (messageType(message) === MsgType.ERROR) errors.push(KrbErrorMessage.decode(message).errorCode)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    take() {
      const taken = { errors, requests }
      errors = []
      requests = 0
      return taken
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

function end(...sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}
