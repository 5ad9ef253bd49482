import type { Bytes } from '../core/bytes/bytes.ts'
import type { UriRecord } from './uri-records.ts'

/** Names to addresses and services, as far as finding a KDC needs them. */
export interface Names {
  /** Every address of a host by the system's resolver (nsswitch, hosts file), in its order; empty when there is none. */
  addresses(host: string): Promise<readonly HostAddress[]>
  /** SRV records of a domain, in the order to try them (RFC 2782); empty when there is none. */
  services(domain: string): Promise<readonly ServiceRecord[]>
  /** URI records of a domain (RFC 7553), in the order to try them; empty when there is none. */
  uris(domain: string): Promise<readonly UriRecord[]>
  /** The first text of a domain's TXT record. */
  text(domain: string): Promise<string | undefined>
  /** Addresses of this machine's interfaces, 4 or 16 octets each, without loopback and link-local ones. */
  local(): Promise<readonly Bytes[]>
}

export interface HostAddress {
  readonly address: string
  readonly family: 4 | 6
}

export interface ServiceRecord {
  /** With the dot of the root at the end: no search list is applied to it. */
  readonly host: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

export interface NamesOptions {
  /** Name servers to ask for records instead of the system's, as `dns.getServers()` writes them. */
  readonly servers?: readonly string[]
  /** How long each question waits for an answer. */
  readonly timeoutMs?: number
}

/** The resolver of this machine. Failures of any kind are "no answer": the caller tells which names it asked for. */
export function systemNames({ servers, timeoutMs = QUERY_TIMEOUT_MS }: NamesOptions = {}): Names {
  const resolver = async () => {
    const { Resolver } = await import('node:dns/promises')
    const own = new Resolver({ timeout: timeoutMs, tries: QUERY_TRIES })
    if (servers !== undefined) own.setServers(servers)
    return own
  }
  return {
    addresses,
    async services(domain) {
      const records = await (await resolver()).resolveSrv(domain).catch(() => [])
      return inOrder(records.map(({ name, port, priority, weight }) => ({ host: absolute(name), port, priority, weight })))
    },
    async uris(domain) {
      const [{ getServers }, { uriRecords }] = await Promise.all([import('node:dns'), import('./uri-records.ts')])
      return inOrder(await uriRecords(domain, servers ?? getServers(), timeoutMs))
    },
    async text(domain) {
      const [record] = await (await resolver()).resolveTxt(domain).catch(() => [])
      return record?.[0]
    },
    async local() {
      const { networkInterfaces } = await import('node:os')
      const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? [])
      const outward = addresses.filter(a => !LOOPBACK.includes(a.address) && !a.address.startsWith('fe80:'))
      return [...new Set(outward.map(a => a.address))].map(addressOctets)
    },
  }
}

async function addresses(host: string): Promise<readonly HostAddress[]> {
  const { isIP } = await import('node:net')
  const family = isIP(host)
  if (family === 4 || family === 6) return [{ address: host, family }]
  const { lookup } = await import('node:dns/promises')
  const found = await lookup(host, { all: true, verbatim: true }).catch(() => [])
  // The hosts file does not know names with the root's dot.
  if (found.length === 0 && host.endsWith('.')) return addresses(host.slice(0, -1))
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

/** Octets of an address in text, as the system writes it. */
export function addressOctets(address: string): Bytes {
  if (!address.includes(':')) return Uint8Array.from(address.split('.'), Number)
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const after = groups(tail ?? '')
  const before = groups(head)
  const middle = tail === undefined ? [] : new Array<string>(8 - before.length - after.length).fill('0')
  return Uint8Array.from(
    [...before, ...middle, ...after].flatMap(group => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  )
}

/** Lowest priority first; within one priority at random, in proportion to the weights (RFC 2782). */
function inOrder<R extends { readonly priority: number; readonly weight: number }>(records: readonly R[]): readonly R[] {
  return records
    .map(record => ({ record, turn: -Math.log(1 - Math.random()) / Math.max(record.weight, LEAST_WEIGHT) }))
    .sort((a, b) => a.record.priority - b.record.priority || a.turn - b.turn)
    .map(({ record }) => record)
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`
}

/** A loopback interface may have other addresses, which count: only these are everybody's. */
const LOOPBACK = ['127.0.0.1', '::1']
const QUERY_TIMEOUT_MS = 3000
const QUERY_TRIES = 2
/** Weight 0 has to have a very small chance, not none. */
const LEAST_WEIGHT = 0.01
