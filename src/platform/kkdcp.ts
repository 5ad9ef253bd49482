import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { checkServerIdentity, type TLSSocket } from 'node:tls'
import { KdcProxyMessage } from '../core/asn1/messages/kdc-proxy.ts'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { displayText } from '../core/principal/display.ts'
import type { TracedAddress } from '../core/trace/events.ts'
import { trustAnchors } from './http-anchors.ts'
import { type Line, type LineEvents, type Request, requestFrom, systemError } from './line.ts'

/** A KDC proxy as a URL names it, and what is needed to trust it. */
export interface Proxy {
  readonly host: string
  /** Without the slash in front. */
  readonly path: string
  /** Whose KDC the proxy shall ask. */
  readonly realm: string
  /** `http_anchors` of the realm. */
  readonly anchors: readonly string[]
}

/**
 * One HTTPS request to a KDC proxy ([MS-KKDCP]). The proxy's certificate has to fit its name and the anchors; there is no other way to
 * the same host, redirects are not followed, and an answer above 1 MiB or one that is not there within the holding time ends the line.
 */
export class HttpsLine implements Line {
  readonly to: TracedAddress
  state: Line['state'] = 'fresh'
  outcome = 'not tried'
  readonly #proxy: Proxy
  readonly #holdMs: number
  readonly #events: LineEvents
  readonly #env: Pick<Env, 'trace' | 'vars'>
  #request: ClientRequest | undefined
  #hold: NodeJS.Timeout | undefined

  constructor(to: TracedAddress, proxy: Proxy, holdMs: number, events: LineEvents, env: Pick<Env, 'trace' | 'vars'>) {
    this.to = to
    this.#proxy = proxy
    this.#holdMs = holdMs
    this.#events = events
    this.#env = env
  }

  send(request: Request): boolean {
    if (this.state !== 'fresh') return false
    this.state = 'open'
    this.outcome = 'no connection'
    trustAnchors(this.#proxy.anchors, this.#env.vars).then(
      ca => this.#connect(request, ca),
      (error: Error) => {
        this.#env.trace({ event: 'https-connect-error', to: this.to })
        this.#failed(error.message)
      },
    )
    return true
  }

  close(outcome?: string): void {
    if (outcome !== undefined) this.outcome = outcome
    this.state = 'dead'
    clearTimeout(this.#hold)
    if (this.#request === undefined) return
    this.#env.trace({ event: 'tcp-closing', to: this.to })
    this.#request.destroy()
    this.#request = undefined
  }

  #connect(message: Request, ca: readonly string[] | undefined): void {
    if (this.state === 'dead') return
    const { host, path } = this.#proxy
    const request = httpsRequest({
      method: 'POST',
      host: this.to.address,
      port: this.to.port,
      path: `/${path}`,
      agent: false,
      rejectUnauthorized: true,
      maxHeaderSize: 16_384,
      // A name indication is for names alone (RFC 6066 §3).
      servername: isIP(host) === 0 ? host : '',
      checkServerIdentity: (_name, certificate) => this.#identified(certificate),
      ...(ca !== undefined && { ca: [...ca] }),
      headers: {
        Host: `${host.includes(':') ? `[${host}]` : host}:${this.to.port}`,
        'Cache-Control': 'no-cache',
        Pragma: 'no-cache',
        'User-Agent': 'kerberos/1.0',
        'Content-Type': 'application/kerberos',
      },
    })
    this.#request = request
    request.on('socket', socket => socket.on('connect', () => this.#connected(socket as TLSSocket, message)))
    request.on('response', response => this.#response(response))
    request.on('error', error => this.#broken(error))
  }

  #identified(certificate: Parameters<typeof checkServerIdentity>[1]): Error | undefined {
    const { host } = this.#proxy
    const mismatch = checkServerIdentity(host, certificate)
    this.#env.trace({ event: mismatch === undefined ? 'tls-name-matched' : 'tls-name-mismatch', host })
    return mismatch
  }

  #connected(socket: TLSSocket, message: Request): void {
    if (this.#request === undefined) return
    this.state = 'held'
    this.outcome = 'no answer'
    this.#hold = setTimeout(() => this.#failed('no complete answer in time'), this.#holdMs)
    // Not an octet before the certificate was checked.
    socket.on('secureConnect', () => this.#ask(requestFrom(message, socket.localAddress ?? this.to.address)))
    this.#events.changed(this)
  }

  #ask(message: Bytes): void {
    if (this.#request === undefined) return
    const body = KdcProxyMessage.encode({ kerbMessage: withLength(message), targetDomain: this.#proxy.realm })
    this.#env.trace({ event: 'https-sending', to: this.to })
    this.#request.setHeader('Content-Length', body.length)
    this.#request.end(body)
  }

  #response(response: IncomingMessage): void {
    const { statusCode = 0, statusMessage = '' } = response
    const statusLine = displayText(`HTTP/${response.httpVersion} ${statusCode} ${statusMessage.slice(0, 100)}`.trim())
    if (statusCode !== 200) {
      this.#env.trace({ event: 'https-error', text: statusLine })
      this.#failed(statusCode >= 300 && statusCode < 400 ? `${statusLine}: redirects are not followed` : statusLine)
      return
    }
    const chunks: Bytes[] = []
    let length = 0
    response.on('data', (chunk: Bytes) => {
      length += chunk.length
      if (length > MAX_ANSWER_BYTES) this.#failed(`${statusLine}: answer too big`)
      else chunks.push(chunk)
    })
    response.on('error', error => this.#broken(error))
    response.on('end', () => {
      if (this.#request === undefined) return
      const message = kerberosMessageIn(Buffer.concat(chunks))
      if (message !== undefined) {
        this.#events.answer(this, message)
        return
      }
      this.#env.trace({ event: 'https-error', text: statusLine })
      const type = displayText((response.headers['content-type'] ?? 'without a type').slice(0, 100))
      this.#failed(`${statusLine}: the answer is no KDC-PROXY-MESSAGE (${type})`)
    })
  }

  #broken(error: NodeJS.ErrnoException): void {
    if (this.#request === undefined) return
    const verdict = certificateVerdict(error)
    if (this.state !== 'held') {
      this.#env.trace({ event: 'tcp-connect-error', to: this.to, error: systemError(error) })
      this.#failed(systemError(error).text.toLowerCase())
      return
    }
    if (verdict?.number !== undefined) this.#env.trace({ event: 'tls-certificate-error', number: verdict.number, text: error.message })
    this.#env.trace({ event: 'https-send-error', to: this.to })
    this.#failed(verdict?.text ?? reasonOf(error))
  }

  #failed(outcome: string): void {
    if (this.state === 'dead') return
    this.close(outcome)
    this.#events.changed(this)
  }
}

/** What is wrong with the certificate, with OpenSSL's number of it when it is about the chain; undefined when nothing is. */
function certificateVerdict(error: NodeJS.ErrnoException): { readonly number?: number; readonly text: string } | undefined {
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { reason } = error as { readonly reason?: string }
    return { text: `certificate not accepted: ${displayText(reason ?? error.message)}` }
  }
  const number = CHAIN_ERRORS.get(error.code ?? '')
  if (number === undefined) return undefined
  const advice = number >= 18 ? ' (http_anchors names the certificates that may vouch for it)' : ''
  return { number, text: `certificate not accepted: ${error.message}${advice}` }
}

/** The system's word for an errno, else OpenSSL's reason. */
function reasonOf(error: NodeJS.ErrnoException): string {
  const { reason } = error as { readonly reason?: string }
  if (reason !== undefined) return `TLS: ${displayText(reason)}`
  if (error.code?.startsWith('HPE_')) return `no HTTP answer: ${displayText(error.message)}`
  return displayText(systemError(error).text).toLowerCase()
}

/** The message in an answer's body, whose length in front must be right; undefined when there is none. */
function kerberosMessageIn(body: Bytes): Bytes | undefined {
  try {
    const { kerbMessage } = KdcProxyMessage.decode(body)
    if (kerbMessage.length < 4) return undefined
    const length = new DataView(kerbMessage.buffer, kerbMessage.byteOffset).getUint32(0)
    return length === kerbMessage.length - 4 ? new Uint8Array(kerbMessage.subarray(4)) : undefined
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

function withLength(message: Bytes): Bytes {
  const framed = new Uint8Array(4 + message.length)
  new DataView(framed.buffer).setUint32(0, message.length)
  framed.set(message, 4)
  return framed
}

const MAX_ANSWER_BYTES = 1 << 20

/** Node's names of OpenSSL's verification errors, with OpenSSL's numbers. */
const CHAIN_ERRORS: ReadonlyMap<string, number> = new Map([
  ['CERT_SIGNATURE_FAILURE', 7],
  ['CERT_NOT_YET_VALID', 9],
  ['CERT_HAS_EXPIRED', 10],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 18],
  ['SELF_SIGNED_CERT_IN_CHAIN', 19],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 20],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 21],
  ['CERT_CHAIN_TOO_LONG', 22],
  ['CERT_REVOKED', 23],
  ['INVALID_CA', 24],
  ['INVALID_PURPOSE', 26],
  ['CERT_UNTRUSTED', 27],
  ['CERT_REJECTED', 28],
])
