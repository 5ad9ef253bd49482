import { type KdcConfig, loadKdcConfig } from '../../core/config/kdc-conf.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { type EtypeId, etypeIdByName } from '../../core/registry/etype.ts'
import type { Call, OptionsOf, Outcome } from '../base.ts'
import { errorJson } from '../text/envelope.ts'
import { withDatabaseOptions, withValues } from '../tkadmin/database-options.ts'
import type { FLAGS } from './flags.ts'
import { readSubcommand } from './subcommands.ts'
import type { Work } from './work.ts'

type UtilCall = Call<OptionsOf<typeof FLAGS>>

/** The subcommand and what its own options say, then the configuration, then the work. */
export async function run(call: UtilCall): Promise<Outcome> {
  const [word, ...words] = call.operands
  const task = await readSubcommand(word, words)
  const master = readMasterOptions(call)
  if (master instanceof KrbError) return { failure: master }
  const config = await configuration(call, master.etype)
  process.umask(0o077)
  const failures: KrbError[] = []
  const { status, result } = await task(workOf(call, config, master.kvno, failures))
  const error = failures[0]
  return { status, json: () => ({ ...result, ...(error === undefined ? {} : { error: errorJson(error) }) }) }
}

interface MasterOptions {
  readonly etype: EtypeId | undefined
  readonly kvno: number | undefined
}

function readMasterOptions({ options }: UtilCall): MasterOptions | KrbError {
  const etype = options.k === undefined ? undefined : etypeIdByName(options.k)
  if (options.k !== undefined && etype === undefined) return invalid(`${options.k} is an invalid enctype`)
  const kvno = options.kv === undefined ? undefined : Number.parseInt(options.kv, 10) || 0
  if (kvno !== undefined && (kvno < 1 || kvno > 0xffff)) return invalid(`${options.kv} is an invalid mkeyVNO`)
  return { etype, kvno }
}

function invalid(what: string): KrbError {
  return new KrbError('EINVAL', {}, { text: `Invalid argument : ${what}` })
}

async function configuration({ options, env }: UtilCall, masterKeyType: EtypeId | undefined): Promise<KdcConfig> {
  const realm = options.r ?? (await during('getting default realm', async () => (await loadClientConfig(env)).requireDefaultRealm()))
  const read = await during('retrieving configuration parameters', () => loadKdcConfig(env, realm))
  const config = withDatabaseOptions(read, { database: options.d, arguments: options.x })
  return withValues(config, { masterKeyType, masterKeyName: options.M, keyStashFile: options.sf })
}

function workOf(call: UtilCall, config: KdcConfig, masterKvno: number | undefined, failures: KrbError[]): Work {
  const { name, env, json, options, out, err } = call
  return {
    config,
    env,
    program: name,
    json,
    password: options.P,
    masterKvno,
    askMaster: options.m,
    databaseArguments: options.x,
    print: text => {
      if (!json) out(text)
    },
    complain: (error, phrase) => {
      failures.push(phrase === '' ? error : error.during(phrase.replace(/^while /, '')))
      err(`${name}: ${error.message}${phrase === '' ? '' : ` ${phrase}`}\n`)
    },
    fail: (error, text) => {
      failures.push(error)
      err(text)
    },
    warn: err,
  }
}
