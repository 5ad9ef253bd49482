import type { FlagSet } from '../argv/flag.ts'
import { getopt } from '../argv/getopt.ts'
import { UsageError } from '../base.ts'
import { create } from './create.ts'
import { destroy } from './destroy.ts'
import { stash } from './stash.ts'
import type { Done, Work } from './work.ts'

export type Task = (work: Work) => Promise<Done>

/** A subcommand's words, read before anything is opened; the rest of the program is loaded when it is wanted. Throws UsageError. */
export async function readSubcommand(word: string | undefined, words: readonly string[]): Promise<Task> {
  const read = SUBCOMMANDS.get(word ?? '')
  if (read === undefined) throw new UsageError()
  return read(words)
}

type Read = (words: readonly string[]) => Task | Promise<Task>

const SUBCOMMANDS: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    'create',
    words => {
      const { flags } = scan('create', words, { s: { letter: 's', doc: 'stash' }, W: { letter: 'W', doc: 'taken and not used' } })
      return work => create(flags.has('s'), work)
    },
  ],
  [
    'destroy',
    words => {
      const { flags } = scan('destroy', words, { f: { letter: 'f', doc: 'force' } })
      return work => destroy(flags.has('f'), work)
    },
  ],
  [
    'stash',
    words => {
      const { flags } = scan('stash', words, { f: { letter: 'f', value: 'FILE', doc: 'file' } })
      return work => stash(flags.get('f'), work)
    },
  ],
  [
    'dump',
    async words => {
      const { dump, readDump } = await import('./dump.ts')
      const options = readDump(words)
      return typeof options === 'string' ? saying(options) : work => dump(options, work)
    },
  ],
  [
    'load',
    async words => {
      const { load, readLoad } = await import('./load.ts')
      const options = readLoad(words)
      return typeof options === 'string' ? saying(options) : work => load(options, work)
    },
  ],
  [
    'ark',
    async words => {
      const { addRandomKey, readArk } = await import('./ark.ts')
      const options = readArk(words)
      return work => addRandomKey(options, work)
    },
  ],
  [
    'add_mkey',
    async words => {
      const { addMasterKey } = await import('./add-mkey.ts')
      const { flags } = scan('add_mkey', words, { e: { letter: 'e', value: 'ENCTYPE', doc: 'enctype' }, s: { letter: 's', doc: 'stash' } })
      return work => addMasterKey({ enctype: flags.get('e'), stash: flags.has('s') }, work)
    },
  ],
  [
    'use_mkey',
    async words => {
      const [kvno, time, ...more] = words
      if (kvno === undefined || more.length > 0) throw new UsageError()
      const { useMasterKey } = await import('./use-mkey.ts')
      return work => useMasterKey(kvno, time, work)
    },
  ],
  [
    'list_mkeys',
    async () => {
      const { listMasterKeys } = await import('./list-mkeys.ts')
      return listMasterKeys
    },
  ],
  [
    'update_princ_encryption',
    async words => {
      const { flags, operands } = scan('update_princ_encryption', words, FORCE_DRY_VERBOSE)
      if (operands.length > 1) throw new UsageError()
      const { updateEncryption } = await import('./update-encryption.ts')
      const options = { force: flags.has('f'), dryRun: flags.has('n'), verbose: flags.has('v'), pattern: operands[0] ?? '*' }
      return work => updateEncryption(options, work)
    },
  ],
  [
    'purge_mkeys',
    async words => {
      const { flags } = scan('purge_mkeys', words, FORCE_DRY_VERBOSE)
      const { purgeMasterKeys } = await import('./purge-mkeys.ts')
      return work => purgeMasterKeys({ force: flags.has('f'), dryRun: flags.has('n'), verbose: flags.has('v') }, work)
    },
  ],
  [
    'tabdump',
    async words => {
      const { flags, operands } = scan('tabdump', words, TABDUMP)
      const { tabdump, isTableType } = await import('./tabdump.ts')
      const [type] = operands
      if (type === undefined) throw new UsageError()
      const style = { csv: flags.has('c'), emptyHexEmpty: flags.has('e'), numeric: flags.has('n'), header: !flags.has('H') }
      return work => {
        if (!isTableType(type)) throw new UsageError()
        return tabdump(type, style, flags.get('o'), work)
      }
    },
  ],
])

interface Scanned {
  readonly flags: ReadonlyMap<string, string | undefined>
  readonly operands: readonly string[]
}

/** getopt's grammar for the words after the subcommand, whose name its complaints begin with. */
function scan(command: string, words: readonly string[], known: FlagSet): Scanned {
  const { complaints, settings, operands } = getopt(words, known, { program: command })
  if (complaints.length > 0) throw new UsageError(complaints.slice(0, 1))
  return { flags: new Map(settings.map(({ flag, value }) => [flag, value])), operands }
}

function saying(text: string): Task {
  return async work => {
    work.warn(text)
    return { status: 1, result: {} }
  }
}

const FORCE_DRY_VERBOSE = {
  f: { letter: 'f', doc: 'no question' },
  n: { letter: 'n', doc: 'only say what would be done' },
  v: { letter: 'v', doc: 'verbose' },
} as const satisfies FlagSet

const TABDUMP = {
  H: { letter: 'H', doc: 'no header' },
  c: { letter: 'c', doc: 'comma-separated values' },
  e: { letter: 'e', doc: 'nothing instead of -1 for empty hex' },
  n: { letter: 'n', doc: 'numbers instead of names' },
  o: { letter: 'o', value: 'FILE', doc: 'output file' },
} as const satisfies FlagSet
