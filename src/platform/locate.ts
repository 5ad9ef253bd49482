import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { displayText } from '../core/principal/display.ts'
import type { Names } from './dns.ts'

/** A KDC as configuration or DNS names it; without `transport` it takes UDP and TCP on the same port. */
export interface KdcServer {
  readonly host: string
  readonly port: number
  readonly transport?: 'udp' | 'tcp'
}

export interface LocateOptions {
  /** The realm's `kdc` relations, in order. */
  readonly configured: readonly string[]
  /** dns_lookup_kdc. */
  readonly useDns: boolean
  readonly names: Names
}

/**
 * The KDCs of a realm in the order to try them: the `kdc` relations when there are any, else DNS SRV records
 * `_kerberos._udp.REALM` and `_kerberos._tcp.REALM` (RFC 4120 §7.2.3.2). Throws `KRB5_REALM_UNKNOWN` when there is none,
 * `EINVAL` for a relation that is no host.
 */
export async function locateKdcs(realm: string, options: LocateOptions, env: Pick<Env, 'trace'>): Promise<readonly KdcServer[]> {
  const found = await configuredOrInDns(KDC, realm, options, env)
  if (found.length > 0) return found
  throw unknown(realm, `[realms] ${displayText(realm)} has no kdc relation${options.useDns ? ', and DNS knows no KDC either' : ''}`)
}

/**
 * The servers that change passwords (RFC 3244), in the order to try them: the `kpasswd_server` relations, else DNS SRV records of
 * `_kpasswd`, else the hosts of the `admin_server` relations or of `_kerberos-adm._tcp`, at port 464. Throws as `locateKdcs`.
 */
export async function locatePasswordServers(
  realm: string,
  options: LocateOptions & { readonly adminServers: readonly string[] },
  env: Pick<Env, 'trace'>,
): Promise<readonly KdcServer[]> {
  const found = await configuredOrInDns(KPASSWD, realm, options, env)
  if (found.length > 0) return found
  const admin = await configuredOrInDns(KADMIN, realm, { ...options, configured: options.adminServers }, env)
  if (admin.length > 0) return admin.map(({ host }) => ({ host, port: KPASSWD.port }))
  throw unknown(realm, `[realms] ${displayText(realm)} has neither a kpasswd_server nor an admin_server relation`)
}

/** How a service is called in krb5.conf and in DNS, and where it listens. */
interface Service {
  readonly relation: string
  readonly name: string
  readonly transports: readonly ('udp' | 'tcp')[]
  readonly port: number
}

async function configuredOrInDns(
  service: Service,
  realm: string,
  { configured, useDns, names }: LocateOptions,
  env: Pick<Env, 'trace'>,
): Promise<readonly KdcServer[]> {
  if (configured.length > 0) return unique(configured.map(text => parseServer(text, realm, service)))
  return useDns && DOMAIN.test(realm) ? unique(await fromDns(service, realm, names, env)) : []
}

function unknown(realm: string, hint: string): KrbError {
  return new KrbError('KRB5_REALM_UNKNOWN', { realm }, { text: `Cannot find KDC for realm "${displayText(realm)}"`, hints: [hint] })
}

/** `HOST`, `HOST:PORT`, `[ADDRESS]`, `[ADDRESS]:PORT`, an IPv6 address alone, each with `tcp/` or `udp/` in front or not. */
export function parseServer(text: string, realm: string, service: Pick<Service, 'relation' | 'port'> = KDC): KdcServer {
  const match = SERVER.exec(text.trim())
  const host = match?.groups?.bracketed ?? match?.groups?.bare ?? match?.groups?.host
  const port = match?.groups?.port === undefined ? service.port : Number(match.groups.port)
  if (host === undefined || port < 1 || port > 65535) {
    throw new KrbError(
      'EINVAL',
      { realm, [service.relation]: text },
      { hints: [`[realms] ${realm} ${service.relation} = ${text}: host, host:port or [address]:port expected`] },
    )
  }
  const transport = match?.groups?.transport
  return transport === 'udp' || transport === 'tcp' ? { host, port, transport } : { host, port }
}

async function fromDns(service: Service, realm: string, names: Names, env: Pick<Env, 'trace'>): Promise<readonly KdcServer[]> {
  const servers: KdcServer[] = []
  for (const transport of service.transports) {
    const domain = `${service.name}._${transport}.${realm}`
    env.trace({ event: 'srv-query', domain: `${domain}.` })
    for (const { host, port, priority, weight } of await names.services(domain)) {
      env.trace({ event: 'srv-answer', priority, weight, port, host })
      // A lone "." says that the service is decidedly not there (RFC 2782).
      if (host !== '' && host !== '.' && port > 0) servers.push({ host, port, transport })
    }
  }
  if (servers.length === 0) env.trace({ event: 'srv-none' })
  return servers
}

function unique(servers: readonly KdcServer[]): readonly KdcServer[] {
  const seen = new Set<string>()
  return servers.filter(({ host, port, transport }) => {
    const key = `${transport ?? ''}/${host}/${port}`
    return !seen.has(key) && seen.add(key)
  })
}

const KDC: Service = { relation: 'kdc', name: '_kerberos', transports: ['udp', 'tcp'], port: 88 }
const KPASSWD: Service = { relation: 'kpasswd_server', name: '_kpasswd', transports: ['udp', 'tcp'], port: 464 }
const KADMIN: Service = { relation: 'admin_server', name: '_kerberos-adm', transports: ['tcp'], port: 749 }
/** A bracketed address or a host, with a port or not; or an address with its colons and nothing else. */
const SERVER =
  /^(?:(?<transport>tcp|udp)\/)?(?:(?:\[(?<bracketed>[^\]\s]+)\]|(?<host>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?|(?<bare>[0-9A-Fa-f]*:[0-9A-Fa-f]*:[^\s/]*))$/
/** Only such realms can stand in DNS; others are not asked for (SSSD CVE-2026-14476: server data in names). */
const DOMAIN = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/
