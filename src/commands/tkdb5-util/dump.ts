import { closeSync } from 'node:fs'
import { nextMasterKvno, sealedUnder, withNewMasterKey } from '../../admin/local/master-key-changes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { entryName } from '../../kdc/store/entry-name.ts'
import { MasterKey, masterKeyFromPassword } from '../../kdc/store/master-key.ts'
import { DUMP_FORMATS, type DumpFormat, policyLine, principalLine } from '../../kdc/store/mit-dump.ts'
import { readStash } from '../../kdc/store/stash.ts'
import type { ScanOrder } from '../../kdc/store/store.ts'
import { lockFile } from '../../platform/lock.ts'
import { UsageError } from '../base.ts'
import { Progress } from '../text/progress.ts'
import { askTwice } from '../tkadmin/ask.ts'
import { extendedRegex } from './extended-regex.ts'
import { FORMAT_WORDS } from './formats.ts'
import { failed, type MasterWork, masterEntry, onDatabase } from './master-entry.ts'
import { type OctetSink, openToWrite, printSink, ReplacedFile, writeAll } from './octet-files.ts'
import { masterKeysByPassword } from './opened.ts'
import { type Done, tried, type Work } from './work.ts'

export interface DumpOptions {
  readonly format: DumpFormat
  readonly verbose: boolean
  readonly convert: boolean
  readonly newKeyFile: string | undefined
  readonly order: ScanOrder
  /** undefined: standard output. */
  readonly file: string | undefined
  /** Extended regular expressions for whole names; without any everything is dumped, policies too. */
  readonly names: readonly string[]
}

/** Throws UsageError; a text instead of options is what MIT says and ends with. */
export function readDump(words: readonly string[]): DumpOptions | string {
  let format: DumpFormat = DUMP_FORMATS.latest
  let newKeyFile: string | undefined
  const switches = new Set<string>()
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]!
    if (FORMAT_WORDS.has(word)) format = FORMAT_WORDS.get(word)!
    else if (word === '-ov') return 'OV dump format not supported\n'
    else if (word.startsWith('-i')) return 'Iprop not enabled\n'
    else if (word === '-new_mkey_file') newKeyFile = words[++at] ?? ''
    else if (SWITCHES.has(word)) switches.add(word)
    else break
  }
  const [file, ...names] = words.slice(at)
  if (file?.startsWith('-') === true && file !== '-') throw new UsageError()
  return {
    format,
    verbose: switches.has('-verbose'),
    convert: switches.has('-mkey_convert') || newKeyFile !== undefined,
    newKeyFile,
    order: switches.has('-rev') ? 'descending' : 'ascending',
    file: file === '-' ? undefined : file,
    names,
  }
}

/** The database in MIT's format: to standard output, or to a file beside which FILE.dump_ok says that it is complete. */
export function dump(options: DumpOptions, work: Work): Promise<Done> {
  return onDatabase(work, async master => {
    const convert = options.convert ? await conversion(options, master) : (entry: PrincipalEntry) => entry
    if (convert === undefined) return failed(master)
    const counts = await (options.file === undefined ? toOutput(options, convert, master) : toFile(options.file, options, convert, master))
    return counts === undefined ? failed(master) : { status: master.failures, result: { dumped: counts } }
  })
}

type Convert = (entry: PrincipalEntry) => PrincipalEntry

interface Counts {
  principals: number
  policies: number
}

async function toOutput(options: DumpOptions, convert: Convert, master: MasterWork): Promise<Counts | undefined> {
  const sink = printSink(text => master.work.print(text))
  const counts = await everything(options, convert, sink, master)
  sink.flush()
  return counts
}

async function toFile(file: string, options: DumpOptions, convert: Convert, master: MasterWork): Promise<Counts | undefined> {
  const { work } = master
  const ok = await tried(work, `while creating 'ok' file, '${file}.dump_ok'`, async () => openToWrite(`${file}.dump_ok`))
  if (ok === undefined) return undefined
  try {
    await lockFile(ok, 'exclusive')
    const target = await tried(
      work,
      'while allocating temporary filename dump',
      async () => new ReplacedFile(file, n => work.env.random(n)),
    )
    if (target === undefined) return undefined
    const counts = await everything(options, convert, target.sink, master)
    const done = counts && (await tried(work, 'while renaming dump file into place', async () => target.finish()).then(() => counts))
    if (done === undefined) target.abandon()
    else writeAll(ok, Uint8Array.of(0))
    return done
  } finally {
    closeSync(ok)
  }
}

async function everything(options: DumpOptions, convert: Convert, sink: OctetSink, master: MasterWork): Promise<Counts | undefined> {
  const { store, work } = master
  const { format, verbose } = options
  const counts: Counts = { principals: 0, policies: 0 }
  const wanted = selection(options.names, work)
  const progress = options.file === undefined || verbose ? undefined : new Progress('principals')
  return tried(work, `performing ${format.name} dump`, async () => {
    sink.line(format.header)
    for await (const entry of store.principals(undefined, options.order)) {
      const name = entryName(entry.principal)
      const converted = await tried(work, `while converting ${displayText(name)} to new master key`, async () => convert(entry))
      if (converted === undefined) return undefined
      if (!wanted(name)) continue
      sink.line(principalLine(converted, format))
      if (verbose) work.warn(`${displayText(name)}\n`)
      progress?.show(++counts.principals)
    }
    progress?.end()
    if (options.names.length > 0) return counts
    for await (const policy of store.policies()) {
      sink.line(policyLine(policy, format))
      counts.policies++
    }
    return counts
  })
}

/** An expression that is none ends the look at a name there, as in MIT's; we say so once and not for every principal. */
function selection(names: readonly string[], { program, warn }: Work): (name: string) => boolean {
  if (names.length === 0) return () => true
  const expressions: ((name: string) => boolean)[] = []
  for (const text of names) {
    const expression = extendedRegex(text)
    if (typeof expression === 'string') {
      warn(`${program}: regular expression error: ${expression}\n`)
      break
    }
    expressions.push(expression)
  }
  return name => expressions.some(matches => matches(name))
}

/** What turns an entry into one under a new master key: K/M gets it as its newest. undefined when there is no key, which is said. */
async function conversion({ newKeyFile }: DumpOptions, master: MasterWork): Promise<Convert | undefined> {
  const { store, work, name } = master
  const keys = master.masterKeys ?? (await masterKeysByPassword(store, work))
  const entry = keys && (await masterEntry(master))
  if (keys === undefined || entry === undefined) return undefined
  const key = await tried(work, 'while reading new master key', async () => {
    if (newKeyFile === undefined) return askNewKey(master)
    const stashed = await stashedKeys(newKeyFile, master)
    const found = work.masterKvno === undefined ? stashed[0] : stashed.find(({ kvno }) => kvno === work.masterKvno)
    if (found === undefined) throw new KrbError('KRB5_KDB_NOMASTERKEY')
    return found.key
  })
  if (key === undefined) return undefined
  const random = (length: number) => work.env.random(length)
  const target = new MasterKey(nextMasterKvno(entry), key)
  return each => (samePrincipal(each.principal, name) ? withNewMasterKey(each, keys, key, random) : sealedUnder(each, keys, target, random))
}

async function askNewKey({ work, name }: MasterWork) {
  work.print('Please enter new master key....\n')
  using password = await askTwice('Enter KDC database master key', 'Re-enter KDC database master key to verify', work.env)
  return masterKeyFromPassword(work.config.masterKeyType, password, name)
}

async function stashedKeys(file: string, { work, name }: MasterWork) {
  try {
    return await readStash(file, name, work.env.files)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const text = `Can not fetch master key (error: ${error.message}).`
    throw new KrbError('KRB5_KDB_CANTREAD_STORED', { path: file }, { text, cause: error })
  }
}

/** -recurse repairs walks through MIT's trees and means nothing here. */
const SWITCHES: ReadonlySet<string> = new Set(['-verbose', '-mkey_convert', '-rev', '-recurse'])
