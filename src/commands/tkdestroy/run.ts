import type { Ccache } from '../../core/ccache/ccache.ts'
import { findCacheOf, listCollection } from '../../core/ccache/collection.ts'
import type { CcacheConfig } from '../../core/ccache/resolve.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { duringPlainly } from '../text/phrase.ts'

export interface Destruction {
  readonly cache: string
  readonly destroyed: boolean
  /** Why not. An absent cache is no failure, but it is told. */
  readonly problem?: KrbError
}

/** Throws nothing of its own: what went wrong is in the result. */
export async function destroyCache(cache: Ccache): Promise<Destruction> {
  try {
    await cache.destroy()
    return { cache: cache.name, destroyed: true }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { cache: cache.name, destroyed: false, problem: error }
  }
}

/** Every cache that the default name `name` reaches. */
export async function destroyAll(name: string | undefined, env: Env, config: CcacheConfig): Promise<readonly Destruction[]> {
  const results: Destruction[] = []
  for (const cache of await reached(name, env, config)) results.push(await destroyCache(cache))
  return results
}

/** Whether the default name still reaches a cache, be there tickets in it or not. */
export async function cachesRemain(name: string | undefined, env: Env, config: CcacheConfig): Promise<boolean> {
  return (await reached(name, env, config)).length > 0
}

/** Throws `KRB5_CC_NOTFOUND` when no cache of the collection belongs to `principal`. */
export async function cacheOf(principal: Principal, name: string | undefined, env: Env, config: CcacheConfig): Promise<Ccache> {
  const cache = await findCacheOf(principal, name, env, config)
  if (cache === undefined) throw new KrbError('KRB5_CC_NOTFOUND')
  return cache
}

export function isAbsence(problem: KrbError): boolean {
  return problem.code === 'KRB5_FCC_NOFILE'
}

function reached(name: string | undefined, env: Env, config: CcacheConfig): Promise<readonly Ccache[]> {
  return duringPlainly('listing credential caches', () => listCollection(name, env, config))
}
