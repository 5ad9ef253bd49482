import type { Ccache } from '../../core/ccache/ccache.ts'
import { ownerOf } from '../../core/ccache/collection.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import type { Keytab } from '../../core/keytab/keytab.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { type HostResolver, hostServicePrincipals } from '../../core/principal/host.ts'
import { type Principal, parsePrincipal, samePrincipal } from '../../core/principal/principal.ts'
import { anonymousPrincipal } from '../../kdc-client/as/anonymous.ts'
import { saying } from '../text/phrase.ts'
import type { NameOrigin } from '../text/realm-origin.ts'
import type { InitOptions, KeytabChoice } from './flags.ts'

/** Nobody is who should log in: no name was given and none could be found. */
export class NobodyError extends Error {
  override readonly name = 'NobodyError'
}

export interface ClientWorld {
  readonly env: Env
  readonly config: ClientConfig
  readonly hosts: HostResolver
}

/**
 * Who logs in, as MIT's kinit finds out: the name given; nobody in particular (-n); the first name of the client keytab (-i) or this
 * host (-k); whose the cache is; the login name.
 */
export async function chooseClient(
  options: InitOptions,
  cache: Ccache,
  world: ClientWorld,
): Promise<{ readonly principal: Principal; readonly fromCache: boolean; readonly origin: NameOrigin }> {
  const { env, config } = world
  const { enterprise, action } = options
  const named = async (text: string) => {
    const parse = () => parsePrincipal(text, { defaultRealm: config.defaultRealm, enterprise })
    return { principal: await saying(`when parsing name ${text}`, parse), fromCache: false, origin: { typed: text, enterprise } }
  }
  if (options.principal !== undefined) return named(options.principal)
  if (options.anonymous) {
    const principal = await during('getting default realm', async () => anonymousPrincipal(defaultRealm(config)))
    return { principal, fromCache: false, origin: { typed: '' } }
  }
  if (action.kind === 'keytab' && action.keytab.from === 'client') {
    const { principal, keytab } = await firstOfClientKeytab(world)
    return { principal, fromCache: false, origin: { cache: keytab } }
  }
  if (action.kind === 'keytab') {
    const principal = await hostPrincipal(action.keytab, world)
    return { principal, fromCache: false, origin: { host: principal.components[1] ?? '' } }
  }
  const owner = await ownerOf(cache)
  if (owner !== undefined) return { principal: owner, fromCache: true, origin: { cache: cache.name } }
  const user = env.host.username()
  if (user === undefined) throw new NobodyError('Unable to identify user')
  return named(user)
}

export async function openKeytab(choice: KeytabChoice, { env, config }: Pick<ClientWorld, 'env' | 'config'>): Promise<Keytab> {
  switch (choice.from) {
    case 'default':
      return during('getting initial credentials', () => resolveKeytab(undefined, env, config, 'server'))
    case 'client':
      return saying('resolving default client keytab', () => resolveKeytab(undefined, env, config, 'client'))
    case 'named':
      return saying(`resolving keytab ${choice.name}`, () => resolveKeytab(choice.name, env, config, 'server'))
  }
}

async function firstOfClientKeytab({ env, config }: ClientWorld): Promise<{ readonly principal: Principal; readonly keytab: string }> {
  const keytab = await saying('When resolving the default client keytab', () => resolveKeytab(undefined, env, config, 'client'))
  return saying('When determining client principal name from keytab', async () => {
    const [first] = await keytab.entries()
    if (first === undefined) throw new KrbError('KRB5_KT_NOTFOUND', { keytab: keytab.name })
    return { principal: first.principal, keytab: keytab.name }
  })
}

/**
 * host/THISHOST; of the two names with dns_canonicalize_hostname = fallback the one that the keytab has. MIT leaves a realm that no
 * [domain_realm] names empty and finds no KDC then, where the default realm serves.
 */
async function hostPrincipal(choice: KeytabChoice, world: ClientWorld): Promise<Principal> {
  const { env, config, hosts } = world
  const { dnsCanonicalizeHostname, rdns, qualifyShortname } = config
  return saying('when creating default server principal name', async () => {
    const realmOfHost = (host: string) => config.realmOfHost(host) ?? config.defaultRealm
    const rules = { dnsCanonicalizeHostname, rdns, qualifyShortname, realmOfHost }
    let first: Principal | undefined
    for await (const principal of hostServicePrincipals('host', env.host.hostname(), rules, hosts)) {
      first ??= principal
      if (dnsCanonicalizeHostname !== 'fallback' || (await hasKeyOf(principal, choice, world))) return principal
    }
    if (first === undefined) throw new KrbError('KRB5_ERR_BAD_HOSTNAME', { host: env.host.hostname() })
    return first
  })
}

/** A keytab that cannot be read has none; it is complained about when its key is needed. */
async function hasKeyOf(principal: Principal, choice: KeytabChoice, world: ClientWorld): Promise<boolean> {
  try {
    const entries = await (await openKeytab(choice, world)).entries()
    return entries.some(entry => samePrincipal(entry.principal, principal))
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

function defaultRealm({ defaultRealm: realm }: ClientConfig): string {
  if (realm === undefined) throw new KrbError('KRB5_CONFIG_NODEFREALM')
  return realm
}
