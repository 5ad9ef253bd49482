import type { Profile } from './profile.ts'
import { boolean, integer, list, text, type ValuesOf, valuesOf } from './relation.ts'
import { firstValues } from './source.ts'

export type RealmConfig = ValuesOf<typeof REALM>

/** The relations of a realm in [realms] that clients and services read. Servers are `host`, `host:port` or `[address]:port`, KDCs also `https://host/path`. */
export const REALM = {
  adminServers: list('admin_server', 'servers for kadmin, port 749'),
  authToLocal: list('auth_to_local', 'rules from principals to local names: RULE:..., DEFAULT'),
  autoFastArmor: boolean('auto_fast_armor', false, 'armour initial requests by anonymous PKINIT'),
  defaultDomain: text('default_domain', 'domain of hosts named by Kerberos 4 principals'),
  disableEncryptedTimestamp: boolean('disable_encrypted_timestamp', false, 'never answer with an encrypted timestamp'),
  httpAnchors: list('http_anchors', 'certificates that vouch for KDC proxies'),
  kadmindPort: integer('kadmind_port', 749, 'port of the admin_server relations that name none'),
  kdcs: list('kdc', 'KDCs, in the order to try them, port 88'),
  kpasswdServers: list('kpasswd_server', 'servers for password changes, port 464; default: admin_server'),
  primaryKdcs: { ...list('primary_kdc', 'the KDC that knows new passwords first'), otherName: 'master_kdc' },
  sitename: text('sitename', "this machine's site in an Active Directory"),
}

export function realmConfig(profile: Profile, realm: string): RealmConfig {
  return valuesOf(REALM, firstValues(profile, [['realms', realm]]))
}
