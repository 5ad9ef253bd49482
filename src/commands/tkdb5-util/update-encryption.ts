import { modifiedBy, sealedUnder } from '../../admin/local/master-key-changes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { type Principal, samePrincipal } from '../../core/principal/principal.ts'
import { entryName } from '../../kdc/store/entry-name.ts'
import type { MasterKey, MasterKeys } from '../../kdc/store/master-key.ts'
import { readMasterKvno } from '../../kdc/store/tl-data.ts'
import { Progress } from '../text/progress.ts'
import { failed, type MasterWork, masterEntry, masterKeyList, onDatabase, sure } from './master-entry.ts'
import { type Done, tried, type Work } from './work.ts'

export interface UpdateOptions {
  readonly force: boolean
  readonly dryRun: boolean
  readonly verbose: boolean
  /** As kadmin's; without a realm it means any. */
  readonly pattern: string
}

/**
 * Seals the keys of all principals with the active master key. Each is changed as a whole and says which master key it has, so that the work may
 * end anywhere and be done again.
 */
export function updateEncryption(options: UpdateOptions, work: Work): Promise<Done> {
  return onDatabase(work, master => update(options, master))
}

async function update(options: UpdateOptions, master: MasterWork): Promise<Done> {
  const { work } = master
  const keys = masterKeyList(master)
  if (keys === undefined || (await masterEntry(master)) === undefined) return failed(master)
  const active = await tried(work, 'while looking up active master key', async () => keys.active(work.env.clock.now().seconds))
  if (active === undefined) return failed(master)
  if (!options.force && !options.dryRun && !(await sure(`Re-encrypt all keys not using master key vno ${active.kvno}?\n`, work))) {
    work.print('OK, doing nothing.\n')
    return failed(master)
  }
  if (options.verbose)
    work.print(
      options.dryRun
        ? `Principals whose keys WOULD BE re-encrypted to master key vno ${active.kvno}:\n`
        : `Principals whose keys are being re-encrypted to master key vno ${active.kvno} if necessary:\n`,
    )
  const run = new Run(options, master, keys, active)
  const complete = await run.all()
  const { processed, updated, current } = run
  work.print(
    `${processed} principals processed: ${updated} ${options.dryRun ? 'would be updated' : 'updated'}, ${current} already current\n`,
  )
  const result = { masterKvno: active.kvno, processed, updated, current }
  return complete ? { status: master.failures, result } : failed(master, result)
}

class Run {
  processed = 0
  updated = 0
  current = 0
  readonly #options: UpdateOptions
  readonly #master: MasterWork
  readonly #keys: MasterKeys
  readonly #target: MasterKey
  #batch: Principal[] = []

  constructor(options: UpdateOptions, master: MasterWork, keys: MasterKeys, target: MasterKey) {
    this.#options = options
    this.#master = master
    this.#keys = keys
    this.#target = target
  }

  /** False when an entry could not be changed, which is said: then nothing after it is. */
  async all(): Promise<boolean> {
    const { store, work, name } = this.#master
    const { pattern, verbose, dryRun } = this.#options
    const progress = new Progress('principals processed')
    for await (const entry of store.principals(pattern.includes('@') ? pattern : `${pattern}@*`)) {
      if (samePrincipal(entry.principal, name)) continue
      this.processed++
      const isCurrent = readMasterKvno(entry.tlData) === this.#target.kvno
      if (verbose) work.print(`${this.#word(isCurrent)}${displayText(entryName(entry.principal))}\n`)
      if (isCurrent) this.current++
      else if (dryRun) this.updated++
      else this.#batch.push(entry.principal)
      if (this.#batch.length >= BATCH && !(await this.#write())) return false
      if (!verbose) progress.show(this.processed)
    }
    progress.end()
    return this.#write()
  }

  /** Columns that line up. */
  #word(isCurrent: boolean): string {
    if (this.#options.dryRun) return isCurrent ? 'would skip:   ' : 'would update: '
    return isCurrent ? 'skipping: ' : 'updating: '
  }

  async #write(): Promise<boolean> {
    const { store, work, name } = this.#master
    const names = this.#batch
    this.#batch = []
    let at = ''
    try {
      await store.write(tx => {
        for (const principal of names) {
          at = displayText(entryName(principal))
          const entry = tx.principal(principal)
          if (entry === undefined || readMasterKvno(entry.tlData) === this.#target.kvno) continue
          const sealed = sealedUnder(entry, this.#keys, this.#target, length => work.env.random(length))
          tx.putPrincipal(modifiedBy(sealed, name, work.env.clock.now().seconds))
        }
      })
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      work.complain(error, `error re-encrypting key for principal '${at}'`)
      return false
    }
    this.updated += names.length
    return true
  }
}

/** Entries per transaction: others may write between two. */
const BATCH = 500
