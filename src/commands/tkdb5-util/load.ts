import { openDatabase, replacementDatabase } from '../../admin/local/database.ts'
import { decodeText } from '../../core/bytes/text.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { entryName } from '../../kdc/store/entry-name.ts'
import type { DumpFormat } from '../../kdc/store/mit-dump.ts'
import { DumpReader, type DumpRecord } from '../../kdc/store/mit-dump-reader.ts'
import type { Store, StoreTx } from '../../kdc/store/store.ts'
import { UsageError } from '../base.ts'
import { Progress } from '../text/progress.ts'
import { checkDatabaseArguments } from '../tkadmin/database-options.ts'
import { FORMAT_WORDS } from './formats.ts'
import { InputFile } from './octet-files.ts'
import { spooled } from './spool.ts'
import { type Done, tried, type Work } from './work.ts'

export interface LoadOptions {
  readonly file: string
  readonly format: DumpFormat | undefined
  readonly verbose: boolean
  readonly update: boolean
}

/** Throws UsageError; a text instead of options is what MIT says and ends with. */
export function readLoad(words: readonly string[]): LoadOptions | string {
  let format: DumpFormat | undefined
  let verbose = false
  let update = false
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]!
    if (FORMAT_WORDS.has(word)) format = FORMAT_WORDS.get(word)
    else if (word === '-ov') return 'OV dump format not supported\n'
    else if (word === '-i') return 'Iprop not enabled\n'
    else if (word === '-verbose') verbose = true
    else if (word === '-update') update = true
    else if (word !== '-hash') break
  }
  const [file, ...more] = words.slice(at)
  if (file === undefined || more.length > 0) throw new UsageError()
  return { file, format, verbose, update }
}

/**
 * A dump into the database. Without -update a new database is built aside and takes the place of the old one, which until then stays as it is
 * whatever happens. With -update the whole file is checked before the first entry is changed.
 */
export async function load(options: LoadOptions, work: Work): Promise<Done> {
  const input = await tried(work, `while opening ${options.file}`, async () => new InputFile(options.file))
  if (input === undefined) return FAILED
  try {
    const loaded = await (options.update ? merge(input, options, work) : replace(input, options, work))
    return loaded === undefined ? FAILED : { status: 0, result: { loaded } }
  } finally {
    input.close()
  }
}

interface Loaded {
  principals: number
  policies: number
}

async function replace(input: InputFile, options: LoadOptions, work: Work): Promise<Loaded | undefined> {
  const reader = opened(input, options, work)
  if (reader === undefined) return undefined
  const store = await tried(work, 'while creating database', async () => {
    checkDatabaseArguments(work.databaseArguments)
    return replacementDatabase(work.config)
  })
  if (store === undefined) return undefined
  let live = false
  try {
    const loaded = await restored(reader, options, work, async next => store.fill(tx => all(next, record => put(record, tx))))
    if (loaded === undefined) return undefined
    const promoted = await tried(work, 'while making newly loaded database live', () => store.promote())
    if (promoted === undefined) return undefined
    live = true
    await promoted.close()
    return loaded
  } finally {
    if (!live) await store.abandon()
  }
}

async function merge(input: InputFile, options: LoadOptions, work: Work): Promise<Loaded | undefined> {
  const store = await tried(work, 'while opening database', async () => {
    checkDatabaseArguments(work.databaseArguments)
    return openDatabase(work.config)
  })
  if (store === undefined) return undefined
  const file = input.rewinds ? input : spooled(input, work.config.databaseName, work.env)
  try {
    const check = opened(file, options, work)
    if (check === undefined) return undefined
    const silent = { ...options, verbose: false }
    const fits = await restored(check, silent, work, next => rehearsed(store, tx => all(next, record => put(record, tx))))
    if (fits === undefined) return undefined
    file.rewind()
    const reader = opened(file, options, { ...work, warn: () => {} })
    if (reader === undefined) return undefined
    return await restored(reader, options, work, next => store.write(tx => all(next, record => put(record, tx))))
  } finally {
    if (file !== input) file.close()
    await store.close()
  }
}

/** The reader behind the header; undefined when that is none, which is said. */
function opened(input: InputFile, { file, format }: LoadOptions, work: Work): DumpReader | undefined {
  try {
    return new DumpReader(input.read, {
      realm: work.config.realm,
      format,
      onTrash: (octets, line) => {
        const text = displayText(decodeText(octets).replace(/\n$/, ''))
        work.warn(`${file}(${line}): ignoring trash at end of line: ${text}\n`)
      },
    })
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const text = error.code === 'KRB5_KDB_BAD_VERSION' ? 'dump header bad in' : "can't read dump header in"
    work.fail(error, `${work.program}: ${text} ${file}\n`)
    return undefined
  }
}

/** A transaction that is given up at its end: it fails where the real one would. */
async function rehearsed(store: Store, fn: (tx: StoreTx) => void): Promise<void> {
  const over = new Error('nothing of this is kept')
  try {
    await store.write(tx => {
      fn(tx)
      throw over
    })
  } catch (error) {
    if (error !== over) throw error
  }
}

type NextRecord = () => DumpRecord | undefined

/** Hands all records to `take`, a batch at a time; undefined when one is damaged or cannot be stored, which is said. */
async function restored(
  reader: DumpReader,
  { file, verbose }: LoadOptions,
  work: Work,
  take: (next: NextRecord) => Promise<void>,
): Promise<Loaded | undefined> {
  const loaded: Loaded = { principals: 0, policies: 0 }
  const progress = new Progress('principals')
  let ended = false
  try {
    while (!ended) {
      let left = BATCH
      await take(() => {
        if (left-- === 0) return undefined
        const record = reader.next()
        if (record === undefined) ended = true
        else loaded[record.kind === 'policy' ? 'policies' : 'principals']++
        if (record !== undefined && verbose) work.warn(stored(record))
        return record
      })
      progress.show(loaded.principals)
      // Signals are heard between batches.
      await new Promise(setImmediate)
    }
    return loaded
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    progress.end()
    explain(error, file, work)
    work.warn(`${work.program}: error processing line ${reader.line} of ${file}\n${work.program}: ${reader.format.name} restore failed\n`)
    return undefined
  } finally {
    progress.end()
  }
}

function all(next: NextRecord, act: (record: DumpRecord) => void): void {
  for (let record = next(); record !== undefined; record = next()) act(record)
}

function put(record: DumpRecord, tx: Pick<StoreTx, 'putPrincipal' | 'putPolicy'>): void {
  if (record.kind === 'policy') tx.putPolicy(record.policy)
  else tx.putPrincipal(record.entry)
}

function stored(record: DumpRecord): string {
  return record.kind === 'policy'
    ? `created policy ${displayText(record.policy.name)}\n`
    : `${displayText(entryName(record.entry.principal))}\n`
}

function explain(error: KrbError, file: string, work: Work): void {
  const { line, located, name } = error.params
  if (line !== undefined) work.fail(error, located === 1 ? `${file}(${line}): ${error.message}\n` : `${error.message}\n`)
  else if (error.code === 'ENAMETOOLONG') work.complain(error, `while storing ${displayText(String(name))}`)
  else if (name !== undefined) work.complain(error, `while parsing name ${displayText(String(name))}`)
  else work.complain(error, `while reading ${file}`)
}

const FAILED: Done = { status: 1, result: {} }

/** Entries per transaction: enough to make its cost small, few enough to hold little memory. */
const BATCH = 5000
