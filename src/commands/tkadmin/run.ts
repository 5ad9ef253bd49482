import type { AdminApi } from '../../admin/api.ts'
import { type ClientConfig, loadClientConfig } from '../../core/config/krb5-conf.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import { loadZone } from '../../core/time/zone.ts'
import { type Call, type OptionsOf, type Outcome, onTerminal } from '../base.ts'
import { defaultCaller } from './caller.ts'
import { exposureWarning } from './exposed-secrets.ts'
import type { LOCAL_FLAGS } from './flags.ts'
import { runArguments, runPrompt, runQuery, type Session } from './repl.ts'

export type AdminCall = Call<OptionsOf<typeof LOCAL_FLAGS>>

/** tkadmin.local: the language directly on the database. */
export async function runLocal(call: AdminCall): Promise<Outcome> {
  const { name, options, operands } = call
  process.umask(0o077)
  const config = await loadClientConfig(call.env)
  const realm = options.realm ?? config.defaultRealm
  if (realm === undefined) return stop(call, 'unable to get default realm')
  const caller = options.principal ?? (await callerFor(realm, call, config))
  if (caller === undefined) return stop(call, 'unable to figure out a principal name')
  if (operands.length === 0 && !call.json) call.out(`Authenticating as principal ${caller} with password.\n`)
  const api = await initialized(name, () => open(realm, caller, call))
  try {
    return { status: await converse(api, call, config) }
  } finally {
    await api.close()
  }
}

/** A failure while starting, with the phrase that MIT's programs have for it. */
export async function initialized<T>(program: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    throw error instanceof KrbError ? error.during(`initializing ${program} interface`) : error
  }
}

/** What works on a database is loaded only here: the remote way in does without. */
async function open(realm: string, caller: string, { env, options }: AdminCall): Promise<AdminApi> {
  const [{ openLocalAdmin }, { loadKdcConfig }, { checkDatabaseArguments, withDatabaseOptions }] = await Promise.all([
    import('../../admin/local/local-admin.ts'),
    import('../../core/config/kdc-conf.ts'),
    import('./database-options.ts'),
  ])
  const read = await loadKdcConfig(env, realm)
  checkDatabaseArguments(options.argument)
  const config = withDatabaseOptions(read, { database: options.database, arguments: options.argument, keySalts: options.keysalts })
  const parties = { config, caller: parsePrincipal(caller, { defaultRealm: realm }) }
  if (!options.masterkey) return openLocalAdmin(parties, env)
  return openLocalAdmin({ ...parties, masterPassword: () => env.prompter.secret('Enter KDC database master key: ') }, env)
}

/** The requests of the command line, of -q or of standard input. The exit status. */
export async function converse(api: AdminApi, call: AdminCall, config: ClientConfig): Promise<number> {
  const { name, options, operands, env, json, out, err } = call
  const warning = exposureWarning({ operands, query: options.query, password: options.password }, name)
  if (warning !== undefined && onTerminal()) err(warning)
  const zone = await loadZone(env)
  const reading = () => ({ realm: api.realm, now: env.clock.now().seconds, zone })
  const session: Session = { api, env, config, zone, program: name, script: operands.length > 0, listening: false, reading, json, out, err }
  if (operands.length > 0) return runArguments(operands, session)
  return options.query === undefined ? runPrompt(session) : runQuery(options.query, session)
}

export async function callerFor(realm: string, { env }: AdminCall, config: ClientConfig): Promise<string | undefined> {
  try {
    return await defaultCaller(realm, env, config)
  } catch (error) {
    throw error instanceof KrbError ? error.during('opening default credentials cache') : error
  }
}

export function stop({ name, err }: Pick<AdminCall, 'name' | 'err'>, text: string): Outcome {
  err(`${name}: ${text}\n`)
  return { status: 1 }
}
