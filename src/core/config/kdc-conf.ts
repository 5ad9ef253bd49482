import type { Env } from '../env.ts'
import { parseAbsolute } from '../time/absolute.ts'
import { loadZone } from '../time/zone.ts'
import { type AuditSettings, auditSettings } from './audit.ts'
import type { ListenAddress } from './host-port.ts'
import { DATABASE_MODULE, KDC_DEFAULTS, KDC_REALM_AND_DEFAULTS, KDC_REALM_OR_DEFAULTS, kdcRealm } from './kdc-relations.ts'
import { type ClientConfig, clientConfig, clientPaths, readProfile } from './krb5-conf.ts'
import { type Logging, logging } from './logging.ts'
import type { Profile } from './profile.ts'
import { joined, type ValuesOf, valuesOf } from './relation.ts'
import { allValues, firstValues, lastValues } from './source.ts'
import { stateFolder, TKREALM } from './state-folder.ts'

/** A realm as its KDC and its administration programs see it. Values are read when asked for and may throw then. */
export interface KdcConfig
  extends ValuesOf<ReturnType<typeof kdcRealm>>,
    ValuesOf<typeof KDC_REALM_OR_DEFAULTS>,
    ValuesOf<typeof KDC_REALM_AND_DEFAULTS>,
    ValuesOf<typeof KDC_DEFAULTS> {
  readonly realm: string
  /** kdc.conf and krb5.conf as one. */
  readonly profile: Profile
  /** The same files as a client reads them: clockskew, permitted enctypes, [domain_realm], [capaths]. */
  readonly client: ClientConfig
  readonly kdcTcpListen: readonly ListenAddress[]
  readonly keyStashFile: string
  /** The database's name as MIT has it; what the file is called is the store's business. */
  readonly databaseName: string
  readonly database: DatabaseConfig
  logging(entity: 'kdc' | 'admin_server'): Logging
  readonly audit: AuditSettings
}

/** The section of [dbmodules] that the realm's `database_module` names, by default the realm's own name. */
interface DatabaseConfig extends ValuesOf<typeof DATABASE_MODULE> {
  readonly module: string
}

/**
 * Reads KRB5_KDC_PROFILE (default /etc/krb5kdc/kdc.conf) and the files of krb5.conf as one profile. `realm` is the default realm unless given; throws as
 * `loadClientConfig`, and `KRB5_CONFIG_NODEFREALM`.
 */
export async function loadKdcConfig(env: Pick<Env, 'vars' | 'files' | 'clock'>, realm?: string): Promise<KdcConfig> {
  const profile = await readProfile(await kdcPaths(env), env)
  const zone = await loadZone(env)
  return kdcConfig(profile, realm, text => parseAbsolute(text, env.clock.now().seconds, zone))
}

/** A configuration from a profile that somebody else has read. `readDate` reads default_principal_expiration. */
export function kdcConfig(profile: Profile, realm: string | undefined, readDate: (text: string) => number | undefined): KdcConfig {
  const client = clientConfig(profile)
  const name = realm ?? client.requireDefaultRealm()
  const section = ['realms', name]
  const module = profile.value(...section, 'database_module') ?? name
  const moduleSection = ['dbmodules', module]
  const own = {
    realm: name,
    profile,
    client,
    keyStashFile: profile.last(...section, 'key_stash_file') ?? `/etc/krb5kdc/.k5.${name}`,
    databaseName: profile.value(...moduleSection, 'database_name') ?? profile.value(...section, 'database_name') ?? DATABASE_NAME,
    database: joined({ module }, valuesOf(DATABASE_MODULE, firstValues(profile, [moduleSection]))),
    logging: (entity: 'kdc' | 'admin_server') => logging(profile, entity),
    audit: auditSettings(profile),
  }
  const ofRealm = valuesOf(kdcRealm(readDate), lastValues(profile, [section]))
  const ofEither = valuesOf(KDC_REALM_OR_DEFAULTS, lastValues(profile, [section, ['kdcdefaults']]))
  const ofBoth = valuesOf(KDC_REALM_AND_DEFAULTS, allValues(profile, [['kdcdefaults'], section]))
  const ofDefaults = valuesOf(KDC_DEFAULTS, lastValues(profile, [['kdcdefaults']]))
  const listen = {
    get kdcTcpListen() {
      return ofEither.kdcTcpListenIfAny ?? ofEither.kdcListen
    },
  }
  return joined(own, ofRealm, ofEither, ofBoth, ofDefaults, listen)
}

/** kdc.conf first. tkrealm's own stands beside the krb5.conf that a machine without any other uses. */
async function kdcPaths(env: Pick<Env, 'vars' | 'files'>): Promise<readonly string[]> {
  const client = await clientPaths(env)
  const own = stateFolder(env.vars)
  const standard = client[0] === `${own}/${TKREALM}/krb5.conf` ? `${own}/${TKREALM}/kdc.conf` : SYSTEM_FILE
  return [env.vars.KRB5_KDC_PROFILE ?? standard, ...client]
}

const SYSTEM_FILE = '/etc/krb5kdc/kdc.conf'
const DATABASE_NAME = '/var/lib/krb5kdc/principal'
