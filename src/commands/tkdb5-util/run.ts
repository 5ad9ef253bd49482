import { type KdcConfig, loadKdcConfig } from '../../core/config/kdc-conf.ts'
import { loadClientConfig } from '../../core/config/krb5-conf.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { type EtypeId, etypeIdByName } from '../../core/registry/etype.ts'
import type { FlagSet } from '../argv/flag.ts'
import { getopt } from '../argv/getopt.ts'
import { type Call, type OptionsOf, type Outcome, UsageError } from '../base.ts'
import { errorJson } from '../text/envelope.ts'
import { withDatabaseOptions, withValues } from '../tkadmin/database-options.ts'
import { create } from './create.ts'
import { destroy } from './destroy.ts'
import type { FLAGS } from './flags.ts'
import { stash } from './stash.ts'
import type { Done, Work } from './work.ts'

type UtilCall = Call<OptionsOf<typeof FLAGS>>

/** The subcommand and what its own options say, then the configuration, then the work. */
export async function run(call: UtilCall): Promise<Outcome> {
  const [word, ...words] = call.operands
  const task = readSubcommand(word, words)
  const master = readMasterOptions(call)
  if (master instanceof KrbError) return { failure: master }
  const config = await configuration(call, master.etype)
  process.umask(0o077)
  const failures: KrbError[] = []
  const { status, result } = await task(workOf(call, config, master.kvno, failures))
  const error = failures[0]
  return { status, json: () => ({ ...result, ...(error === undefined ? {} : { error: errorJson(error) }) }) }
}

type Task = (work: Work) => Promise<Done>

function readSubcommand(word: string | undefined, words: readonly string[]): Task {
  if (word === 'create') {
    const flags = read(word, words, { s: { letter: 's', doc: 'stash' }, W: { letter: 'W', doc: 'taken and not used' } })
    return work => create(flags.has('s'), work)
  }
  if (word === 'destroy') {
    const flags = read(word, words, { f: { letter: 'f', doc: 'force' } })
    return work => destroy(flags.has('f'), work)
  }
  if (word === 'stash') {
    const flags = read(word, words, { f: { letter: 'f', value: 'FILE', doc: 'file' } })
    return work => stash(flags.get('f'), work)
  }
  if (word !== undefined && LATER.has(word)) return later(word)
  throw new UsageError()
}

/** getopt's grammar for the words after the subcommand, whose name its complaints begin with; operands are passed over, as MIT does. */
function read(command: string, words: readonly string[], flags: FlagSet): ReadonlyMap<string, string | undefined> {
  const { complaints, settings } = getopt(words, flags, { program: command })
  if (complaints.length > 0) throw new UsageError(complaints.slice(0, 1))
  return new Map(settings.map(({ flag, value }) => [flag, value]))
}

function later(word: string): Task {
  return async work => {
    work.warn(`${work.program}: ${word} is not available in this version\n`)
    return { status: 1, result: {} }
  }
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
      failures.push(error.during(phrase.replace(/^while /, '')))
      err(`${name}: ${error.message} ${phrase}\n`)
    },
    warn: err,
  }
}

const LATER: ReadonlySet<string> = new Set([
  'dump',
  'load',
  'ark',
  'add_mkey',
  'use_mkey',
  'list_mkeys',
  'update_princ_encryption',
  'purge_mkeys',
  'tabdump',
])
