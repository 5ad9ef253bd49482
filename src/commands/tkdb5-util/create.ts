import { createDatabase } from '../../admin/local/create-database.ts'
import { encodeText } from '../../core/bytes/text.ts'
import { displayText } from '../../core/principal/display.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { Secret } from '../../core/secret/secret.ts'
import { masterPrincipal } from '../../kdc/store/master-key.ts'
import { writeStash } from '../../kdc/store/stash.ts'
import { askTwice } from '../tkadmin/ask.ts'
import { checkDatabaseArguments } from '../tkadmin/database-options.ts'
import { type Done, tried, type Work } from './work.ts'

/** The database with its first principals, and with `stash` the stash file. */
export async function create(stash: boolean, work: Work): Promise<Done> {
  const { config, print } = work
  const name = masterPrincipal(config.realm, config.masterKeyName)
  print(
    `Initializing database '${config.databaseName}' for realm '${config.realm}',\nmaster key name '${displayText(unparsePrincipal(name))}'\n`,
  )
  using password = await newPassword(work)
  if (password === undefined) return FAILED
  const { masterKvno } = work
  const options = { config, masterPassword: password, ...(masterKvno === undefined ? {} : { masterKvno }) }
  const master = await tried(work, `while creating database '${config.databaseName}'`, async () => {
    checkDatabaseArguments(work.databaseArguments)
    return createDatabase(options, work.env)
  })
  if (master === undefined) return FAILED
  const result = { realm: config.realm, database: config.databaseName, stash: stash ? config.keyStashFile : null }
  if (!stash) return { status: 0, result }
  const keys = [{ kvno: master.kvno, key: master.key }]
  const write = () => writeStash(config.keyStashFile, name, keys, work.env.clock.now().seconds, work.env.files)
  const written = await tried(work, 'while storing key', () => write().then(() => true))
  if (written === true) return { status: 0, result }
  print("Warning: couldn't stash master key.\n")
  return { status: 1, result: { ...result, stash: null } }
}

async function newPassword(work: Work): Promise<Secret | undefined> {
  if (work.password !== undefined) return new Secret(encodeText(work.password))
  work.print('You will be prompted for the database Master Password.\nIt is important that you NOT FORGET this password.\n')
  const ask = () => askTwice('Enter KDC database master key', 'Re-enter KDC database master key to verify', work.env)
  return tried(work, 'while reading master key from keyboard', ask)
}

const FAILED: Done = { status: 1, result: {} }
