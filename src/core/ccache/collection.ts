import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type Principal, samePrincipal } from '../principal/principal.ts'
import type { Ccache } from './ccache.ts'
import { listOf } from './entry-cache.ts'
import { type CcacheConfig, ccacheTypeOf } from './resolve.ts'

/**
 * The caches that a default name reaches, the primary first (MIT's krb5_cccol): all of a collection, or the one cache that the name
 * means. A name that makes no sense reaches none. Throws when a daemon that should know them cannot be asked.
 */
export async function openCollection(name: string | undefined, env: Env, config: CcacheConfig): Promise<AsyncIterable<Ccache>> {
  const named = await ccacheTypeOf(name, env, config).catch((error: unknown) => {
    if (!(error instanceof KrbError)) throw error
    return undefined
  })
  return named === undefined ? listOf([]) : named.type.members(named.residual)
}

/** `openCollection` in one list, as far as it goes: MIT's programs stop without a word where a collection cannot be followed further. */
export async function listCollection(name: string | undefined, env: Env, config: CcacheConfig): Promise<readonly Ccache[]> {
  const caches: Ccache[] = []
  const members = await openCollection(name, env, config)
  try {
    for await (const cache of members) caches.push(cache)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
  return caches
}

/** The first cache of the collection that belongs to `client`. Caches that cannot be read belong to nobody. */
export async function findCacheOf(
  client: Principal,
  name: string | undefined,
  env: Env,
  config: CcacheConfig,
): Promise<Ccache | undefined> {
  for await (const cache of await openCollection(name, env, config)) {
    const owner = await ownerOf(cache)
    if (owner !== undefined && samePrincipal(owner, client)) return cache
  }
  return undefined
}

/** The cache's client; undefined when nothing readable is in it. */
export async function ownerOf(cache: Ccache): Promise<Principal | undefined> {
  try {
    return await cache.principal()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

export interface CacheChoice {
  readonly cache: Ccache
  /** `existing` and `new` ones become the primary cache once they hold the tickets. */
  readonly how: 'existing' | 'new' | 'default'
}

/**
 * Where kinit puts the tickets of `client` when no cache is named: into the cache of that client in the default collection, else into
 * a new one when the default cache is somebody else's, else into the default cache.
 */
export async function chooseCacheFor(client: Principal, defaultCache: Ccache, env: Env, config: CcacheConfig): Promise<CacheChoice> {
  const { type, residual } = await ccacheTypeOf(undefined, env, config)
  if (type.switching === undefined) return { cache: defaultCache, how: 'default' }
  const existing = await findCacheOf(client, undefined, env, config)
  if (existing !== undefined) return { cache: existing, how: 'existing' }
  if ((await ownerOf(defaultCache)) === undefined) return { cache: defaultCache, how: 'default' }
  return { cache: await type.switching.create(residual), how: 'new' }
}

/** Makes `cache` the primary one of its collection; without a collection there is nothing to do. */
export async function makePrimary(cache: Ccache, env: Env, config: CcacheConfig): Promise<void> {
  const { type } = await ccacheTypeOf(cache.name, env, config)
  await type.switching?.setPrimary(cache)
}
