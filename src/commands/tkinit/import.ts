import type { Ccache } from '../../core/ccache/ccache.ts'
import { type CacheChoice, chooseCacheFor, makePrimary, ownerOf } from '../../core/ccache/collection.ts'
import { configEntryOf, isConfigEntry } from '../../core/ccache/config-entry.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import type { TimeOffset } from '../../core/ccache/format.ts'
import { decodeKirbi, looksLikeKirbi } from '../../core/ccache/kirbi.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { isTgtPrincipal, type Principal, samePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { saying } from '../text/phrase.ts'

export interface Imported {
  readonly cache: string
  readonly client: string
  readonly tickets: number
  readonly how: CacheChoice['how'] | 'specified'
}

/**
 * Puts the tickets of `source` into a cache without asking a KDC: of a .kirbi file (KRB-CRED, binary or base64), of a cache file, or of any
 * cache by its name. A cache of the same client keeps what else is in it; another's is replaced, as a log-in would.
 */
export async function importTickets(
  source: string,
  cacheName: string | undefined,
  { env, config }: { readonly env: Env; readonly config: ClientConfig },
): Promise<Imported> {
  const bundle = await during(`importing ${source}`, () => readSource(source, env, config))
  const { cache, how } = await chooseTarget(cacheName, bundle.client, env, config)
  await during(`storing into ${cache.name}`, () => putInto(cache, bundle))
  if (how === 'existing' || how === 'new') await during('switching to new ccache', () => makePrimary(cache, env, config))
  const tickets = bundle.entries.filter(entry => !isConfigEntry(entry)).length
  return { cache: cache.name, client: unparsePrincipal(bundle.client), tickets, how }
}

interface Bundle {
  readonly client: Principal
  /** Tickets and settings, in their order. */
  readonly entries: readonly Credential[]
  readonly offset?: TimeOffset
}

async function readSource(source: string, env: Env, config: ClientConfig): Promise<Bundle> {
  if (!source.includes(':')) {
    const octets = await env.files.read(source, { maxBytes: MOST_OCTETS })
    if (looksLikeKirbi(octets)) return fromKirbi(decodeKirbi(octets))
  }
  const cache = await resolveCcache(source, env, config)
  const client = await cache.principal()
  const entries: Credential[] = []
  for await (const entry of cache.entries()) entries.push(entry)
  return { client, entries, offset: await cache.offset() }
}

/** The message does not say whose cache it was: the client of its ticket-granting ticket, else of its first ticket. */
function fromKirbi(entries: readonly Credential[]): Bundle {
  const first = entries.find(({ server }) => isTgtPrincipal(server)) ?? entries[0]
  if (first === undefined) throw new KrbError('KRB5_NO_TKT_SUPPLIED')
  return { client: first.client, entries }
}

async function chooseTarget(name: string | undefined, client: Principal, env: Env, config: ClientConfig) {
  if (name !== undefined) {
    const cache = await saying(`resolving ccache ${name}`, () => resolveCcache(name, env, config))
    return { cache, how: 'specified' as const }
  }
  const opened = await during('getting default ccache', () => resolveCcache(undefined, env, config))
  return during(`searching for ccache for ${unparsePrincipal(client)}`, () => chooseCacheFor(client, opened, env, config))
}

async function putInto(cache: Ccache, { client, entries, offset }: Bundle): Promise<void> {
  const owner = await ownerOf(cache)
  // Written as they are: settings that we cannot read belong to somebody too.
  if (owner === undefined || !samePrincipal(owner, client)) return cache.replace(client, entries, [], offset)
  for (const entry of entries) {
    const setting = configEntryOf(entry)
    if (setting !== undefined) {
      await cache.setConfig(setting.key, setting.value, setting.server)
      continue
    }
    await cache.remove(present => sameService(present, entry))
    await cache.store(entry)
  }
}

function sameService(a: Credential, b: Credential): boolean {
  return a.isSkey === b.isSkey && samePrincipal(a.client, b.client) && samePrincipal(a.server, b.server)
}

const MOST_OCTETS = 1 << 26
