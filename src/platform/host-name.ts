import { lookup, lookupService, Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { HostResolver } from '../core/principal/host.ts'

/** Host names as this machine finds them; whatever fails is "not found". */
export function systemHosts(): HostResolver {
  return { canonical, reverse: hostNameOf, searchDomain }
}

/** The name that belongs to a numeric address, as getnameinfo finds it; undefined when there is none. */
export async function hostNameOf(address: string): Promise<string | undefined> {
  try {
    return (await lookupService(address, 0)).hostname
  } catch {
    return undefined
  }
}

async function canonical(host: string) {
  const found = await lookup(host, { all: true, verbatim: true }).catch(() => [])
  if (found.length === 0) return undefined
  return { name: await endOfAliases(host), addresses: found.map(({ address }) => address) }
}

/** Node's getaddrinfo keeps the canonical name to itself, so the CNAME records are followed here. */
async function endOfAliases(host: string): Promise<string> {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 1 })
  let name = host
  for (let hops = 0; hops < MAX_ALIASES; hops++) {
    const [target] = await resolver.resolveCname(name).catch(() => [])
    if (target === undefined) break
    name = target
  }
  return name
}

/** The last `search` or `domain` line of resolv.conf counts. */
async function searchDomain(): Promise<string | undefined> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
  return [...text.matchAll(/^\s*(?:search|domain)\s+(\S+)/gm)].at(-1)?.[1]
}

const QUERY_TIMEOUT_MS = 2000
const MAX_ALIASES = 8
