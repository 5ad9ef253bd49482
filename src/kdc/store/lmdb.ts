import { closeSync, constants, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { compileGlob } from '../../core/bytes/glob.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../../core/errors/tables/index.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { followAliases } from './alias.ts'
import { AttemptQueue, type ReviseCounters } from './attempts.ts'
import type { PolicyEntry, PrincipalEntry } from './entry.ts'
import { EntryCache } from './entry-cache.ts'
import { decodePolicyEntry, decodePrincipalEntry, encodePolicyEntry, encodePrincipalEntry, withCounters } from './entry-codec.ts'
import { entryName } from './entry-name.ts'
import { checkHeader } from './lmdb-header.ts'
import type { NewStore, ScanOrder, Store, StoreBackend, StoreParams, StoreTx } from './store.ts'

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
    store.#open.about.putSync(FORMAT_KEY, encodeText(`${FORMAT} ${realm}`))
    return store
  }

  static open({ path }: StoreParams, mode: 'read' | 'write', library: Library): LmdbStore {
    const store = new LmdbStore(path + SUFFIX, path + SUFFIX, mode, library)
    store.#checkFormat()
    return store
  }

  private constructor(file: string, place: string, mode: 'read' | 'write', library: Library) {
    this.#library = library
    this.#file = file
    this.#place = place
    this.#mode = mode
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
    const { root, principals, policies } = this.#current()
    return translated(this.#file, () =>
      root.transaction(() => {
        const changes = new Changes(principals, policies)
        const result = fn(changes)
        changes.apply()
        return result
      }),
    )
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
    return translated(this.#file, () =>
      root.transaction(() => {
        for (const [name, revisions] of batch) {
          const octets = read(principals, name)
          if (octets !== undefined) void principals.put(encodeText(name), revised(this.#cache.entry(name, octets), octets, revisions))
        }
      }),
    )
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

  #checkFormat(): void {
    const about = this.#open.about.get(FORMAT_KEY)
    if (about === undefined || decodeText(about).split(' ')[0] !== FORMAT) {
      void this.#open.root.close()
      throw new KrbError('KRB5_KDB_BAD_VERSION', { path: this.#file })
    }
  }
}

/** What a transaction has changed so far; nothing reaches the database when `fn` throws. */
class Changes implements StoreTx {
  readonly #principals: Overlay
  readonly #policies: Overlay

  constructor(principals: Table, policies: Table) {
    this.#principals = new Overlay(principals)
    this.#policies = new Overlay(policies)
  }

  principal(name: Principal): PrincipalEntry | undefined {
    const octets = this.#principals.get(entryName(name))
    return octets === undefined ? undefined : decodePrincipalEntry(octets)
  }
  putPrincipal(entry: PrincipalEntry): void {
    this.#principals.put(entryName(entry.principal), encodePrincipalEntry(entry))
  }
  deletePrincipal(name: Principal): boolean {
    return this.#principals.delete(entryName(name))
  }
  policy(name: string): PolicyEntry | undefined {
    const octets = this.#policies.get(name)
    return octets === undefined ? undefined : decodePolicyEntry(octets)
  }
  putPolicy(entry: PolicyEntry): void {
    this.#policies.put(entry.name, encodePolicyEntry(entry))
  }
  deletePolicy(name: string): boolean {
    return this.#policies.delete(name)
  }
  apply(): void {
    this.#principals.apply()
    this.#policies.apply()
  }
}

class Overlay {
  readonly #db: Table
  readonly #changed = new Map<string, Bytes | undefined>()

  constructor(db: Table) {
    this.#db = db
  }
  get(name: string): Bytes | undefined {
    return this.#changed.has(name) ? this.#changed.get(name) : read(this.#db, name)
  }
  put(name: string, octets: Bytes): void {
    if (keyOf(name) === undefined) throw new KrbError('ENAMETOOLONG', { name })
    this.#changed.set(name, octets)
  }
  delete(name: string): boolean {
    if (this.get(name) === undefined) return false
    this.#changed.set(name, undefined)
    return true
  }
  apply(): void {
    for (const [name, octets] of this.#changed) {
      const key = encodeText(name)
      void (octets === undefined ? this.#db.remove(key) : this.#db.put(key, octets))
    }
  }
}

type Table = Database<Bytes, Bytes>

interface OpenFile {
  readonly root: RootDatabase<Bytes, Bytes>
  readonly principals: Table
  readonly policies: Table
  readonly about: Table
  readonly identity: string
}

type Library = typeof import('lmdb')

function openFile(file: string, mode: 'read' | 'write', library: Library, fresh = false): OpenFile {
  return guarded(file, () => {
    if (!fresh) checkHeader(file)
    // LMDB would make the lock file with mode 0644.
    touch(file + LOCK, 0)
    const root = library.open<Bytes, Bytes>(file, {
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
      readOnly: mode === 'read',
      overlappingSync: false,
      // What is being built becomes durable as a whole, by `promote`.
      noSync: fresh,
      maxDbs: 4,
      maxReaders: 512,
    })
    const table = (name: string): Table => root.openDB<Bytes, Bytes>({ name, encoding: 'binary', keyEncoding: 'binary' })
    return { root, principals: table('principals'), policies: table('policies'), about: table('about'), identity: identity(file)! }
  })
}

function revised(entry: PrincipalEntry, octets: Bytes, revisions: readonly ReviseCounters[]): Bytes {
  let latest = entry
  for (const revise of revisions) latest = { ...latest, ...revise(latest) }
  return withCounters(octets, latest)
}

function read(db: Table, name: string): Bytes | undefined {
  const key = keyOf(name)
  return key === undefined ? undefined : db.get(key)
}

/** undefined for a name that LMDB cannot hold: such a principal does not exist. */
function keyOf(name: string): Bytes | undefined {
  const key = encodeText(name)
  return key.length > 0 && key.length <= MAX_KEY ? key : undefined
}

function startsWith(octets: Bytes, prefix: Bytes): boolean {
  return octets.length >= prefix.length && prefix.every((octet, i) => octets[i] === octet)
}

/** Device and inode of the data and of its lock file: both are replaced together. */
function identity(file: string): string | undefined {
  const data = statSync(file, { throwIfNoEntry: false })
  const lock = statSync(file + LOCK, { throwIfNoEntry: false })
  return data === undefined ? undefined : `${data.dev}:${data.ino}:${lock?.ino}`
}

function touch(file: string, flags: number): void {
  closeSync(openSync(file, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW | flags, 0o600))
}

function removeDatabase(file: string): void {
  rmSync(file, { force: true })
  rmSync(file + LOCK, { force: true })
}

/** What processes left behind that were killed while they built a database. */
function removeAbandoned(place: string): void {
  const folder = dirname(place)
  const start = `${basename(place)}${ASIDE}`
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(start) && /^\d+$/.test(name.slice(start.length)) ? Number(name.slice(start.length)) : undefined
    if (pid !== undefined && !runs(pid)) removeDatabase(join(folder, name))
  }
}

/** Whether there is such a process, also one that is not ours to signal. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** A file or a folder. */
function sync(path: string): void {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw asKrbError(path, error)
  }
}

async function translated<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw asKrbError(path, error)
  }
}

/** An errno keeps its name; what LMDB says about a damaged file becomes `KRB5_KDB_DB_CORRUPT`; anything else of LMDB is a store error. */
function asKrbError(path: string, error: unknown): unknown {
  if (error instanceof KrbError || !(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code
  if (typeof code === 'string' && code in ERRORS) return new KrbError(code as ErrorCode, { path }, { cause: error })
  if (/MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND)/.test(error.message))
    return new KrbError('KRB5_KDB_DB_CORRUPT', { path }, { cause: error })
  const errno = ERRNO_TEXTS.find(([text]) => error.message.includes(text))
  if (errno !== undefined) return new KrbError(errno[1], { path }, { cause: error })
  return /MDB_|lmdb/i.test(error.message) ? new KrbError('KRB5_KDB_UK_SERROR', { path }, { cause: error }) : error
}

const SUFFIX = '.tkdb'
const LOCK = '-lock'
const ASIDE = '.new-'
const FORMAT = 'tkdb1'
const FORMAT_KEY = encodeText('format')
/** LMDB's limit with 4096-octet pages, as lmdb-js builds it. */
const MAX_KEY = 1978
const CACHED_ENTRIES = 4096
const CHECK_MS = 50

const ERRNO_TEXTS: readonly (readonly [string, ErrorCode])[] = [
  ['Permission denied', 'EACCES'],
  ['Read-only file system', 'EROFS'],
  ['No space left', 'ENOSPC'],
  ['Input/output error', 'EIO'],
]
