import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'

/**
 * Who administers when nobody is named: the first component of the default cache's principal, else $USER, else the login name, each
 * with `/admin`. undefined when none of them is known.
 */
export async function defaultCaller(realm: string, env: Env, config: ClientConfig): Promise<string | undefined> {
  const holder = await cacheHolder(env, config)
  if (holder !== undefined) {
    const first = { ...holder, components: holder.components.slice(0, 1) }
    return `${unparsePrincipal(first, { realm: 'never' })}/admin@${holder.realm}`
  }
  const user = env.vars.USER ?? env.host.username()
  return user === undefined ? undefined : `${user}/admin@${realm}`
}

/** A cache that is missing or broken names nobody; a name that means no cache at all is an error. */
async function cacheHolder(env: Env, config: ClientConfig): Promise<Principal | undefined> {
  const cache = await resolveCcache(undefined, env, config)
  try {
    return await cache.principal()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}
