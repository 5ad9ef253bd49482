import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import { defaultRealmOrigin, hostRealmOrigin } from '../../core/config/realm-origin.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, parsePrincipal } from '../../core/principal/principal.ts'

/** Where a name came from that somebody wants something of a KDC for. */
export type NameOrigin = { readonly typed: string; readonly enterprise?: boolean } | { readonly cache: string } | { readonly host: string }

/** Runs `task`; an error that is about the realm of `principal` says where that realm came from. */
export async function namingRealm<T>(
  principal: Principal,
  origin: NameOrigin,
  { profile }: Pick<ClientConfig, 'profile'>,
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError && ABOUT_REALM.has(error.code))) throw error
    throw error.withHints(`realm ${principal.realm}: ${originText(origin, profile)}`)
  }
}

function originText(origin: NameOrigin, profile: ClientConfig['profile']): string {
  if ('cache' in origin) return `that of the principal in ${origin.cache}`
  const byDefault = defaultRealmOrigin(profile) ?? 'nothing sets a default'
  if ('host' in origin) return hostRealmOrigin(profile, origin.host) ?? byDefault
  return parsePrincipal(origin.typed, { defaultRealm: '', enterprise: origin.enterprise ?? false }).realm === ''
    ? byDefault
    : `as in ${origin.typed}`
}

const ABOUT_REALM: ReadonlySet<string> = new Set([
  'KRB5_REALM_UNKNOWN',
  'KRB5_KDC_UNREACH',
  'KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN',
  'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN',
])
