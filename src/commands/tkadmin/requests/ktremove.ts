import { QueryError } from '../../../admin/query/query-error.ts'
import { readNumber } from '../../../admin/query/values.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { KeytabEntry } from '../../../core/keytab/keytab.ts'
import { displayText } from '../../../core/principal/display.ts'
import { parsePrincipal, samePrincipal } from '../../../core/principal/principal.ts'
import { type Request, step, type Talk } from '../talk.ts'
import { type NamedKeytab, openKeytab } from './keytab-words.ts'

const USAGE = 'Usage: ktremove [-k[eytab] keytab] [-q] principal [kvno|"all"|"old"]\n'

export const ktremove: Request = {
  names: ['ktremove', 'ktrem'],
  about: 'Remove entry(s) from a keytab',
  usage: USAGE,
  options: [{ word: '-k', value: 'keytab' }, { word: '-q' }],
  operands: [{ name: 'principal', kind: 'principal' }],
  run: async (words, talk) => {
    const read = readWords(words)
    const keytab = await openKeytab(read.keytab, talk)
    const removed = await remove(read, keytab, talk)
    for (const kvno of removed) {
      const line = `Entry for principal ${displayText(read.name)} with kvno ${kvno} removed from keytab ${keytab.label}.\n`
      if (!read.quiet) talk.print(line)
    }
    return { keytab: keytab.label, principal: read.name, changed: removed.length > 0, removed }
  },
}

interface KtremoveWords {
  readonly keytab: string | undefined
  readonly quiet: boolean
  readonly name: string
  /** `newest` when nothing is said. */
  readonly which: 'newest' | 'all' | 'old' | number
}

function readWords(words: readonly string[]): KtremoveWords {
  let keytab: string | undefined
  let quiet = false
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]!
    if (word.startsWith('-k')) {
      if (keytab !== undefined || at + 1 === words.length) throw usage()
      keytab = words[++at]!
    } else if (word === '-q') quiet = true
    else break
  }
  const [name, version, extra] = words.slice(at)
  if (name === undefined || extra !== undefined) throw usage()
  const which = version === undefined ? 'newest' : version === 'all' || version === 'old' ? version : readNumber(version)
  return { keytab, quiet, name, which }
}

/** Versions of the removed entries, in the order of the keytab. */
async function remove(read: KtremoveWords, keytab: NamedKeytab, talk: Talk): Promise<readonly number[]> {
  const parse = async () => parsePrincipal(read.name, { defaultRealm: talk.api.realm })
  const principal = await step(talk.program, `while parsing principal name ${displayText(read.name)}`, parse)
  const newest = await newestOrAsked(read, keytab, talk, kvno => keytab.keytab.find(principal, kvno, 0))
  if (newest === undefined) return []
  const removed: number[] = []
  const match = (entry: KeytabEntry) => {
    const hit = samePrincipal(entry.principal, principal) && chosen(entry.kvno, newest, read.which)
    if (hit) removed.push(entry.kvno)
    return hit
  }
  await step(talk.program, 'while deleting entry from keytab', () => keytab.keytab.remove(match))
  if (removed.length === 0 && read.which === 'old') {
    talk.warn(`${talk.program}: There is only one entry for principal ${displayText(read.name)} in keytab ${keytab.label}\n`)
  }
  return removed
}

function chosen(kvno: number, newest: number, which: KtremoveWords['which']): boolean {
  if (which === 'all') return true
  return which === 'old' ? kvno !== newest : kvno === newest
}

/** The version that the choice turns on; undefined, with a word about it, when the keytab has none. As with ktadd, that is no failure to MIT. */
async function newestOrAsked(
  { name, which }: KtremoveWords,
  { label }: NamedKeytab,
  talk: Talk,
  find: (kvno: number) => Promise<KeytabEntry>,
): Promise<number | undefined> {
  const asked = typeof which === 'number' ? which : 0
  try {
    const { kvno } = await find(asked)
    return typeof which === 'number' ? which : kvno
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const text = missing(error, name, which, label)
    if (text === undefined) return step(talk.program, 'while retrieving highest kvno from keytab', () => Promise.reject(error))
    talk.warn(`${talk.program}: ${text}\n`)
    return undefined
  }
}

function missing({ code }: KrbError, name: string, which: KtremoveWords['which'], label: string): string | undefined {
  if (code === 'ENOENT') return `Keytab ${label} does not exist.`
  if (code !== 'KRB5_KT_NOTFOUND') return undefined
  const version = typeof which === 'number' ? ` with kvno ${which}` : ''
  return `No entry for principal ${displayText(name)}${version} exists in keytab ${label}`
}

function usage(): QueryError {
  return new QueryError(USAGE, { fails: false })
}
