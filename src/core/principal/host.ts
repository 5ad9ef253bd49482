import { cleanHostName } from '../config/host-realm.ts'
import { NameType } from '../registry/name-type.ts'
import type { Principal } from './principal.ts'

/** What host names need from the network. Undefined for whatever cannot be found. */
export interface HostResolver {
  /** The canonical name (getaddrinfo's) and the addresses, in the order the system prefers. */
  canonical(host: string): Promise<{ readonly name: string; readonly addresses: readonly string[] } | undefined>
  /** The name of an address. */
  reverse(address: string): Promise<string | undefined>
  /** The first domain of the resolver's search list. */
  searchDomain(): Promise<string | undefined>
}

export interface HostRules {
  readonly dnsCanonicalizeHostname: 'true' | 'false' | 'fallback'
  readonly rdns: boolean
  /** `''` adds nothing; undefined stands for the search domain. */
  readonly qualifyShortname: string | undefined
  /** By [domain_realm]; undefined leaves the realm empty, which asks the client's KDC (referral). */
  realmOfHost(host: string): string | undefined
}

/**
 * The principals to try for a service on a host, in order: `service/canonical-host@REALM`. One, or two with `fallback`, where the second needs
 * DNS and is only looked for when the first was not the end. Text after a single colon (`host:1433`) is kept.
 */
export async function* hostServicePrincipals(
  service: string,
  host: string,
  rules: HostRules,
  resolver: HostResolver,
): AsyncGenerator<Principal> {
  const { dnsCanonicalizeHostname } = rules
  const first = await hostService(service, host, dnsCanonicalizeHostname === 'true', rules, resolver)
  yield first
  if (dnsCanonicalizeHostname !== 'fallback') return
  const second = await hostService(service, host, true, rules, resolver)
  if (second.components[1] !== first.components[1]) yield second
}

async function hostService(service: string, host: string, useDns: boolean, rules: HostRules, resolver: HostResolver): Promise<Principal> {
  const { name, trailer } = splitTrailer(host)
  const canonical = await canonicalHostName(name, useDns, rules, resolver)
  return { type: NameType.SRV_HST, realm: rules.realmOfHost(canonical) ?? '', components: [service, canonical + trailer] }
}

/** The name that services on a host go by: from DNS, else the name given, with a domain when it has none; lower case, no final dot. */
async function canonicalHostName(
  host: string,
  useDns: boolean,
  rules: Pick<HostRules, 'rdns' | 'qualifyShortname'>,
  resolver: HostResolver,
): Promise<string> {
  const found = useDns ? await resolver.canonical(host) : undefined
  const [address] = found?.addresses ?? []
  const reversed = rules.rdns && address !== undefined ? await resolver.reverse(address) : undefined
  return cleanHostName(reversed ?? found?.name ?? (await qualified(host, rules.qualifyShortname, resolver)))
}

async function qualified(host: string, configured: string | undefined, resolver: HostResolver): Promise<string> {
  if (host.includes('.')) return host
  const domain = configured ?? (await resolver.searchDomain())
  return domain === undefined || domain === '' ? host : `${host}.${domain}`
}

/** An IPv6 address has more than one colon and no trailer. */
function splitTrailer(host: string): { name: string; trailer: string } {
  const colon = host.indexOf(':')
  if (colon < 0 || colon === host.length - 1 || host.indexOf(':', colon + 1) >= 0) return { name: host, trailer: '' }
  return { name: host.slice(0, colon), trailer: host.slice(colon) }
}
