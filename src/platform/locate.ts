import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { displayText } from '../core/principal/display.ts'
import type { Names } from './dns.ts'

/** A server as configuration or DNS names it; without `transport` it takes UDP and TCP on the same port. */
export interface KdcServer {
  readonly host: string
  readonly port: number
  readonly transport?: 'udp' | 'tcp' | 'https'
  /** Of an HTTPS URL, without the slash in front. */
  readonly path?: string
  /** Whether it knows new passwords first, where a URI record says so. */
  readonly primary?: boolean
}

export interface LocateOptions {
  /** The realm's relations of the service (`kdc`, ...), in order. */
  readonly configured: readonly string[]
  /** dns_lookup_kdc. */
  readonly useDns: boolean
  /** dns_uri_lookup. */
  readonly useUris: boolean
  /** `sitename` of the realm: its records are asked for first. */
  readonly sitename?: string | undefined
  readonly names: Names
  /** For the error when there is no server: what else a person could have meant. */
  readonly known?: Known
}

interface Known {
  /** Realms of the configuration. */
  readonly realms: readonly string[]
  /** The files that it was read from. */
  readonly files: readonly string[]
}

/**
 * The KDCs of a realm in the order to try them: the `kdc` relations when there are any, else DNS URI records of `_kerberos.REALM`, else
 * SRV records of `_kerberos._udp.REALM` and `_kerberos._tcp.REALM` (RFC 4120 §7.2.3.2). Throws `KRB5_REALM_UNKNOWN` when there is
 * none, `EINVAL` for a relation that is no host.
 */
export async function locateKdcs(realm: string, options: LocateOptions, env: Pick<Env, 'trace'>): Promise<readonly KdcServer[]> {
  const questions: string[] = []
  const found = await configuredOrInDns(KDC, realm, options, questions, env)
  if (found.length > 0) return found
  throw unknown(realm, await hintsFor(KDC, realm, options, questions))
}

/** The KDCs that know new passwords first; none when there are none apart. */
export async function locatePrimaryKdcs(realm: string, options: LocateOptions, env: Pick<Env, 'trace'>): Promise<readonly KdcServer[]> {
  const found = await configuredOrInDns(PRIMARY, realm, options, [], env)
  return found.filter(({ primary }) => primary !== false)
}

/**
 * The servers that change passwords (RFC 3244), in the order to try them: the `kpasswd_server` relations, else DNS records of `_kpasswd`,
 * else the hosts of the `admin_server` relations or of `_kerberos-adm`, at port 464. Throws as `locateKdcs`.
 */
export async function locatePasswordServers(
  realm: string,
  options: LocateOptions & { readonly adminServers: readonly string[] },
  env: Pick<Env, 'trace'>,
): Promise<readonly KdcServer[]> {
  const questions: string[] = []
  const found = await configuredOrInDns(KPASSWD, realm, options, questions, env)
  if (found.length > 0) return found
  const admin = await configuredOrInDns(KADMIN, realm, { ...options, configured: options.adminServers }, questions, env)
  if (admin.length > 0) return admin.map(({ host }) => ({ host, port: KPASSWD.port }))
  throw unknown(realm, await hintsFor(KPASSWD, realm, options, questions))
}

/**
 * The servers that kadmin talks to: the `configured` ones, else DNS records of `_kerberos-adm`. `port` is for those that name none. Throws
 * `KADM5_MISSING_KRB5_CONF_PARAMS` when there is none, `EINVAL` for a relation that is no host.
 */
export async function locateAdminServers(
  realm: string,
  port: number,
  options: LocateOptions,
  env: Pick<Env, 'trace'>,
): Promise<readonly KdcServer[]> {
  const questions: string[] = []
  const found = await configuredOrInDns({ ...KADMIN, port }, realm, options, questions, env)
  const streams = found.filter(({ transport }) => transport !== 'udp' && transport !== 'https')
  if (streams.length > 0) return streams
  throw new KrbError('KADM5_MISSING_KRB5_CONF_PARAMS', { realm }, { hints: await hintsFor(KADMIN, realm, options, questions) })
}

/** How a service is called in krb5.conf and in DNS, and where it listens. */
interface Service {
  readonly relation: string
  readonly srv: string
  readonly uri: string
  readonly transports: readonly ('udp' | 'tcp')[]
  readonly port: number
}

async function configuredOrInDns(
  service: Service,
  realm: string,
  { configured, useDns, useUris, sitename, names }: LocateOptions,
  questions: string[],
  env: Pick<Env, 'trace'>,
): Promise<readonly KdcServer[]> {
  if (configured.length > 0) return unique(configured.map(text => parseServer(text, realm, service)))
  if (!useDns || !DOMAIN.test(realm)) return []
  const asking = { service, realm, sitename, names, questions, env }
  const byUri = useUris ? await fromUris(asking) : []
  return unique(byUri.length > 0 ? byUri : await fromServices(asking))
}

/**
 * `HOST`, `HOST:PORT`, `[ADDRESS]`, `[ADDRESS]:PORT`, an IPv6 address alone, each with `tcp/` or `udp/` in front or not; or
 * `https://HOST[:PORT]/PATH` of a KDC proxy.
 */
export function parseServer(text: string, realm: string, service: Pick<Service, 'relation' | 'port'> = KDC): KdcServer {
  const trimmed = text.trim()
  const server = trimmed.startsWith(HTTPS) ? proxyAt(trimmed) : serverAt(trimmed, service.port)
  if (server !== undefined) return server
  throw new KrbError(
    'EINVAL',
    { realm, [service.relation]: text },
    { hints: [`[realms] ${realm} ${service.relation} = ${text}: host, host:port, [address]:port or https://host/path expected`] },
  )
}

function serverAt(text: string, defaultPort: number): KdcServer | undefined {
  const match = SERVER.exec(text)
  const host = match?.groups?.bracketed ?? match?.groups?.bare ?? match?.groups?.host
  const port = match?.groups?.port === undefined ? defaultPort : Number(match.groups.port)
  if (host === undefined || port < 1 || port > 65535) return undefined
  const transport = match?.groups?.transport
  return transport === 'udp' || transport === 'tcp' ? { host, port, transport } : { host, port }
}

function proxyAt(url: string): KdcServer | undefined {
  const [authority = '', ...path] = url.slice(HTTPS.length).split('/')
  const server = serverAt(authority, HTTPS_PORT)
  const ending = path.join('/')
  // It goes into the request line as it stands.
  return server === undefined || /[^!-~]/.test(ending)
    ? undefined
    : { host: server.host, port: server.port, transport: 'https', path: ending }
}

/** What is asked of DNS, and the questions that came to nothing, for people. */
interface Asking {
  readonly service: Service
  readonly realm: string
  readonly sitename: string | undefined
  readonly names: Names
  readonly questions: string[]
  readonly env: Pick<Env, 'trace'>
}

async function fromUris({ service, realm, sitename, names, questions, env }: Asking): Promise<readonly KdcServer[]> {
  const servers: KdcServer[] = []
  for (const domain of atSiteFirst(service.uri, realm, sitename)) {
    env.trace({ event: 'uri-query', domain: `${domain}.` })
    const records = await names.uris(domain)
    for (const { priority, weight, target } of records) {
      env.trace({ event: 'uri-answer', priority, weight, target })
      servers.push(...serverOfUri(target, service))
    }
    questions.push(`DNS URI ${domain}: ${records.length === 0 ? 'no record' : 'no record of use'}`)
    if (records.length > 0) break
  }
  if (servers.length === 0) env.trace({ event: 'uri-none' })
  return servers
}

/** `krb5srv:FLAGS:TRANSPORT:WHERE`; a record that is none of these says nothing, as to MIT. */
function serverOfUri(target: string, { port }: Service): readonly KdcServer[] {
  const groups = KRB5SRV.exec(target)?.groups
  if (groups === undefined) return []
  const { flags = '', transport = '', where = '' } = groups
  const proxied = transport.toLowerCase() === 'kkdcp'
  const server = proxied ? (where.startsWith(HTTPS) ? proxyAt(where) : undefined) : serverAt(where, port)
  if (server === undefined) return []
  const primary = /m/i.test(flags)
  return [proxied ? { ...server, primary } : { ...server, primary, transport: transport.toLowerCase() === 'udp' ? 'udp' : 'tcp' }]
}

async function fromServices({ service, realm, sitename, names, questions, env }: Asking): Promise<readonly KdcServer[]> {
  const servers: KdcServer[] = []
  for (const transport of service.transports) {
    for (const domain of atSiteFirst(`${service.srv}._${transport}`, realm, sitename)) {
      env.trace({ event: 'srv-query', domain: `${domain}.` })
      const records = await names.services(domain)
      for (const { host, port, priority, weight } of records) {
        env.trace({ event: 'srv-answer', priority, weight, port, host })
        // A lone "." says that the service is decidedly not there (RFC 2782).
        if (host !== '.' && port > 0) servers.push({ host, port, transport })
      }
      questions.push(`DNS SRV ${domain}: ${records.length === 0 ? 'no record' : 'says that there is none'}`)
      if (records.length > 0) break
    }
  }
  if (servers.length === 0) env.trace({ event: 'srv-none' })
  return servers
}

/** The domains to ask for: the site's first (as in Active Directory), then the realm's. */
function atSiteFirst(service: string, realm: string, sitename: string | undefined): readonly string[] {
  const general = `${service}.${realm}`
  return sitename !== undefined && DOMAIN.test(sitename) ? [`${service}.${sitename}._sites.${realm}`, general] : [general]
}

function unknown(realm: string, hints: readonly string[]): KrbError {
  return new KrbError('KRB5_REALM_UNKNOWN', { realm }, { text: `Cannot find KDC for realm "${displayText(realm)}"`, hints })
}

async function hintsFor(
  { relation }: Service,
  realm: string,
  { useDns, known }: LocateOptions,
  questions: readonly string[],
): Promise<readonly string[]> {
  const files = known === undefined || known.files.length === 0 ? '' : ` in ${known.files.join(', ')}`
  const hints = [`[realms] ${displayText(realm)} has no ${relation} relation${files}`]
  if (!useDns) hints.push('DNS is not asked: dns_lookup_kdc is false')
  else if (questions.length === 0) hints.push('DNS is not asked: this realm cannot be a domain')
  hints.push(...questions)
  if (known === undefined) return hints
  const { nearNames } = await import('../core/config/near-names.ts')
  const near = nearNames(realm, known.realms)
  return near.length === 0 ? hints : [...hints, `the configuration has ${near.map(displayText).join(', ')} (case counts in realm names)`]
}

function unique(servers: readonly KdcServer[]): readonly KdcServer[] {
  const seen = new Set<string>()
  return servers.filter(({ host, port, transport, path }) => {
    const key = `${transport ?? ''}/${host}/${port}/${path ?? ''}`
    return !seen.has(key) && seen.add(key)
  })
}

const KDC: Service = { relation: 'kdc', srv: '_kerberos', uri: '_kerberos', transports: ['udp', 'tcp'], port: 88 }
const PRIMARY: Service = { ...KDC, relation: 'primary_kdc', srv: '_kerberos-master' }
const KPASSWD: Service = { relation: 'kpasswd_server', srv: '_kpasswd', uri: '_kpasswd', transports: ['udp', 'tcp'], port: 464 }
const KADMIN: Service = { relation: 'admin_server', srv: '_kerberos-adm', uri: '_kerberos-adm', transports: ['tcp'], port: 749 }
const HTTPS = 'https://'
const HTTPS_PORT = 443
/** A bracketed address or a host, with a port or not; or an address with its colons and nothing else. */
const SERVER =
  /^(?:(?<transport>tcp|udp)\/)?(?:(?:\[(?<bracketed>[^\]\s]+)\]|(?<host>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?|(?<bare>[0-9A-Fa-f]*:[0-9A-Fa-f]*:[^\s/]*))$/
const KRB5SRV = /^krb5srv:(?<flags>[^:]*):(?<transport>udp|tcp|kkdcp):(?<where>.+)$/i
/** Only such realms can stand in DNS; others are not asked for (SSSD CVE-2026-14476: server data in names). */
const DOMAIN = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/
