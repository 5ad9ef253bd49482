import { EMPTY } from '../bytes/bytes.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../principal/principal.ts'
import { Secret } from '../secret/secret.ts'
import type { ConfigEntry, Credential } from './credential.ts'

/** Settings are kept in a cache as credentials of a server that cannot be (docs/formats/ccache.md). */
export function isConfigEntry(credential: Credential): boolean {
  return credential.server.realm === CONFIG_REALM && credential.server.components[0] === CONFIG_NAME
}

/** The credential that stands for `entry` in the cache of `client`. */
export function configCredential(entry: ConfigEntry, client: Principal): Credential {
  const about = entry.server === undefined ? [] : [unparsePrincipal(entry.server)]
  return {
    client,
    server: { type: 1, realm: CONFIG_REALM, components: [CONFIG_NAME, entry.key, ...about] },
    key: { etype: 0, value: new Secret(EMPTY) },
    authtime: 0,
    starttime: 0,
    endtime: 0,
    renewTill: 0,
    isSkey: false,
    flags: 0,
    addresses: [],
    authdata: [],
    ticket: entry.value,
    secondTicket: EMPTY,
  }
}

/** undefined for an ordinary credential, and for a configuration entry without a key or about something that is no principal. */
export function configEntryOf(credential: Credential): ConfigEntry | undefined {
  const [, key, about] = credential.server.components
  if (!isConfigEntry(credential) || key === undefined) return undefined
  const value = credential.ticket
  if (about === undefined) return { key, value }
  try {
    return { key, server: parsePrincipal(about), value }
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** Whether the entry carries the setting `key` about `server` (about nobody in particular when that is undefined). */
export function isConfigFor(credential: Credential, key: string, server: Principal | undefined): boolean {
  const [, entryKey, about] = credential.server.components
  return isConfigEntry(credential) && entryKey === key && about === (server === undefined ? undefined : unparsePrincipal(server))
}

/** What a remover writes over the realm: as long, and matched by nobody. */
export const REMOVED_CONFIG_REALM = 'X-RMED-CONF:'

const CONFIG_REALM = 'X-CACHECONF:'
const CONFIG_NAME = 'krb5_ccache_conf_data'
