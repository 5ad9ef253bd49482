import type { Ccache } from '../../core/ccache/ccache.ts'
import { findCacheOf, makePrimary } from '../../core/ccache/collection.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'
import { namingOthers } from '../text/cache-origin.ts'
import { duringPlainly } from '../text/phrase.ts'

/** Which cache: by its name, by whose it is, or by what it is for. */
export type Wanted = { readonly cache: string } | { readonly principal: string } | { readonly service: string }

/** Makes that cache the primary one of its collection; where there is no collection (FILE) this has no effect and is no error. */
export async function switchTo(wanted: Wanted, env: Env, config: ClientConfig): Promise<Ccache> {
  const cache = await wantedCache(wanted, env, config)
  await duringPlainly('switching to credential cache', () => makePrimary(cache, env, config))
  return cache
}

async function wantedCache(wanted: Wanted, env: Env, config: ClientConfig): Promise<Ccache> {
  if ('cache' in wanted) return duringPlainly(`resolving ${wanted.cache}`, () => resolveCcache(wanted.cache, env, config))
  return 'service' in wanted ? cacheForService(wanted.service, env, config) : cacheOfPrincipal(wanted.principal, env, config)
}

async function cacheForService(name: string, env: Env, config: ClientConfig): Promise<Ccache> {
  const { selectCache } = await import('../../core/ccache/select.ts')
  return during(`choosing a ccache for ${name}`, async () => {
    const selection = await selectCache(serviceOf(name, config), env, config)
    if (selection?.cache !== undefined) return selection.cache
    const hints = selection === undefined ? [] : [`~/.k5identity names ${unparsePrincipal(selection.client)}, who has no cache`]
    throw new KrbError('KRB5_CC_NOTFOUND', {}, { hints })
  })
}

/** `host/name` is a service on a host, as GSS clients would name it. */
function serviceOf(name: string, config: ClientConfig): Principal {
  const server = parsePrincipal(name, { defaultRealm: '' })
  const [, host] = server.components
  if (server.components.length !== 2 || host === undefined) return server
  return { ...server, type: NameType.SRV_HST, realm: server.realm === '' ? (config.realmOfHost(host) ?? '') : server.realm }
}

async function cacheOfPrincipal(name: string, env: Env, config: ClientConfig): Promise<Ccache> {
  const { defaultRealm } = config
  const principal = await duringPlainly(`parsing principal name ${name}`, async () => parsePrincipal(name, { defaultRealm }))
  const find = async () => {
    const cache = await findCacheOf(principal, undefined, env, config)
    if (cache === undefined) throw new KrbError('KRB5_CC_NOTFOUND')
    return cache
  }
  return namingOthers({ env, config }, () => duringPlainly(`searching for ccache for ${name}`, find))
}
