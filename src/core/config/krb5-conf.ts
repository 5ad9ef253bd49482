import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type Capaths, capaths } from './capaths.ts'
import { realmOfHost } from './host-realm.ts'
import { type InitialDefaults, initialDefaults, type LibDefaults, libDefaults } from './libdefaults.ts'
import { EMPTY_PROFILE, loadProfile, type Profile } from './profile.ts'
import { type RealmConfig, realmConfig } from './realms.ts'
import { joined } from './relation.ts'
import { stateFolder, TKREALM } from './state-folder.ts'

/**
 * The configuration as clients see it. Values are read when asked for; one that cannot be read is MIT's default, or throws where MIT's
 * programs stop. The defaults for initial tickets (`ticketLifetime`, `forwardable`, ...) are those of the default realm.
 */
export interface ClientConfig extends LibDefaults, InitialDefaults {
  /** Everything that was read, for `where` and for relations without a property. */
  readonly profile: Profile
  /** The default realm; throws `KRB5_CONFIG_NODEFREALM` when there is none. */
  requireDefaultRealm(): string
  /** Defaults for initial tickets of clients in this realm. */
  initialDefaults(realm: string): InitialDefaults
  realm(name: string): RealmConfig
  /** By [domain_realm]; undefined: ask the KDC. */
  realmOfHost(host: string): string | undefined
  readonly capaths: Capaths
  /** [appdefaults]: app and realm, app, realm, then alone. */
  appdefault(app: string, realm: string | undefined, name: string): string | undefined
}

/**
 * Reads KRB5_CONFIG (a list with colons), else /etc/krb5.conf, else tkrealm's own krb5.conf. No file at all is an empty configuration.
 * Throws `KRB5_CONFIG_BADFORMAT` for a syntax error, with its place, other `PROF_*` codes for includes, and what a broken value of
 * a relation that MIT reads at the start gives.
 */
export async function loadClientConfig(env: Pick<Env, 'vars' | 'files'>): Promise<ClientConfig> {
  return clientConfig(await readProfile(await clientPaths(env), env))
}

/** A configuration from a profile that somebody else has read. */
export function clientConfig(profile: Profile): ClientConfig {
  const defaults = libDefaults(profile)
  for (const key of READ_AT_START) void defaults[key]
  const methods = {
    profile,
    requireDefaultRealm: () => {
      if (defaults.defaultRealm === undefined) throw new KrbError('KRB5_CONFIG_NODEFREALM')
      return defaults.defaultRealm
    },
    initialDefaults: (realm: string) => initialDefaults(profile, realm),
    realm: (name: string) => realmConfig(profile, name),
    realmOfHost: (host: string) => realmOfHost(profile, host),
    capaths: capaths(profile),
    appdefault: (app: string, realm: string | undefined, name: string) => appdefault(profile, app, realm, name),
  }
  return joined(methods, defaults, initialDefaults(profile, defaults.defaultRealm))
}

/** The files of krb5.conf, first to last. */
export async function clientPaths(env: Pick<Env, 'vars' | 'files'>): Promise<readonly string[]> {
  const named = env.vars.KRB5_CONFIG
  if (named !== undefined) return named.split(':').map(path => atHome(path, env.vars))
  const own = stateFolder(env.vars)
  if (own === undefined || (await env.files.stat(SYSTEM_FILE)) !== undefined) return [SYSTEM_FILE]
  return [`${own}/${TKREALM}/krb5.conf`]
}

/** As MIT opens its profile: nothing there is an empty one, and syntax errors have one text for all. */
export async function readProfile(paths: readonly string[], env: Pick<Env, 'files'>): Promise<Profile> {
  try {
    return await loadProfile(paths, env.files)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    if (error.code === 'ENOENT') return EMPTY_PROFILE
    if (!SYNTAX_ERRORS.has(error.code)) throw error
    throw new KrbError('KRB5_CONFIG_BADFORMAT', error.params, { hints: [error.message, ...error.hints], cause: error })
  }
}

function appdefault(profile: Profile, app: string, realm: string | undefined, name: string): string | undefined {
  const ofRealm = (path: readonly string[]) => (realm === undefined ? undefined : profile.value('appdefaults', ...path, realm, name))
  return ofRealm([app]) ?? profile.value('appdefaults', app, name) ?? ofRealm([]) ?? profile.value('appdefaults', name)
}

function atHome(path: string, vars: Env['vars']): string {
  return path.startsWith('~/') && vars.HOME !== undefined ? vars.HOME + path.slice(1) : path
}

const SYSTEM_FILE = '/etc/krb5.conf'

const SYNTAX_ERRORS: ReadonlySet<string> = new Set([
  'PROF_SECTION_NOTOP',
  'PROF_SECTION_SYNTAX',
  'PROF_RELATION_SYNTAX',
  'PROF_EXTRA_CBRACE',
  'PROF_MISSING_OBRACE',
])

/** What MIT reads when a program starts, and refuses to go on without. */
const READ_AT_START: readonly (keyof LibDefaults)[] = [
  'allowWeakCrypto',
  'allowDes3',
  'allowRc4',
  'ignoreAcceptorHostname',
  'enforceOkAsDelegate',
  'dnsCanonicalizeHostname',
  'requestTimeout',
]
