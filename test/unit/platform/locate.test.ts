import { describe, expect, test } from 'vitest'
import { nearNames } from '../../../src/core/config/near-names.ts'
import type { KrbError } from '../../../src/core/errors/krb-error.ts'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import type { Names, ServiceRecord } from '../../../src/platform/dns.ts'
import { type LocateOptions, locateKdcs, locatePasswordServers, locatePrimaryKdcs, parseServer } from '../../../src/platform/locate.ts'

const silent = { trace: () => {} }

/** Texts are targets of URI records. */
function names(records: Readonly<Record<string, readonly (ServiceRecord | string)[]>>): Names & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    addresses: async () => [],
    text: async () => undefined,
    local: async () => [],
    services: async domain => {
      asked.push(`SRV ${domain}`)
      return (records[domain] ?? []).filter(record => typeof record !== 'string')
    },
    uris: async domain => {
      asked.push(`URI ${domain}`)
      const targets = (records[domain] ?? []).filter(record => typeof record === 'string')
      return targets.map(target => ({ priority: 1, weight: 2, target }))
    },
  }
}

function options(dns: Names, more: Partial<LocateOptions> = {}): LocateOptions {
  return { configured: [], useDns: true, useUris: true, names: dns, ...more }
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
    ['https://proxy.example.com/KdcProxy', { host: 'proxy.example.com', port: 443, transport: 'https', path: 'KdcProxy' }],
    ['https://proxy:8443/a/b?c', { host: 'proxy', port: 8443, transport: 'https', path: 'a/b?c' }],
    ['https://[::1]:8443', { host: '::1', port: 8443, transport: 'https', path: '' }],
  ])('%s', (text, server) => expect(parseServer(text, 'R')).toEqual(server))

  test.each(['', 'kdc:', 'kdc:0', 'kdc:65536', 'kdc:abc', '[::1', 'a b', 'http://proxy/KdcProxy', 'http/kdc', 'https://', 'https://p/a b'])(
    '%j is none',
    text => expect(() => parseServer(text, 'R')).toThrow('Invalid argument'),
  )
})

describe('where the KDCs are', () => {
  const srv = { host: 'kdc.r.test.', port: 88, priority: 0, weight: 0 }

  test('as configured, in order, each once; DNS is not asked then', async () => {
    const dns = names({ '_kerberos._udp.R.TEST': [srv] })
    const found = await locateKdcs('R.TEST', options(dns, { configured: ['b', 'a', 'b:88'] }), silent)
    expect(found.map(s => s.host)).toEqual(['b', 'a'])
    expect(dns.asked).toEqual([])
  })

  test('by SRV records: UDP first, then TCP; URI records were asked for before', async () => {
    const dns = names({ '_kerberos._udp.R.TEST': [srv], '_kerberos._tcp.R.TEST': [{ ...srv, port: 99 }] })
    expect(await locateKdcs('R.TEST', options(dns), silent)).toEqual([
      { host: 'kdc.r.test.', port: 88, transport: 'udp' },
      { host: 'kdc.r.test.', port: 99, transport: 'tcp' },
    ])
    expect(dns.asked).toEqual(['URI _kerberos.R.TEST', 'SRV _kerberos._udp.R.TEST', 'SRV _kerberos._tcp.R.TEST'])
  })

  test('dns_uri_lookup = false leaves the URI records out', async () => {
    const dns = names({ '_kerberos.R.TEST': ['krb5srv::udp:a.r.test'], '_kerberos._udp.R.TEST': [srv] })
    expect(await locateKdcs('R.TEST', options(dns, { useUris: false }), silent)).toEqual([
      { ...{ host: 'kdc.r.test.', port: 88 }, transport: 'udp' },
    ])
    expect(dns.asked).not.toContain('URI _kerberos.R.TEST')
  })

  test('by URI records, and by nothing else then', async () => {
    const dns = names({
      '_kerberos.R.TEST': [
        'krb5srv:m:udp:a.r.test',
        'KRB5SRV::TCP:b.r.test:750',
        'krb5srv::kkdcp:https://c.r.test/KdcProxy',
        'krb5srv:M:kkdcp:https://d.r.test:8443',
        'krb5srv::udp:[::1]:99',
        // None of these says anything.
        'krb5srv:udp:a',
        'krb5srv::sctp:a',
        'krb5srv::kkdcp:http://a/b',
        'krb5srv::kkdcp:a',
        'krb5srv::udp:',
        'other:m:udp:a',
        'krb5srv::udp:a b',
      ],
      '_kerberos._udp.R.TEST': [srv],
    })
    expect(await locateKdcs('R.TEST', options(dns), silent)).toEqual([
      { host: 'a.r.test', port: 88, transport: 'udp', primary: true },
      { host: 'b.r.test', port: 750, transport: 'tcp', primary: false },
      { host: 'c.r.test', port: 443, transport: 'https', path: 'KdcProxy', primary: false },
      { host: 'd.r.test', port: 8443, transport: 'https', path: '', primary: true },
      { host: '::1', port: 99, transport: 'udp', primary: false },
    ])
    expect(dns.asked).toEqual(['URI _kerberos.R.TEST'])
  })

  test('a site is asked for first, and the realm when it has none', async () => {
    const dns = names({ '_kerberos._udp.here._sites.R.TEST': [srv], '_kerberos._tcp.R.TEST': [srv] })
    expect(await locateKdcs('R.TEST', options(dns, { sitename: 'here' }), silent)).toHaveLength(2)
    expect(dns.asked).toEqual([
      'URI _kerberos.here._sites.R.TEST',
      'URI _kerberos.R.TEST',
      'SRV _kerberos._udp.here._sites.R.TEST',
      'SRV _kerberos._tcp.here._sites.R.TEST',
      'SRV _kerberos._tcp.R.TEST',
    ])
  })

  test('nowhere: no record, a lone dot, DNS switched off', async () => {
    const refuses = async (dns: Names, useDns: boolean) =>
      expect(locateKdcs('R.TEST', options(dns, { useDns }), silent)).rejects.toMatchObject({
        code: 'KRB5_REALM_UNKNOWN',
        message: 'Cannot find KDC for realm "R.TEST"',
      })
    await refuses(names({}), true)
    await refuses(names({ '_kerberos._udp.R.TEST': [{ ...srv, host: '.' }] }), true)
    await refuses(names({ '_kerberos._udp.R.TEST': [srv] }), false)
  })

  test('a realm that cannot be a domain is not asked for', async () => {
    const events: TraceEvent[] = []
    const asked = locateKdcs('A B/../C', options(names({})), { trace: e => void events.push(e) })
    await expect(asked).rejects.toMatchObject({ code: 'KRB5_REALM_UNKNOWN' })
    expect(events).toEqual([])
  })
})

test('the primary KDCs: as configured, as URI records mark them, else by SRV records of their own', async () => {
  const servers = async (records: Parameters<typeof names>[0], configured: readonly string[] = []) =>
    (await locatePrimaryKdcs('R', options(names(records), { configured }), silent)).map(s => s.host)
  expect(await servers({}, ['p'])).toEqual(['p'])
  expect(await servers({ '_kerberos.R': ['krb5srv::udp:a', 'krb5srv:m:udp:b'] })).toEqual(['b'])
  expect(await servers({ '_kerberos-master._udp.R': [{ host: 'm.', port: 88, priority: 0, weight: 0 }] })).toEqual(['m.'])
  expect(await servers({})).toEqual([])
})

test('password servers by URI records, and proxies among them', async () => {
  const dns = names({ '_kpasswd.R': ['krb5srv::kkdcp:https://p/KdcProxy', 'krb5srv::tcp:q'] })
  expect(await locatePasswordServers('R', { ...options(dns), adminServers: [] }, silent)).toEqual([
    { host: 'p', port: 443, transport: 'https', path: 'KdcProxy', primary: false },
    { host: 'q', port: 464, transport: 'tcp', primary: false },
  ])
})

describe('the hints when there is no KDC', () => {
  const known = { realms: ['EXAMPLE.ORG', 'OTHER.TEST'], files: ['/etc/krb5.conf'] }
  const hints = async (realm: string, more: Partial<LocateOptions> = {}) =>
    (await locateKdcs(realm, options(names({}), { known, ...more }), silent).catch((error: KrbError) => error)) as KrbError

  test('name the files, the questions and the realm that may have been meant', async () => {
    expect((await hints('example.org')).hints).toEqual([
      '[realms] example.org has no kdc relation in /etc/krb5.conf',
      'DNS URI _kerberos.example.org: no record',
      'DNS SRV _kerberos._udp.example.org: no record',
      'DNS SRV _kerberos._tcp.example.org: no record',
      'the configuration has EXAMPLE.ORG (case counts in realm names)',
    ])
  })

  test('say why DNS was not asked', async () => {
    expect((await hints('R', { useDns: false })).hints[1]).toBe('DNS is not asked: dns_lookup_kdc is false')
    expect((await hints('A B')).hints[1]).toBe('DNS is not asked: this realm cannot be a domain')
  })
})

test.each([
  ['EXAMPEL.ORG', ['EXAMPLE.ORG']],
  ['EXAMPL.OR', ['EXAMPLE.ORG']],
  ['example.org', ['EXAMPLE.ORG']],
  ['EXAMPLE.ORG', ['EXAMPLE.ORGS']],
  ['ATHENA', []],
  ['X', []],
])('near %s', (name, near) =>
  expect(nearNames(name, ['EXAMPLE.ORG', 'EXAMPLE.ORGS', 'Y', 'EXAMPLE.ORG'].slice(0, name === 'EXAMPLE.ORG' ? 4 : 1))).toEqual(near),
)
