import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { KdcProxyMessage } from '../../../src/core/asn1/messages/kdc-proxy.ts'
import { EMPTY_PROFILE } from '../../../src/core/config/profile.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import { type ChannelConfig, realmChannel } from '../../../src/platform/channel.ts'
import type { Names } from '../../../src/platform/dns.ts'
import { passwordChannel } from '../../../src/platform/password-channel.ts'
import { type Authority, type CertificateFiles, makeAuthority } from '../../helpers/certificates.ts'
import { type KdcProxy, type ProxyAction, startProxy } from '../../helpers/kdc-proxy.ts'
import { describeWith, openssl } from '../../helpers/peers.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const QUESTION = Uint8Array.of(0x6a, 1, 2, 3)
const ANSWER = Uint8Array.of(0x6b, 4, 5)

const scratch = scratchFolder('kkdcp')
afterAll(() => scratch.remove())

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

function framed(message: Uint8Array, length = message.length): Uint8Array {
  const octets = new Uint8Array(4 + message.length)
  new DataView(octets.buffer).setUint32(0, length)
  octets.set(message, 4)
  return octets
}

const answering: ProxyAction = (_request, response) => void response.end(KdcProxyMessage.encode({ kerbMessage: framed(ANSWER) }))

describeWith([openssl()], 'a KDC proxy', () => {
  const CA = scratch.file('ca.pem')
  const STRANGER = scratch.file('stranger.pem')
  let authority: Authority
  let good: CertificateFiles
  // vitest runs the bodies of skipped suites too: nothing is made before a test is to run.
  beforeAll(() => {
    authority = makeAuthority(scratch.path)
    makeAuthority(scratch.path, 'stranger')
    good = authority.issue('good', 'DNS:proxy.test,IP:127.0.0.1')
    mkdirSync(scratch.file('anchors'))
    writeFileSync(scratch.file('anchors/.hidden'), 'no certificate')
    writeFileSync(scratch.file('anchors/README'), 'no certificate')
    writeFileSync(scratch.file('empty'), 'no certificate')
  })

  const proxy = async (action: ProxyAction = answering, files = good): Promise<KdcProxy> => {
    const server = await startProxy(files, action)
    opened.push(server)
    return server
  }

  interface Asked {
    readonly url?: (port: number) => string
    readonly anchors?: readonly string[]
    readonly vars?: Readonly<Record<string, string>>
    readonly holdMs?: number
    readonly tcpOnly?: boolean
  }

  const ask = async (
    port: number,
    { url = p => `https://proxy.test:${p}/KdcProxy`, anchors, vars = {}, holdMs = 5000, tcpOnly = false }: Asked = {},
  ) => {
    const events: TraceEvent[] = []
    const httpAnchors = anchors ?? [`FILE:${CA}`]
    const server = [url(port)]
    const realm = () => ({ kdcs: server, primaryKdcs: [], kpasswdServers: server, adminServers: [], httpAnchors, sitename: undefined })
    const config: ChannelConfig & { realm: typeof realm } = {
      udpPreferenceLimit: 1465,
      dnsLookupKdc: false,
      dnsUriLookup: false,
      dnsLookupRealm: false,
      requestTimeout: 0,
      extraAddresses: [],
      profile: EMPTY_PROFILE,
      realm,
    }
    const names: Names = {
      addresses: async () => [{ address: '127.0.0.1', family: 4 }],
      services: async () => [],
      uris: async () => [],
      text: async () => undefined,
      local: async () => [],
    }
    const env = { trace: (e: TraceEvent) => void events.push(e), vars }
    const options = { names, paceMs: 8, holdMs }
    const result = await realmChannel(config, env, options)
      .exchange('REALM.TEST', QUESTION, { tcpOnly })
      .catch((error: unknown) => error)
    return { result, events, kinds: events.map(e => e.event), hint: hintOf(result), password: () => passwordChannel(config, env, options) }
  }

  test('gets the message with its length and the realm, and its answer comes back', async () => {
    let message: Uint8Array | undefined
    const server = await proxy((request, response, incoming) => {
      message = KdcProxyMessage.decode(request).kerbMessage
      return answering(request, response, incoming)
    })
    const { result, kinds } = await ask(server.port)
    expect(result).toEqual(ANSWER)
    expect(message).toEqual(framed(QUESTION))
    expect(server.requests).toEqual(['POST /KdcProxy application/kerberos REALM.TEST'])
    expect(kinds).toEqual([
      ...['sending-request', 'resolving-host', 'tls-name-matched', 'https-sending'],
      ...['answer-received', 'tcp-closing', 'answered-by-primary'],
    ])
  })

  test('serves when only streams may be used, by its address too, and changes of passwords', async () => {
    const server = await proxy()
    expect((await ask(server.port, { tcpOnly: true })).result).toEqual(ANSWER)
    expect((await ask(server.port, { url: port => `https://127.0.0.1:${port}` })).result).toEqual(ANSWER)
    const { password } = await ask(server.port)
    expect(await password().exchange('REALM.TEST', local => Uint8Array.of(0, ...local))).toEqual(ANSWER)
  })

  test.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['DIR:', [`DIR:${scratch.file('anchors')}`], {}],
    ['ENV: that leads to FILE:', ['ENV:ANCHOR'], { ANCHOR: `FILE:${CA}` }],
    ['several', [`FILE:${STRANGER}`, `FILE:${CA}`], {}],
    ['SSL_CERT_FILE, without http_anchors', [], { SSL_CERT_FILE: CA }],
  ])('anchors by %s', async (_what, anchors, vars) => {
    writeFileSync(scratch.file('anchors/ca.crt'), readFileSync(CA))
    expect((await ask((await proxy()).port, { anchors, vars })).result).toEqual(ANSWER)
  })

  describe('is not believed', () => {
    test.each<[string, Partial<Asked>, RegExp]>([
      ['with a certificate of a stranger', { anchors: [`FILE:${STRANGER}`] }, /^certificate not accepted: .* \(http_anchors/],
      ['that the system does not know', { anchors: [] }, /^certificate not accepted: .* \(http_anchors/],
      [
        'under another name',
        { url: port => `https://other.test:${port}/` },
        /^certificate not accepted: Host: other\.test\. is not in the cert's altnames: DNS:proxy\.test/,
      ],
      [
        'under another address',
        { url: port => `https://127.0.0.2:${port}/` },
        /^certificate not accepted: IP: 127\.0\.0\.2 is not in the cert's list: 127\.0\.0\.1/,
      ],
    ])('%s', async (_what, asked, outcome) => {
      const server = await proxy()
      const { hint, kinds } = await ask(server.port, asked)
      expect(hint).toMatch(outcome)
      expect(server.requests).toEqual([])
      expect(kinds).toContain('https-send-error')
      expect(kinds).not.toContain('https-sending')
    })

    test('with an expired certificate', async () => {
      const server = await proxy(answering, authority.issue('expired', 'DNS:proxy.test', -1))
      const { hint, events } = await ask(server.port)
      expect(hint).toBe('certificate not accepted: certificate has expired')
      expect(events).toContainEqual({ event: 'tls-certificate-error', number: 10, text: 'certificate has expired' })
      expect(server.requests).toEqual([])
    })

    test.each<[readonly string[], string]>([
      [[`FILE:${scratch.file('gone')}`], 'cannot be read (ENOENT)'],
      [[`FILE:${scratch.file('empty')}`], 'no certificate in PEM form is there'],
      [[`DIR:${scratch.file('gone')}`], 'cannot be read (ENOENT)'],
      [['ENV:NOT_SET'], 'the variable names no certificates'],
      [[`PEM:${scratch.file('ca.pem')}`], 'FILE:, DIR: or ENV: expected'],
    ])('when the anchors lead nowhere: %j', async (anchors, why) => {
      const server = await proxy()
      const { hint } = await ask(server.port, { anchors })
      expect(hint).toBe(`http_anchors = ${anchors[0]}: ${why}`)
      expect(server.requests).toEqual([])
    })

    test('when it does not speak TLS; nothing is said in the clear', async () => {
      const said: string[] = []
      const server = createPlainServer((request, response) => {
        said.push(request.url ?? '')
        response.end()
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
      opened.push(server)
      const { hint } = await ask((server.address() as { port: number }).port)
      expect(hint).toMatch(/^TLS: /)
      expect(said).toEqual([])
    })
  })

  test.each<[string, ProxyAction, RegExp]>([
    ['refuses', (_r, response) => void response.writeHead(400).end(), /^HTTP\/1\.1 400 Bad Request$/],
    [
      'finds no KDC',
      (_r, response) => void response.writeHead(502, 'Kerberos\x1b trouble'.replace('\x1b', '')).end('<html>'),
      /^HTTP\/1\.1 502 Kerberos trouble$/,
    ],
    [
      'sends elsewhere',
      (_r, response) => void response.writeHead(302, { Location: 'https://127.0.0.1/' }).end(),
      /^HTTP\/1\.1 302 Found: redirects are not followed$/,
    ],
    [
      'sends a page',
      (_r, response) => void response.setHeader('Content-Type', 'text/html').end('<html>'),
      /^HTTP\/1\.1 200 OK: the answer is no KDC-PROXY-MESSAGE \(text\/html\)$/,
    ],
    ['sends nothing', (_r, response) => void response.end(), /no KDC-PROXY-MESSAGE \(without a type\)/],
    [
      'sends a wrong length',
      (_r, response) => void response.end(KdcProxyMessage.encode({ kerbMessage: framed(ANSWER, 9) })),
      /no KDC-PROXY-MESSAGE/,
    ],
    ['sends no length', (_r, response) => void response.end(KdcProxyMessage.encode({ kerbMessage: ANSWER })), /no KDC-PROXY-MESSAGE/],
    ['sends too much', (_r, response) => void response.end(new Uint8Array((1 << 20) + 1)), /^HTTP\/1\.1 200 OK: answer too big$/],
    ['hangs up', (_r, response) => void response.destroy(), /^(connection reset by peer|socket hang up)$/],
    [
      'hangs up in the middle',
      (_r, response) => void response.writeHead(200, { 'Content-Length': '99' }).write('x', () => response.destroy()),
      /./,
    ],
  ])('that %s is left with a reason', async (_what, action, outcome) => {
    expect((await ask((await proxy(action)).port)).hint).toMatch(outcome)
  })

  test('that says nothing is waited for no longer than any stream', async () => {
    expect((await ask((await proxy(() => {})).port, { holdMs: 60 })).hint).toBe('no complete answer in time')
  })

  test('that is not there', async () => {
    const server = await proxy()
    server.close()
    opened.length = 0
    const { hint, kinds } = await ask(server.port)
    expect(hint).toBe('connection refused')
    expect(kinds).toContain('tcp-connect-error')
  })
})

/** What became of the one line, without address and time. */
function hintOf(result: unknown): string | undefined {
  return result instanceof KrbError ? result.hints[0]?.replace(/^\S+\/https: /, '').replace(/ \(\d+ ms\)$/, '') : undefined
}
