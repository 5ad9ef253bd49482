import { modifiedBy } from '../../admin/local/master-key-changes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { type MasterKeys, masterPrincipal } from '../../kdc/store/master-key.ts'
import { type Opened, opened } from './opened.ts'
import { type Done, tried, type Work } from './work.ts'

/** What the subcommands about master keys work on. */
export interface MasterWork extends Opened {
  readonly work: Work
  /** K/M@REALM. */
  readonly name: Principal
  /** Statuses count failures: one already when the master key could not be had. */
  readonly failures: number
}

/** Opens the database for a subcommand and closes it after. */
export async function onDatabase(work: Work, task: (master: MasterWork) => Promise<Done>): Promise<Done> {
  const database = await opened(work)
  if (database === undefined) return { status: 1, result: {} }
  const name = masterPrincipal(work.config.realm, work.config.masterKeyName)
  try {
    return await task({ ...database, work, name, failures: database.masterKeys === undefined ? 1 : 0 })
  } finally {
    await database.store.close()
  }
}

export function failed({ failures }: MasterWork, result: object = {}): Done {
  return { status: failures + 1, result }
}

/** The list of master keys; undefined when there is none, which is said. */
export function masterKeyList({ masterKeys, work }: MasterWork): MasterKeys | undefined {
  if (masterKeys === undefined) work.complain(new KrbError('KRB5_KDB_DBNOTINITED', {}, { text: 'master keylist not initialized' }), '')
  return masterKeys
}

export async function masterEntry({ store, work, name }: MasterWork): Promise<PrincipalEntry | undefined> {
  return tried(work, `while getting master key principal ${masterName(name)}`, async () => {
    const entry = await store.principal(name)
    if (entry === undefined) throw new KrbError('KRB5_KDB_NOENTRY')
    return entry
  })
}

/** Changes K/M as it is when its turn comes, and writes down who did. Throws what `change` throws. */
export function changeMasterEntry(
  { store, work, name }: MasterWork,
  change: (entry: PrincipalEntry) => PrincipalEntry,
): Promise<PrincipalEntry> {
  return store.write(tx => {
    const entry = tx.principal(name)
    if (entry === undefined) throw new KrbError('KRB5_KDB_NOENTRY')
    const changed = modifiedBy(change(entry), name, work.env.clock.now().seconds)
    tx.putPrincipal(changed)
    return changed
  })
}

export function masterName(name: Principal): string {
  return displayText(unparsePrincipal(name))
}

/** Whether the answer is a plain "yes"; the text is MIT's question without its last line. */
export async function sure(question: string, { print, env }: Work): Promise<boolean> {
  print(question)
  return (await env.prompter.line("(type 'yes' to confirm)? ")) === 'yes'
}
