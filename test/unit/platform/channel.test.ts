import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Answerer, ExchangeOptions } from '../../../src/core/channel.ts'
import { EMPTY_PROFILE } from '../../../src/core/config/profile.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import { type ChannelConfig, realmChannel } from '../../../src/platform/channel.ts'
import type { Names } from '../../../src/platform/dns.ts'

/*
 * Small KDCs on loopback that answer, stay silent, refuse, drip or lie. The channel's beat is 8 ms here instead of a second.
 */

const QUESTION = Uint8Array.of(0x6a, 1, 2, 3)
const ANSWER = Uint8Array.of(0x6b, 4, 5)
const PACE_MS = 8

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

interface Asked {
  readonly kdcs: readonly string[]
  readonly names?: Partial<Names>
  readonly limit?: number
  readonly options?: ExchangeOptions
  readonly message?: Uint8Array
  readonly holdMs?: number
  readonly requestTimeout?: number
  readonly primaryKdcs?: readonly string[]
  readonly dns?: boolean
}

async function ask(asked: Asked) {
  const {
    kdcs,
    names,
    limit = 1465,
    options = {},
    message = QUESTION,
    holdMs = 200,
    requestTimeout = 0,
    primaryKdcs = [],
    dns = false,
  } = asked
  const events: TraceEvent[] = []
  const config: ChannelConfig = {
    udpPreferenceLimit: limit,
    dnsLookupKdc: dns,
    dnsUriLookup: false,
    dnsLookupRealm: false,
    requestTimeout,
    extraAddresses: [],
    profile: EMPTY_PROFILE,
    realm: () => ({ kdcs, primaryKdcs, httpAnchors: [], sitename: undefined }),
  }
  const resolver: Names = {
    uris: async () => [],
    text: async () => undefined,
    addresses: async host => (host.includes(':') ? [{ address: host, family: 6 }] : [{ address: host, family: 4 }]),
    services: async () => [],
    local: async () => [],
    ...names,
  }
  const channel = realmChannel(config, { trace: e => void events.push(e), vars: {} }, { names: resolver, paceMs: PACE_MS, holdMs })
  const result = await channel.exchange('R', message, options).catch((error: unknown) => error)
  return { result, events, kinds: events.map(e => e.event) }
}

async function udp(onMessage: (message: Uint8Array, answer: (octets: Uint8Array) => void) => void, address = '127.0.0.1'): Promise<number> {
  const socket: UdpSocket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  opened.push({ close: () => socket.close() })
  socket.on('message', (message, peer) => onMessage(message, octets => socket.send(octets, peer.port, peer.address)))
  await new Promise<void>(resolve => socket.bind(0, address, () => resolve()))
  return socket.address().port
}

async function tcp(onConnection: (socket: Socket) => void, port = 0): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => sockets.delete(socket))
    onConnection(socket)
  })
  opened.push({
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', () => resolve()))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function framed(octets: Uint8Array, length = octets.length): Uint8Array {
  const out = new Uint8Array(4 + octets.length)
  new DataView(out.buffer).setUint32(0, length)
  out.set(octets, 4)
  return out
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const port = await udp(() => {})
  opened.pop()!.close()
  return port
}

function failure(result: unknown): KrbError {
  if (!(result instanceof KrbError)) throw new Error(`no error but ${String(result)}`)
  return result
}

describe('UDP', () => {
  test('one datagram there, one back', async () => {
    const received: Uint8Array[] = []
    const port = await udp((message, answer) => {
      received.push(new Uint8Array(message))
      answer(ANSWER)
    })
    const { result, kinds } = await ask({ kdcs: [`127.0.0.1:${port}`] })
    expect(result).toEqual(ANSWER)
    // On a busy machine it may have been asked again.
    expect(received[0]).toEqual(QUESTION)
    expect([...new Set(kinds)]).toEqual(['sending-request', 'resolving-host', 'udp-sending', 'answer-received', 'answered-by-primary'])
  })

  test('by IPv6', async () => {
    const port = await udp((_message, answer) => answer(ANSWER), '::1')
    expect((await ask({ kdcs: [`[::1]:${port}`] })).result).toEqual(ANSWER)
  })

  test('is repeated to a KDC that loses datagrams', async () => {
    let seen = 0
    const port = await udp((_message, answer) => {
      seen++
      if (seen === 2) answer(ANSWER)
    })
    const { result, kinds } = await ask({ kdcs: [`udp/127.0.0.1:${port}`] })
    expect(result).toEqual(ANSWER)
    expect(kinds.filter(kind => kind === 'udp-sending')).toHaveLength(2)
  })

  test('a refusing KDC is left at once, the next one answers', async () => {
    const port = await udp((_message, answer) => answer(ANSWER))
    const { result, events } = await ask({ kdcs: [`127.0.0.1:${await closedPort()}`, `127.0.0.1:${port}`] })
    expect(result).toEqual(ANSWER)
    const refused = events.find(e => e.event === 'udp-receive-error' || e.event === 'udp-send-error')
    expect(refused).toMatchObject({ error: { number: 111, text: 'Connection refused' } })
  })

  test('a silent KDC: the next one is asked, and a late answer still counts', async () => {
    const late = await udp((_message, answer) => setTimeout(() => answer(ANSWER), 3 * PACE_MS))
    const silent = await udp(() => {})
    const { result, events } = await ask({ kdcs: [`udp/127.0.0.1:${late}`, `udp/127.0.0.1:${silent}`] })
    expect(result).toEqual(ANSWER)
    expect(events.find(e => e.event === 'answer-received')).toMatchObject({ from: { port: late } })
  })

  test('every address of a host is tried', async () => {
    const port = await udp((_message, answer) => answer(ANSWER))
    const addresses = async () => [
      { address: '::1', family: 6 as const },
      { address: '127.0.0.1', family: 4 as const },
    ]
    expect((await ask({ kdcs: [`kdc.test:${port}`], names: { addresses } })).result).toEqual(ANSWER)
  })

  test('an answer from another port is not taken', async () => {
    const stranger = createSocket('udp4')
    opened.push({ close: () => stranger.close() })
    const socket = createSocket('udp4')
    opened.push({ close: () => socket.close() })
    socket.on('message', (_message, peer) => stranger.send(ANSWER, peer.port, peer.address))
    await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', () => resolve()))
    const { result } = await ask({ kdcs: [`udp/127.0.0.1:${socket.address().port}`] })
    expect(failure(result).code).toBe('KRB5_KDC_UNREACH')
  })
})

describe('TCP', () => {
  test('carries what is above udp_preference_limit, with its length in front', async () => {
    const received: Buffer[] = []
    const port = await tcp(socket =>
      socket.on('data', chunk => {
        received.push(chunk)
        socket.write(framed(ANSWER))
      }),
    )
    const { result, kinds } = await ask({ kdcs: [`127.0.0.1:${port}`], limit: 3 })
    expect(result).toEqual(ANSWER)
    expect(new Uint8Array(Buffer.concat(received))).toEqual(framed(QUESTION))
    const transport = ['tcp-connecting', 'tcp-sending', 'answer-received', 'tcp-closing']
    expect(kinds).toEqual(['sending-request', 'resolving-host', ...transport, 'answered-by-primary'])
  })

  test('alone when asked for', async () => {
    const port = await tcp(socket => socket.write(framed(ANSWER)))
    const { result, kinds } = await ask({ kdcs: [`127.0.0.1:${port}`], options: { tcpOnly: true } })
    expect(result).toEqual(ANSWER)
    expect(kinds).not.toContain('udp-sending')
    const udpOnly = await ask({ kdcs: [`udp/127.0.0.1:${port}`], options: { tcpOnly: true } })
    expect(failure(udpOnly.result).code).toBe('KRB5_KDC_UNREACH')
  })

  test('comes after UDP where that gets no answer', async () => {
    const port = await tcp(socket => socket.write(framed(ANSWER)))
    const { result, kinds } = await ask({ kdcs: [`127.0.0.1:${port}`] })
    expect(result).toEqual(ANSWER)
    expect(kinds.indexOf('tcp-connecting')).toBeGreaterThan(kinds.indexOf('udp-sending'))
  })

  test('an answer in pieces, however small, and with something behind it', async () => {
    const port = await tcp(socket => {
      const octets = [...framed(ANSWER), 9, 9]
      const next = () => {
        const octet = octets.shift()
        if (octet !== undefined) socket.write(Uint8Array.of(octet), () => setTimeout(next, 1))
      }
      next()
    })
    expect((await ask({ kdcs: [`tcp/127.0.0.1:${port}`] })).result).toEqual(ANSWER)
  })

  test('a large answer', async () => {
    const large = new Uint8Array(1 << 20).fill(7)
    const port = await tcp(socket => socket.write(framed(large)))
    const { result } = await ask({ kdcs: [`tcp/127.0.0.1:${port}`] })
    expect(result instanceof Uint8Array && Buffer.compare(result, large)).toBe(0)
  })

  test.each([
    ['too big', (socket: Socket) => socket.write(framed(ANSWER, (1 << 20) + 1)), 'answer too big'],
    ['announced with the high bit', (socket: Socket) => socket.write(framed(ANSWER, 0x80000003)), 'answer too big'],
    ['cut off', (socket: Socket) => socket.end(framed(ANSWER, 99)), 'connection closed without an answer'],
    ['none: closed at once', (socket: Socket) => socket.end(), 'connection closed without an answer'],
    ['never complete', (socket: Socket) => socket.write(framed(ANSWER, 99)), 'no complete answer in time'],
    ['dripping', (socket: Socket) => drip(socket), 'no complete answer in time'],
  ])('an answer that is %s, and then another KDC', async (_what, behave, outcome) => {
    const bad = await tcp(socket => void behave(socket))
    const good = await tcp(socket => socket.write(framed(ANSWER)))
    const { result, events } = await ask({ kdcs: [`tcp/127.0.0.1:${bad}`, `tcp/127.0.0.1:${good}`], holdMs: 100 })
    expect(result).toEqual(ANSWER)
    expect(events.find(e => e.event === 'tcp-receive-error')).toMatchObject({ error: { text: outcome } })
  })

  function drip(socket: Socket): void {
    socket.write(framed(ANSWER, 1000))
    const timer = setInterval(() => socket.write(Uint8Array.of(0)), 5)
    socket.on('close', () => clearInterval(timer))
  }
})

describe('no answer', () => {
  test('the error names the realm and what became of each address', async () => {
    const silent = await udp(() => {})
    const closed = await closedPort()
    const addresses = async (host: string) => (host === 'gone.test' ? [] : [{ address: host, family: 4 as const }])
    const { result } = await ask({ kdcs: [`udp/127.0.0.1:${silent}`, `127.0.0.1:${closed}`, 'gone.test'], names: { addresses } })
    const error = failure(result)
    expect([error.code, error.message, error.params]).toEqual(['KRB5_KDC_UNREACH', "Cannot contact any KDC for realm 'R'", { realm: 'R' }])
    expect(error.hints.map(hint => hint.replace(/ \(\d+ ms\)$/, ' (MS)'))).toEqual([
      `127.0.0.1:${silent}/udp: no answer (MS)`,
      `127.0.0.1:${closed}/udp: connection refused (MS)`,
      `127.0.0.1:${closed}/tcp: connection refused (MS)`,
      'gone.test: no address found',
    ])
  })

  test('three datagrams to each silent address, no more', async () => {
    let seen = 0
    const port = await udp(() => void seen++)
    await ask({ kdcs: [`udp/127.0.0.1:${port}`] })
    expect(seen).toBe(3)
  })
})

describe('the judge', () => {
  const unavailable = new KrbError('KRB5KDC_ERR_SVC_UNAVAILABLE')
  const judge = (answer: Uint8Array) => (answer[0] === 0x7e ? unavailable : undefined)

  test('sends the exchange on to the next KDC', async () => {
    const busy = await udp((_message, answer) => answer(Uint8Array.of(0x7e)))
    const fine = await udp((_message, answer) => answer(ANSWER))
    const { result } = await ask({ kdcs: [`127.0.0.1:${busy}`, `127.0.0.1:${fine}`], options: { judge } })
    expect(result).toEqual(ANSWER)
  })

  test('has the last word when there is no other', async () => {
    const busy = await udp((_message, answer) => answer(Uint8Array.of(0x7e)))
    const { result } = await ask({ kdcs: [`udp/127.0.0.1:${busy}`], options: { judge } })
    expect(result).toBe(unavailable)
  })
})

describe('request_timeout', () => {
  test('ends the waiting for silent KDCs', async () => {
    let seen = 0
    const port = await udp(() => void seen++)
    const { result } = await ask({ kdcs: [`udp/127.0.0.1:${port}`], requestTimeout: 0.002 })
    expect(failure(result).hints.at(-1)).toBe('request_timeout = 0.002 s is over')
    expect(seen).toBeLessThan(3)
  })

  test('and for a stream that is up', async () => {
    const port = await tcp(socket => void socket.write(framed(ANSWER, 99)))
    const { result } = await ask({ kdcs: [`tcp/127.0.0.1:${port}`], requestTimeout: 0.05, holdMs: 60_000 })
    expect(failure(result).hints.at(-1)).toBe('request_timeout = 0.05 s is over')
  })
})

describe('the primary KDC', () => {
  const answering = () => udp((_message, answer) => answer(ANSWER))
  const heard = async (asked: Asked) => {
    const answerers: Answerer[] = []
    const { events, result } = await ask({ ...asked, options: { ...asked.options, answeredBy: a => void answerers.push(a) } })
    const [answerer] = answerers
    return { events, result, address: answerer?.address, primary: await answerer?.isPrimary() }
  }

  test('is told from others by primary_kdc', async () => {
    const port = await answering()
    const kdcs = [`127.0.0.1:${port}`]
    const replica = await heard({ kdcs, primaryKdcs: ['127.0.0.1:1'] })
    expect([replica.address, replica.primary]).toEqual([`127.0.0.1:${port}/udp`, false])
    expect(replica.events.at(-1)).toEqual({ event: 'answered-by-primary', primary: false })
    const primary = await heard({ kdcs, primaryKdcs: kdcs })
    expect(primary.primary).toBe(true)
    expect(primary.events.at(-1)).toEqual({ event: 'answered-by-primary', primary: true })
    expect((await heard({ kdcs, primaryKdcs: ['no host'] })).primary).toBe(false)
  })

  test('is looked for in DNS only when somebody wants to know', async () => {
    const port = await answering()
    const domains: string[] = []
    const services = async (domain: string) => {
      domains.push(domain)
      return domain === '_kerberos-master._udp.R' ? [{ host: '127.0.0.1', port, priority: 0, weight: 0 }] : []
    }
    await ask({ kdcs: [`127.0.0.1:${port}`], dns: true, names: { services } })
    expect(domains).toEqual([])
    const { primary } = await heard({ kdcs: [`127.0.0.1:${port}`], dns: true, names: { services } })
    expect(primary).toBe(true)
    expect(domains).toEqual(['_kerberos-master._udp.R', '_kerberos-master._tcp.R'])
  })

  test('alone is asked when wanted; there may be none', async () => {
    const port = await answering()
    const { result, events } = await ask({ kdcs: ['127.0.0.1:1'], primaryKdcs: [`127.0.0.1:${port}`], options: { primary: true } })
    expect(result).toEqual(ANSWER)
    expect(events[0]).toMatchObject({ event: 'sending-request', primary: true })
    const none = await ask({ kdcs: ['127.0.0.1:1'], options: { primary: true } })
    expect(failure(none.result).code).toBe('KRB5_REALM_UNKNOWN')
  })
})
