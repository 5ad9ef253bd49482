import { describe, expect, test } from 'vitest'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import { addressOctets, type Names, type ServiceRecord } from '../../../src/platform/dns.ts'
import { locateKdcs, parseServer } from '../../../src/platform/locate.ts'

const silent = { trace: () => {} }

function names(records: Readonly<Record<string, readonly ServiceRecord[]>>): Names {
  return { addresses: async () => [], services: async domain => records[domain] ?? [], local: async () => [] }
}

describe('a kdc relation', () => {
  test.each([
    ['kdc.example.com', { host: 'kdc.example.com', port: 88 }],
    ['kdc.example.com:750', { host: 'kdc.example.com', port: 750 }],
    [' 10.0.0.1:88 ', { host: '10.0.0.1', port: 88 }],
    ['[2001:db8::1]:750', { host: '2001:db8::1', port: 750 }],
    ['[::1]', { host: '::1', port: 88 }],
    ['2001:db8::1', { host: '2001:db8::1', port: 88 }],
    ['tcp/kdc:88', { host: 'kdc', port: 88, transport: 'tcp' }],
    ['udp/[::1]:99', { host: '::1', port: 99, transport: 'udp' }],
  ])('%s', (text, server) => expect(parseServer(text, 'R')).toEqual(server))

  test.each(['', 'kdc:', 'kdc:0', 'kdc:65536', 'kdc:abc', '[::1', 'a b', 'https://proxy/KdcProxy', 'http/kdc'])('%j is none', text => {
    expect(() => parseServer(text, 'R')).toThrow('Invalid argument')
  })
})

describe('where the KDCs are', () => {
  const srv = { host: 'kdc.r.test', port: 88, priority: 0, weight: 0 }

  test('as configured, in order, each once; DNS is not asked then', async () => {
    const dns = names({ '_kerberos._udp.R.TEST': [srv] })
    const found = await locateKdcs('R.TEST', { configured: ['b', 'a', 'b:88'], useDns: true, names: dns }, silent)
    expect(found.map(s => s.host)).toEqual(['b', 'a'])
  })

  test('by SRV records: UDP first, then TCP', async () => {
    const dns = names({ '_kerberos._udp.R.TEST': [srv], '_kerberos._tcp.R.TEST': [{ ...srv, port: 99 }] })
    expect(await locateKdcs('R.TEST', { configured: [], useDns: true, names: dns }, silent)).toEqual([
      { host: 'kdc.r.test', port: 88, transport: 'udp' },
      { host: 'kdc.r.test', port: 99, transport: 'tcp' },
    ])
  })

  test('nowhere: no record, a lone dot, DNS switched off', async () => {
    const refuses = async (dns: Names, useDns: boolean) =>
      expect(locateKdcs('R.TEST', { configured: [], useDns, names: dns }, silent)).rejects.toMatchObject({
        code: 'KRB5_REALM_UNKNOWN',
        message: 'Cannot find KDC for realm "R.TEST"',
      })
    await refuses(names({}), true)
    await refuses(names({ '_kerberos._udp.R.TEST': [{ ...srv, host: '.' }] }), true)
    await refuses(names({ '_kerberos._udp.R.TEST': [srv] }), false)
  })

  test('a realm that cannot be a domain is not asked for', async () => {
    const events: TraceEvent[] = []
    const asked = locateKdcs('A B/../C', { configured: [], useDns: true, names: names({}) }, { trace: e => void events.push(e) })
    await expect(asked).rejects.toMatchObject({ code: 'KRB5_REALM_UNKNOWN' })
    expect(events).toEqual([])
  })
})

test.each([
  ['10.0.0.255', [10, 0, 0, 255]],
  ['::1', [...new Array(15).fill(0), 1]],
  ['2001:db8::ff00:42', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42]],
  ['fd00:1:2:3:4:5:6:7', [0xfd, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7]],
])('octets of %s', (text, octets) => expect([...addressOctets(text)]).toEqual(octets))
