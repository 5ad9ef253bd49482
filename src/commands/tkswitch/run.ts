import type { Ccache } from '../../core/ccache/ccache.ts'
import { findCacheOf, makePrimary } from '../../core/ccache/collection.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import { duringPlainly } from '../text/phrase.ts'

/** Which cache: by its name, or by whose it is. */
export type Wanted = { readonly cache: string } | { readonly principal: string }

/** Makes that cache the primary one of its collection; where there is no collection (FILE) this has no effect and is no error. */
export async function switchTo(wanted: Wanted, env: Env, config: ClientConfig): Promise<Ccache> {
  const cache =
    'cache' in wanted
      ? await duringPlainly(`resolving ${wanted.cache}`, () => resolveCcache(wanted.cache, env, config))
      : await cacheOfPrincipal(wanted.principal, env, config)
  await duringPlainly('switching to credential cache', () => makePrimary(cache, env, config))
  return cache
}

async function cacheOfPrincipal(name: string, env: Env, config: ClientConfig): Promise<Ccache> {
  const { defaultRealm } = config
  const principal = await duringPlainly(`parsing principal name ${name}`, async () => parsePrincipal(name, { defaultRealm }))
  return duringPlainly(`searching for ccache for ${name}`, async () => {
    const cache = await findCacheOf(principal, undefined, env, config)
    if (cache === undefined) throw new KrbError('KRB5_CC_NOTFOUND')
    return cache
  })
}
