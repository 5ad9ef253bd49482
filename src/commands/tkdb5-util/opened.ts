import { openDatabase } from '../../admin/local/database.ts'
import { knownMasterKeys, masterKeysFrom } from '../../admin/local/master-keys.ts'
import { encodeText } from '../../core/bytes/text.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { Secret } from '../../core/secret/secret.ts'
import { type MasterKeys, masterPrincipal } from '../../kdc/store/master-key.ts'
import type { Store } from '../../kdc/store/store.ts'
import { checkDatabaseArguments } from '../tkadmin/database-options.ts'
import { tried, type Work } from './work.ts'

export interface Opened {
  readonly store: Store
  /** undefined when it could not be had: that is said, counts in the status, and some subcommands do without. */
  readonly masterKeys: MasterKeys | undefined
  /** The version that the stash file names as the newest; undefined when a password was given. */
  readonly stashedKvno: number | undefined
}

/** Opens the database and its master key, as MIT's does before most subcommands. undefined when there is no database. */
export async function opened(work: Work): Promise<Opened | undefined> {
  const store = await tried(work, 'while initializing database', async () => {
    checkDatabaseArguments(work.databaseArguments)
    return openDatabase(work.config)
  })
  if (store === undefined) return undefined
  const master = await tried(work, 'while retrieving master entry', async () => {
    const entry = await store.principal(masterPrincipal(work.config.realm, work.config.masterKeyName))
    if (entry === undefined) throw new KrbError('KRB5_KDB_NOENTRY')
    return entry
  })
  if (master !== undefined) return { store, ...(await masterKeys(store, work)) }
  await store.close()
  return undefined
}

async function masterKeys(store: Store, work: Work): Promise<Omit<Opened, 'store'>> {
  const asked = work.password !== undefined || work.askMaster
  const known = await tried(work, 'while reading master key', async () => {
    using password = await masterPassword(work)
    return knownMasterKeys(work.config, work.env, password)
  })
  if (known === undefined) {
    work.warn(`${work.program}: Warning: proceeding without master key\n`)
    return { masterKeys: undefined, stashedKvno: undefined }
  }
  const stashedKvno = asked ? undefined : known[0]?.kvno
  const keys = await tried(work, 'while getting master key list', () => masterKeysFrom(store, work.config, known, work.env))
  if (keys === undefined) work.warn(`${work.program}: Warning: proceeding without master key list\n`)
  return { masterKeys: keys, stashedKvno }
}

async function masterPassword({ password, askMaster, env }: Work): Promise<Secret | undefined> {
  if (password !== undefined) return new Secret(encodeText(password))
  return askMaster ? askMasterPassword(env) : undefined
}

export function askMasterPassword(env: Work['env']): Promise<Secret> {
  return env.prompter.secret('Enter KDC database master key: ')
}

/** Asked once more, for the subcommands that cannot do without. */
export async function masterKeysByPassword(store: Store, work: Work): Promise<MasterKeys | undefined> {
  const known = await tried(work, 'while reading master key', async () => {
    using password = await askMasterPassword(work.env)
    return knownMasterKeys(work.config, work.env, password)
  })
  if (known === undefined) return undefined
  return tried(work, 'while getting master key list', () => masterKeysFrom(store, work.config, known, work.env))
}
