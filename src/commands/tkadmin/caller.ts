import type { Ccache } from '../../core/ccache/ccache.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type HostResolver, hostServicePrincipals } from '../../core/principal/host.ts'
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

/** The holder of the cache; undefined when it cannot be read. */
export async function holderOf(cache: Pick<Ccache, 'principal'>): Promise<Principal | undefined> {
  try {
    return await cache.principal()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** This host's own service: `host/this.host@REALM`, without a realm where [domain_realm] has none for it. */
export async function hostCaller(env: Env, config: ClientConfig, hosts: HostResolver): Promise<string> {
  const { dnsCanonicalizeHostname, rdns, qualifyShortname } = config
  const rules = { dnsCanonicalizeHostname, rdns, qualifyShortname, realmOfHost: (host: string) => config.realmOfHost(host) }
  for await (const principal of hostServicePrincipals('host', env.host.hostname(), rules, hosts)) return unparsePrincipal(principal)
  throw new KrbError('KRB5_ERR_BAD_HOSTNAME', { host: env.host.hostname() }, { doing: 'creating host service principal' })
}

/** A name that means no cache at all is an error. */
async function cacheHolder(env: Env, config: ClientConfig): Promise<Principal | undefined> {
  return holderOf(await resolveCcache(undefined, env, config))
}
