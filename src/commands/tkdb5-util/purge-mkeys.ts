import { withoutMasterKeys } from '../../admin/local/master-key-changes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { readMasterKvno } from '../../kdc/store/tl-data.ts'
import { changeMasterEntry, failed, type MasterWork, masterEntry, masterKeyList, masterName, onDatabase, sure } from './master-entry.ts'
import { type Done, tried, type Work } from './work.ts'

export interface PurgeOptions {
  readonly force: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
}

/** Removes the versions that seal no entry's keys; not the one in the stash file. */
export function purgeMasterKeys(options: PurgeOptions, work: Work): Promise<Done> {
  return onDatabase(work, master => purge(options, master))
}

async function purge({ force, dryRun, verbose }: PurgeOptions, master: MasterWork): Promise<Done> {
  const { work, name } = master
  if (master.masterKeys === undefined) {
    work.complain(new KrbError('KRB5_KDB_DBNOTINITED'), 'master keylist not initialized')
    return failed(master)
  }
  const entry = masterKeyList(master) && (await masterEntry(master))
  if (entry === undefined) return failed(master)
  if (!force && !dryRun) {
    const question = `Will purge all unused master keys stored in the '${masterName(name)}' principal, are you sure?\n`
    if (!(await sure(question, work))) return failed(master)
    work.print(`OK, purging unused master keys from '${masterName(name)}'...\n`)
  }
  const done = (purged: readonly number[]): Done => ({ status: master.failures, result: { purged } })
  if (entry.keyData.length === 1) {
    if (verbose) work.print('There is only one master key which can not be purged.\n')
    return done([])
  }
  const unused = await unusedVersions(entry, master)
  work.print(`${dryRun ? 'Would purge' : 'Purging'} the following master key(s) from ${masterName(name)}:\n`)
  for (const kvno of unused) {
    if (kvno === master.stashedKvno) {
      work.complain(new KrbError('KRB5_KDB_STORED_MKEY_NOTCURRENT'), 'master key stash file needs updating, command aborting')
      return failed(master)
    }
    work.print(`KVNO: ${kvno}\n`)
  }
  if (unused.length === 0) {
    work.print('All keys in use, nothing purged.\n')
    return done([])
  }
  if (dryRun) {
    work.print(`${unused.length} key(s) would be purged.\n`)
    return { status: master.failures, result: { wouldPurge: unused } }
  }
  const removed = new Set(unused)
  const changed = await tried(work, 'while adding master key entry to the database', () =>
    changeMasterEntry(master, present => withoutMasterKeys(present, removed)),
  )
  if (changed === undefined) return failed(master)
  work.print(`${unused.length} key(s) purged.\n`)
  return done(unused)
}

async function unusedVersions(entry: PrincipalEntry, { store }: MasterWork): Promise<readonly number[]> {
  const used = new Set<number>()
  for await (const { tlData } of store.principals()) used.add(readMasterKvno(tlData))
  return entry.keyData.map(({ kvno }) => kvno).filter(kvno => !used.has(kvno))
}
