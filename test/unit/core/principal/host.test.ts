import { describe, expect, it } from 'vitest'
import { type HostResolver, type HostRules, hostServicePrincipals } from '../../../../src/core/principal/host.ts'
import { unparsePrincipal } from '../../../../src/core/principal/principal.ts'

const RULES: HostRules = {
  dnsCanonicalizeHostname: 'true',
  rdns: false,
  qualifyShortname: undefined,
  realmOfHost: host => (host.endsWith('.example.org') ? 'EXAMPLE.ORG' : undefined),
}

function resolver(asked: string[] = []): HostResolver {
  return {
    canonical: async host => {
      asked.push(host)
      return { www: { name: 'Web1.Example.ORG.', addresses: ['192.0.2.1', '192.0.2.2'] } }[host]
    },
    reverse: async address => (address === '192.0.2.1' ? 'reverse.example.org' : undefined),
    searchDomain: async () => 'search.example.org',
  }
}

async function names(host: string, rules: Partial<HostRules> = {}, asked: string[] = []): Promise<string[]> {
  const found: string[] = []
  for await (const principal of hostServicePrincipals('http', host, { ...RULES, ...rules }, resolver(asked))) {
    expect(principal.type).toBe(3)
    found.push(unparsePrincipal(principal))
  }
  return found
}

describe('host-based services', () => {
  it('take the canonical name of DNS, in lower case and without the final dot', async () =>
    expect(await names('www')).toEqual(['http/web1.example.org@EXAMPLE.ORG']))

  it('take the name of the first address with rdns', async () =>
    expect(await names('www', { rdns: true })).toEqual(['http/reverse.example.org@EXAMPLE.ORG']))

  it('take the name as it is, qualified when short, when DNS does not know it', async () => {
    expect(await names('Nosuch.Other.NET')).toEqual(['http/nosuch.other.net@'])
    expect(await names('nosuch')).toEqual(['http/nosuch.search.example.org@EXAMPLE.ORG'])
  })

  it('ask DNS for nothing without dns_canonicalize_hostname', async () => {
    const asked: string[] = []
    expect(await names('WWW', { dnsCanonicalizeHostname: 'false', rdns: true }, asked)).toEqual(['http/www.search.example.org@EXAMPLE.ORG'])
    expect(asked).toEqual([])
  })

  it('may be left short', async () =>
    expect(await names('www', { dnsCanonicalizeHostname: 'false', qualifyShortname: '' })).toEqual(['http/www@']))

  it('try the name as it is, then the canonical one, with fallback', async () => {
    expect(await names('www', { dnsCanonicalizeHostname: 'fallback', qualifyShortname: 'example.org' })).toEqual([
      'http/www.example.org@EXAMPLE.ORG',
      'http/web1.example.org@EXAMPLE.ORG',
    ])
    expect(await names('nosuch.example.org', { dnsCanonicalizeHostname: 'fallback' })).toEqual(['http/nosuch.example.org@EXAMPLE.ORG'])
  })

  it('keep a port or instance, and leave IPv6 addresses whole', async () => {
    expect(await names('www:1433')).toEqual(['http/web1.example.org:1433@EXAMPLE.ORG'])
    expect(await names('2001:db8::1', { qualifyShortname: '' })).toEqual(['http/2001:db8::1@'])
  })
})
