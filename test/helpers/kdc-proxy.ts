import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { connect } from 'node:net'
import { KdcProxyMessage } from '../../src/core/asn1/messages/kdc-proxy.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'

/** What a proxy does with a request: `relay` hands its Kerberos message to a KDC. */
export type ProxyAction = (request: Bytes, response: ServerResponse, incoming: IncomingMessage) => void | Promise<void>

export interface KdcProxy {
  readonly port: number
  /** Method, path and type of every request, and the realm that it names. */
  readonly requests: string[]
  close(): void
}

/** A KDC proxy ([MS-KKDCP]) of a test on loopback. */
export async function startProxy(files: { readonly certificate: string; readonly key: string }, action: ProxyAction): Promise<KdcProxy> {
  const requests: string[] = []
  const server = createServer({ cert: readFileSync(files.certificate), key: readFileSync(files.key) }, (incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', chunk => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const realm = body.length === 0 ? '' : KdcProxyMessage.decode(body).targetDomain
      requests.push(`${incoming.method} ${incoming.url} ${incoming.headers['content-type']} ${realm}`)
      void action(body, response, incoming)
    })
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Hands the message, which has its length in front, to a KDC on loopback over TCP. */
export function relayTo(port: number): ProxyAction {
  return (request, response) => {
    const kdc = connect(port, '127.0.0.1', () => kdc.write(KdcProxyMessage.decode(request).kerbMessage))
    let received = Buffer.alloc(0)
    kdc.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readUInt32BE()) return
      kdc.destroy()
      response.setHeader('Content-Type', 'application/kerberos')
      response.end(KdcProxyMessage.encode({ kerbMessage: new Uint8Array(received) }))
    })
    kdc.on('error', () => response.writeHead(502).end())
  }
}
