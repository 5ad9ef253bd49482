import { lookup, lookupService, Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { HostResolver } from '../core/principal/host.ts'

export interface HostsOptions {
  /** Name servers to ask for aliases instead of the system's, as `dns.getServers()` writes them. */
  readonly servers?: readonly string[]
  readonly hostsFile?: string
  readonly resolverFile?: string
}

/** Host names as this machine finds them; whatever fails is "not found". */
export function systemHosts(options: HostsOptions = {}): HostResolver {
  return {
    canonical: host => canonical(host, options),
    reverse: hostNameOf,
    searchDomain: async () => (await searchDomains(options))[0],
  }
}

/** The name that belongs to a numeric address, as getnameinfo finds it; undefined when there is none. */
export async function hostNameOf(address: string): Promise<string | undefined> {
  try {
    return (await lookupService(address, 0)).hostname
  } catch {
    return undefined
  }
}

/** Node's getaddrinfo keeps the canonical name to itself: it is the first one of a line in the hosts file, else at the end of the aliases. */
async function canonical(host: string, options: HostsOptions) {
  const addresses = await addressesOf(host)
  if (addresses.length === 0) return undefined
  const name = (await firstInHostsFile(host, options)) ?? (await endOfAliases(await qualified(host, options), options))
  return { name, addresses }
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true }).catch(() => [])
  return found.map(({ address }) => address)
}

async function firstInHostsFile(host: string, { hostsFile = '/etc/hosts' }: HostsOptions): Promise<string | undefined> {
  const wanted = host.toLowerCase()
  for (const line of (await textOf(hostsFile)).split('\n')) {
    const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (names.some(name => name.toLowerCase() === wanted)) return names[0]
  }
  return undefined
}

/** A short name as the search list completes it. */
async function qualified(host: string, options: HostsOptions): Promise<string> {
  if (host.includes('.')) return host
  for (const domain of await searchDomains(options)) {
    if ((await addressesOf(`${host}.${domain}.`)).length > 0) return `${host}.${domain}`
  }
  return host
}

async function endOfAliases(host: string, { servers }: HostsOptions): Promise<string> {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 1 })
  if (servers !== undefined) resolver.setServers(servers)
  let name = host
  for (let hops = 0; hops < MAX_ALIASES; hops++) {
    const [target] = await resolver.resolveCname(name).catch(() => [])
    if (target === undefined) break
    name = target
  }
  return name
}

/** The last `search` or `domain` line of resolv.conf counts. */
async function searchDomains({ resolverFile = '/etc/resolv.conf' }: HostsOptions): Promise<readonly string[]> {
  const lines = [...(await textOf(resolverFile)).matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)]
  return lines.at(-1)?.[1]?.trim().split(/\s+/) ?? []
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

const QUERY_TIMEOUT_MS = 2000
const MAX_ALIASES = 8
