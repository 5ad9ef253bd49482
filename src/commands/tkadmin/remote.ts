import type { AdminApi } from '../../admin/api.ts'
import type { AdminLogIn } from '../../admin/client/log-in.ts'
import { openRemoteAdmin } from '../../admin/client/remote-admin.ts'
import { encodeText } from '../../core/bytes/text.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import { type ClientConfig, loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { Secret } from '../../core/secret/secret.ts'
import { anonymousPrincipal } from '../../kdc-client/as/anonymous.ts'
import { adminChannel } from '../../platform/admin-channel.ts'
import { realmChannel } from '../../platform/channel.ts'
import { systemHosts } from '../../platform/host-name.ts'
import { passwordChannel } from '../../platform/password-channel.ts'
import { type Outcome, UsageError } from '../base.ts'
import { holderOf, hostCaller } from './caller.ts'
import { disagree, type RemoteCall, wayIn } from './flags.ts'
import { callerFor, converse, initialized, stop } from './run.ts'

/** tkadmin: the language through a realm's kadmind. */
export async function runRemote(given: RemoteCall): Promise<Outcome> {
  const { name, operands } = given
  if (disagree(given.options)) throw new UsageError([])
  const config = await loadClientConfig(given.env)
  const realm = given.options.realm ?? config.defaultRealm
  if (realm === undefined) return stop(given, 'unable to get default realm')
  const call = withAdministrator(given, realm, config)
  const { options } = call
  const cache = await namedCache(call, config)
  const caller = options.principal ?? (await callerOf(realm, cache, call, config))
  if (caller === undefined) return stop(call, 'unable to figure out a principal name')
  if (operands.length === 0 && !call.json) call.out(`Authenticating as principal ${caller} with ${proofOf(call)}\n`)
  const api = await initialized(name, () => open({ realm, caller, cache }, call, config))
  try {
    const status = await converse(api, call, config)
    if (cache !== undefined && operands.length === 0) call.err('\n\x07\x07\x07Administration credentials NOT DESTROYED.\n')
    return { status }
  } finally {
    await api.close()
  }
}

/**
 * Who administers when nobody is named and no proof is given: `[appdefaults] tkadmin = { REALM = { principal = NAME, keytab = KEYTAB } }`, as a realm of
 * tkrealm has it.
 */
function withAdministrator(call: RemoteCall, realm: string, config: ClientConfig): RemoteCall {
  const { options } = call
  const said = [options.principal, options.password, options.ccache].some(given => given !== undefined)
  if (said || options.keytab || options.anonymous) return call
  const [principal, keytabfile] = ['principal', 'keytab'].map(name => config.appdefault('tkadmin', realm, name))
  if (principal === undefined || keytabfile === undefined) return call
  return { ...call, options: { ...options, principal, keytab: true, keytabfile } }
}

interface Parties {
  readonly realm: string
  readonly caller: string
  /** The one that -c names. */
  readonly cache: Ccache | undefined
}

async function open({ realm, caller, cache }: Parties, call: RemoteCall, config: ClientConfig): Promise<AdminApi> {
  const { env, options } = call
  if (options.old) throw new KrbError('KADM5_GSS_ERROR', {}, { text: 'The old RPC flavor of -O (AUTH_GSSAPI) is not supported' })
  const parsed = parsePrincipal(caller, { defaultRealm: config.defaultRealm ?? realm })
  const client = parsed.realm === '' ? { ...parsed, realm: config.defaultRealm ?? realm } : parsed
  using password = options.password === undefined ? undefined : new Secret(encodeText(options.password))
  const context = {
    env,
    config,
    channel: realmChannel(config, env),
    passwords: passwordChannel(config, env),
    servers: adminChannel(config, env, { server: options.server }),
    hosts: systemHosts(),
  }
  // Awaited, so that the password lives as long as it is needed.
  return await openRemoteAdmin({ realm, client, logIn: await logInOf(call, config, cache, password) }, context)
}

async function logInOf(
  { env, options }: RemoteCall,
  config: ClientConfig,
  cache: Ccache | undefined,
  password: Secret | undefined,
): Promise<AdminLogIn> {
  if (cache !== undefined) return { by: 'cache', cache }
  const way = wayIn(options)
  if (way === 'keytab') return { by: 'keytab', keytab: await resolveKeytab(options.keytabfile, env, config, 'server') }
  if (way === 'anonymous') return { by: 'anonymous' }
  return { by: 'password', ...(password !== undefined && { password }) }
}

/** How the caller proves who he is, in kadmin's words. */
function proofOf({ options }: RemoteCall): string {
  switch (wayIn(options)) {
    case 'cache':
      return 'existing credentials.'
    case 'keytab':
      return options.keytabfile === undefined ? 'default keytab.' : `keytab ${options.keytabfile}.`
    case 'anonymous':
      return 'password; anonymous requested.'
    case 'password':
      return 'password.'
  }
}

async function namedCache({ env, options }: RemoteCall, config: ClientConfig): Promise<Ccache | undefined> {
  const { ccache } = options
  if (ccache === undefined) return undefined
  return during(`opening credentials cache ${ccache}`, () => resolveCcache(ccache, env, config))
}

async function callerOf(realm: string, cache: Ccache | undefined, call: RemoteCall, config: ClientConfig): Promise<string | undefined> {
  const { env, options } = call
  if (options.anonymous) return unparsePrincipal(anonymousPrincipal(realm))
  const holder = cache === undefined ? undefined : await holderOf(cache)
  if (holder !== undefined) return unparsePrincipal(holder)
  if (options.keytab) return hostCaller(env, config, systemHosts())
  return callerFor(realm, call, config)
}
