import { afterEach, describe, expect, test } from 'vitest'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import { addressOctets, systemNames } from '../../../src/platform/dns.ts'
import { realmByTxt } from '../../../src/platform/realm-by-txt.ts'
import { type DnsOptions, type DnsServer, startDns, type Zone } from '../../helpers/dns-server.ts'

const opened: DnsServer[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

async function names(zone: Zone, options?: DnsOptions) {
  const server = await startDns(zone, options)
  opened.push(server)
  return { names: systemNames({ servers: [server.address] }), server }
}

const URIS = [
  [20, 1, 'krb5srv::udp:later.r.test'],
  [10, 1, 'krb5srv:m:tcp:kdc.r.test:750'],
]

describe('URI records', () => {
  test('come by priority', async () => {
    const { names: dns, server } = await names({ 'URI _kerberos.r.test': URIS })
    expect((await dns.uris('_kerberos.R.TEST')).map(uri => uri.target)).toEqual([
      'krb5srv:m:tcp:kdc.r.test:750',
      'krb5srv::udp:later.r.test',
    ])
    expect(server.asked).toEqual(['URI _kerberos.R.TEST'])
  })

  test('are fetched by TCP when they do not fit into a datagram', async () => {
    const { names: dns, server } = await names({ 'URI _kerberos.r.test': URIS }, { truncate: true })
    expect(await dns.uris('_kerberos.R.TEST')).toHaveLength(2)
    expect(server.asked).toHaveLength(2)
  })

  test('there are none: the name is unknown, or has other records', async () => {
    const { names: dns } = await names({ 'URI _kerberos.r.test': [] })
    expect(await dns.uris('_kerberos.r.test')).toEqual([])
    expect(await dns.uris('_kerberos.s.test')).toEqual([])
  })

  test('the next name server is asked when one refuses', async () => {
    const closed = await startDns({})
    closed.close()
    const { server } = await names({ 'URI _kerberos.r.test': URIS })
    expect(await systemNames({ servers: [closed.address, server.address] }).uris('_kerberos.r.test')).toHaveLength(2)
  })

  test.each<[string, (answer: Buffer) => Buffer]>([
    ['another id', answer => Buffer.concat([Buffer.of(answer[0]! ^ 1), answer.subarray(1)])],
    ['another name', answer => Buffer.from(answer.toString('latin1').replace('_kerberos', '_kerberus'), 'latin1')],
    ['nonsense', () => Buffer.of(1, 2, 3)],
    ['a name that points at itself', answer => Buffer.concat([answer.subarray(0, 12), Buffer.of(0xc0, 12, 1, 0, 0, 1)])],
  ])('an answer with %s is none: the next name server is asked', async (_what, spoil) => {
    const { server: bad } = await names({ 'URI _kerberos.r.test': URIS }, { spoil })
    const { server: good } = await names({ 'URI _kerberos.r.test': URIS })
    const dns = systemNames({ servers: [bad.address, good.address], timeoutMs: 50 })
    expect(await dns.uris('_kerberos.r.test')).toHaveLength(2)
    expect([bad.asked.length, good.asked.length]).toEqual([1, 1])
  })

  test('a record that is too short is passed over', async () => {
    const { names: dns } = await names({ 'URI _kerberos.r.test': [[1, 1, ''], ...URIS] })
    expect(await dns.uris('_kerberos.r.test')).toHaveLength(2)
  })
})

describe('SRV records', () => {
  test('come by priority, with the dot of the root', async () => {
    const zone = {
      'SRV _kerberos._udp.r.test': [
        { priority: 20, weight: 0, port: 88, target: 'b.r.test' },
        { priority: 10, weight: 0, port: 750, target: 'a.r.test' },
      ],
    }
    const { names: dns } = await names(zone)
    expect(await dns.services('_kerberos._udp.R.TEST')).toEqual([
      { priority: 10, weight: 0, port: 750, host: 'a.r.test.' },
      { priority: 20, weight: 0, port: 88, host: 'b.r.test.' },
    ])
  })

  test.each([
    // Chance leaves these ranges less than once in a billion runs.
    { light: 1, heavy: 1000, least: 15, most: 20, runs: 20 },
    { light: 50, heavy: 50, least: 1, most: 39, runs: 40 },
  ])('of one priority come by weight: $light and $heavy', async ({ light, heavy, least, most, runs }) => {
    const zone = {
      'SRV _kerberos._udp.r.test': [
        { priority: 0, weight: light, port: 88, target: 'light.r.test' },
        { priority: 0, weight: heavy, port: 88, target: 'heavy.r.test' },
      ],
    }
    const { names: dns } = await names(zone)
    const first = await Promise.all(Array.from({ length: runs }, async () => (await dns.services('_kerberos._udp.r.test'))[0]?.host))
    const count = first.filter(host => host === 'heavy.r.test.').length
    expect(count).toBeGreaterThanOrEqual(least)
    expect(count).toBeLessThanOrEqual(most)
  })

  test('a lone dot', async () => {
    const { names: dns } = await names({ 'SRV _kerberos._udp.r.test': [{ priority: 0, weight: 0, port: 0, target: '.' }] })
    expect(await dns.services('_kerberos._udp.r.test')).toEqual([{ priority: 0, weight: 0, port: 0, host: '.' }])
  })
})

describe('the realm of a host by TXT records', () => {
  const zone = { 'TXT _kerberos.r.test': [['R.TEST.']], 'TXT _kerberos.www.s.test': [['']] }

  test.each([
    ['www.r.test', 'R.TEST', ['_kerberos.www.r.test. -', '_kerberos.r.test. R.TEST']],
    ['r.test', 'R.TEST', ['_kerberos.r.test. R.TEST']],
    ['www.s.test', undefined, ['_kerberos.www.s.test. ', '_kerberos.s.test. -', '_kerberos.test. -']],
    ['10.0.0.1', undefined, []],
    ['a b.r.test', undefined, []],
  ])('%s', async (host, realm, traced) => {
    const { names: dns } = await names(zone)
    const events: TraceEvent[] = []
    expect(await realmByTxt(host, dns, { trace: e => void events.push(e) })).toBe(realm)
    expect(events.map(e => (e.event === 'txt-lookup' ? `${e.domain} ${e.realm ?? '-'}` : ''))).toEqual(traced)
  })
})

test('a host that only the hosts file knows is found with the dot of the root too', async () => {
  const { names: dns } = await names({})
  expect((await dns.addresses('localhost.')).map(a => a.address)).toContain('127.0.0.1')
})

test.each([
  ['10.0.0.255', [10, 0, 0, 255]],
  ['::1', [...new Array(15).fill(0), 1]],
  ['2001:db8::ff00:42', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42]],
  ['fd00:1:2:3:4:5:6:7', [0xfd, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7]],
])('octets of %s', (text, octets) => expect([...addressOctets(text)]).toEqual(octets))
