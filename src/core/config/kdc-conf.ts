import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { parseAbsolute } from '../time/absolute.ts'
import { loadZone } from '../time/zone.ts'
import type { ListenAddress } from './host-port.ts'
import { DATABASE_MODULE, KDC_DEFAULTS, KDC_REALM, KDC_REALM_OR_DEFAULTS, lastValueSource } from './kdc-relations.ts'
import { type ClientConfig, clientConfig, clientPaths, readProfile } from './krb5-conf.ts'
import { placeParams, sectionSource } from './libdefaults.ts'
import { type Logging, logging } from './logging.ts'
import type { Profile } from './profile.ts'
import { type ValuesOf, valuesOf } from './relation.ts'
import { stateFolder, TKREALM } from './state-folder.ts'

/** A realm as its KDC and its administration programs see it. Values are read when asked for and may throw then. */
export interface KdcConfig
  extends ValuesOf<typeof KDC_REALM>,
    Omit<ValuesOf<typeof KDC_REALM_OR_DEFAULTS>, 'kdcTcpListenOwn'>,
    ValuesOf<typeof KDC_DEFAULTS> {
  readonly realm: string
  /** kdc.conf and krb5.conf as one. */
  readonly profile: Profile
  /** The same files as a client reads them: clockskew, permitted enctypes, [domain_realm], [capaths]. */
  readonly client: ClientConfig
  readonly kdcTcpListen: readonly ListenAddress[]
  /** Expiration of new principals, seconds since 1970, 0 for never. */
  readonly defaultPrincipalExpiration: number
  readonly keyStashFile: string
  /** The database's name as MIT has it; what the file is called is the store's business. */
  readonly databaseName: string
  readonly database: DatabaseConfig
  logging(entity: 'kdc' | 'admin_server'): Logging
}

/** The section of [dbmodules] that the realm's `database_module` names, by default the realm's own name. */
export interface DatabaseConfig extends ValuesOf<typeof DATABASE_MODULE> {
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
  const realmValues = valuesOf(KDC_REALM, lastValueSource(profile, [section]))
  const sharedValues = valuesOf(KDC_REALM_OR_DEFAULTS, lastValueSource(profile, [section, ['kdcdefaults']]))
  const defaults = valuesOf(KDC_DEFAULTS, lastValueSource(profile, [['kdcdefaults']]))
  const module = profile.value(...section, 'database_module') ?? name
  const moduleSection = ['dbmodules', module]
  const own = {
    realm: name,
    profile,
    client,
    get kdcTcpListen() {
      return sharedValues.kdcTcpListenOwn ?? sharedValues.kdcListen
    },
    get defaultPrincipalExpiration() {
      return expiration(profile, name, readDate)
    },
    keyStashFile: profile.last(...section, 'key_stash_file') ?? `/etc/krb5kdc/.k5.${name}`,
    databaseName: profile.value(...moduleSection, 'database_name') ?? profile.value(...section, 'database_name') ?? DATABASE_NAME,
    database: Object.defineProperty(valuesOf(DATABASE_MODULE, sectionSource(profile, [moduleSection])), 'module', {
      value: module,
      enumerable: true,
    }) as DatabaseConfig,
    logging: (entity: 'kdc' | 'admin_server') => logging(profile, entity),
  }
  const values = [realmValues, sharedValues, defaults].map(part => Object.getOwnPropertyDescriptors(part))
  return Object.defineProperties(own, Object.assign({}, ...values)) as typeof own &
    typeof realmValues &
    typeof sharedValues &
    typeof defaults
}

/** kdc.conf first. tkrealm's own stands beside the krb5.conf that a machine without any other uses. */
async function kdcPaths(env: Pick<Env, 'vars' | 'files'>): Promise<readonly string[]> {
  const client = await clientPaths(env)
  const own = stateFolder(env.vars)
  const standard = client[0] === `${own}/${TKREALM}/krb5.conf` ? `${own}/${TKREALM}/kdc.conf` : SYSTEM_FILE
  return [env.vars.KRB5_KDC_PROFILE ?? standard, ...client]
}

function expiration(profile: Profile, realm: string, readDate: (text: string) => number | undefined): number {
  const path = ['realms', realm, 'default_principal_expiration']
  const text = profile.last(...path)
  if (text === undefined) return 0
  const seconds = readDate(text)
  if (seconds === undefined) throw new KrbError('KADM5_MISSING_CONF_PARAMS', { ...placeParams(profile.whereLast(...path)), name: path[2]! })
  return seconds
}

const SYSTEM_FILE = '/etc/krb5kdc/kdc.conf'
const DATABASE_NAME = '/var/lib/krb5kdc/principal'
