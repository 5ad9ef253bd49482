import { constants, existsSync, renameSync, statSync } from 'node:fs'
import type { Bytes } from '../../../core/bytes/bytes.ts'
import { compileGlob } from '../../../core/bytes/glob.ts'
import { decodeText, encodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { Principal } from '../../../core/principal/principal.ts'
import { followAliases } from '../alias.ts'
import { AttemptQueue, type ReviseCounters } from '../attempts.ts'
import type { PolicyEntry, PrincipalEntry } from '../entry.ts'
import { EntryCache } from '../entry-cache.ts'
import { decodePolicyEntry, decodePrincipalEntry, encodePolicyEntry, encodePrincipalEntry, withCounters } from '../entry-codec.ts'
import { entryName } from '../entry-name.ts'
import type { NewStore, ScanOrder, Store, StoreBackend, StoreParams, StoreTx } from '../store.ts'
import { guarded, translated } from './errors.ts'
import { ASIDE, identity, LOCK, removeAbandoned, removeDatabase, requireRoom, SUFFIX, sync, touch } from './files.ts'
import { type Library, type OpenFile, openFile, requireFormat, writeFormat } from './open-file.ts'
import { keyOf, read, type Table } from './tables.ts'
import { WriteTogether } from './write-together.ts'

/**
 * The store in one LMDB file, `database_name` + `.tkdb`, with its lock file beside it (docs/formats/database.md). Reads are synchronous and take
 * microseconds; writes are transactions on lmdb's own thread and are on disk when they resolve (`overlappingSync: false`).
 */
export const lmdbBackend: StoreBackend = {
  scheme: 'lmdb',
  async create(params) {
    return LmdbStore.create(params, await import('lmdb'))
  },
  async open(params, mode) {
    return LmdbStore.open(params, mode, await import('lmdb'))
  },
  async destroy({ path }) {
    guarded(path + SUFFIX, () => {
      statSync(path + SUFFIX)
      removeDatabase(path + SUFFIX)
    })
  },
  /** Also true for MIT's databases of that name, which we neither write nor hide. */
  async exists({ path }) {
    return [SUFFIX, '', '.ok', '.mdb'].some(suffix => existsSync(path + suffix))
  },
}

class LmdbStore implements NewStore {
  readonly #file: string
  readonly #place: string
  readonly #mode: 'read' | 'write'
  readonly #library: Library
  readonly #attempts = new AttemptQueue(batch => this.#writeAttempts(batch))
  readonly #cache = new EntryCache(CACHED_ENTRIES)
  readonly #together: WriteTogether
  #open: OpenFile
  #checkedAt = performance.now()

  static create({ path, realm }: StoreParams, library: Library): LmdbStore {
    const file = `${path}${SUFFIX}${ASIDE}${process.pid}`
    guarded(file, () => {
      removeAbandoned(path + SUFFIX)
      removeDatabase(file)
      touch(file, constants.O_EXCL)
    })
    const store = new LmdbStore(file, path + SUFFIX, 'write', library)
    writeFormat(store.#open, realm)
    return store
  }

  static open({ path }: StoreParams, mode: 'read' | 'write', library: Library): LmdbStore {
    const store = new LmdbStore(path + SUFFIX, path + SUFFIX, mode, library)
    requireFormat(store.#open, store.#file)
    return store
  }

  private constructor(file: string, place: string, mode: 'read' | 'write', library: Library) {
    this.#library = library
    this.#file = file
    this.#place = place
    this.#mode = mode
    this.#together = new WriteTogether(file)
    this.#open = openFile(file, mode, library, file !== place)
  }

  principal(name: Principal): PrincipalEntry | undefined {
    return followAliases(entryName(name), one => this.#principal(one))
  }

  async *principals(pattern = '*', order: ScanOrder = 'ascending'): AsyncIterable<PrincipalEntry> {
    for await (const { name, octets } of this.#scan(this.#current().principals, pattern, order))
      yield this.#attempts.overlay(name, decodePrincipalEntry(octets))
  }

  async policy(name: string): Promise<PolicyEntry | undefined> {
    const octets = read(this.#current().policies, name)
    return octets === undefined ? undefined : decodePolicyEntry(octets)
  }

  async *policies(pattern = '*'): AsyncIterable<PolicyEntry> {
    for await (const { octets } of this.#scan(this.#current().policies, pattern)) yield decodePolicyEntry(octets)
  }

  async write<T>(fn: (tx: StoreTx) => T): Promise<T> {
    return this.#together.write(this.#current(), fn)
  }

  fill(fn: (batch: Pick<StoreTx, 'putPrincipal' | 'putPolicy'>) => void): void {
    const { root, principals, policies } = this.#open
    const put = (table: Table, name: string, octets: Bytes) => {
      const key = keyOf(name)
      if (key === undefined) throw new KrbError('ENAMETOOLONG', { name })
      void table.put(key, octets)
    }
    guarded(this.#file, () =>
      root.transactionSync(() =>
        fn({
          putPrincipal: entry => put(principals, entryName(entry.principal), encodePrincipalEntry(entry)),
          putPolicy: entry => put(policies, entry.name, encodePolicyEntry(entry)),
        }),
      ),
    )
  }

  async recordAttempt(name: Principal, revise: ReviseCounters): Promise<void> {
    const entry = this.principal(name)
    if (entry !== undefined) await this.#attempts.record(entryName(entry.principal), entry, revise)
  }

  async close(): Promise<void> {
    await this.#attempts.flush()
    await this.#open.root.close()
  }

  /**
   * The lock file first, then the data: who opens between the two has the old data under the new lock, sees another inode within
   * `CHECK_MS` and opens again. A crash between the two leaves a database that opens.
   */
  async promote(): Promise<Store> {
    await this.close()
    guarded(this.#place, () => {
      sync(this.#file)
      touch(this.#file + LOCK, 0)
      renameSync(this.#file + LOCK, this.#place + LOCK)
      renameSync(this.#file, this.#place)
      sync(this.#place.replace(/[^/]*$/, '') || '.')
    })
    return new LmdbStore(this.#place, this.#place, this.#mode, this.#library)
  }

  async abandon(): Promise<void> {
    await this.close()
    removeDatabase(this.#file)
  }

  #principal(name: string): PrincipalEntry | undefined {
    const key = keyOf(name)
    if (key === undefined) return undefined
    const octets = this.#current().principals.getBinaryFast(key)
    return octets === undefined ? undefined : this.#attempts.overlay(name, this.#cache.entry(name, octets))
  }

  /** One snapshot for the whole walk, in key order; on the way up a literal prefix becomes a range. */
  async *#scan(db: Table, pattern: string, order: ScanOrder = 'ascending'): AsyncIterable<{ name: string; octets: Bytes }> {
    const glob = compileGlob(pattern)
    if (glob.literal) {
      const octets = read(db, glob.prefix)
      if (octets !== undefined) yield { name: glob.prefix, octets }
      return
    }
    const prefix = encodeText(glob.prefix)
    const transaction = db.useReadTransaction()
    const ascending = order === 'ascending'
    try {
      for (const { key, value } of db.getRange({ ...(ascending ? { start: prefix } : { reverse: true }), transaction })) {
        if (ascending && !startsWith(key, prefix)) return
        const name = decodeText(key)
        if (glob.matches(name)) yield { name, octets: value }
      }
    } finally {
      transaction.done()
    }
  }

  #writeAttempts(batch: ReadonlyMap<string, readonly ReviseCounters[]>): Promise<void> {
    const { root, principals } = this.#current()
    return translated(this.#file, async () => {
      requireRoom(this.#file)
      return root.transaction(() => {
        for (const [name, revisions] of batch) {
          const octets = read(principals, name)
          if (octets !== undefined) void principals.put(encodeText(name), revised(this.#cache.entry(name, octets), octets, revisions))
        }
      })
    })
  }

  /** The open file, opened anew when another one stands in its place. */
  #current(): OpenFile {
    const now = performance.now()
    if (now - this.#checkedAt < CHECK_MS) return this.#open
    this.#checkedAt = now
    const seen = identity(this.#file)
    if (seen === undefined || seen === this.#open.identity) return this.#open
    const old = this.#open
    this.#open = openFile(this.#file, this.#mode, this.#library)
    this.#cache.clear()
    // Whoever still walks through the old file keeps it open by its transaction; a failure to close it changes nothing for the new one.
    void old.root.close().catch(() => {})
    return this.#open
  }
}

function revised(entry: PrincipalEntry, octets: Bytes, revisions: readonly ReviseCounters[]): Bytes {
  let latest = entry
  for (const revise of revisions) latest = { ...latest, ...revise(latest) }
  return withCounters(octets, latest)
}

function startsWith(octets: Bytes, prefix: Bytes): boolean {
  return octets.length >= prefix.length && prefix.every((octet, i) => octets[i] === octet)
}

const CACHED_ENTRIES = 4096
const CHECK_MS = 50
