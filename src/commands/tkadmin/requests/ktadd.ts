import { VERBS } from '../../../admin/language/index.ts'
import type { KeyWithVersion } from '../../../admin/language/records.ts'
import { QueryError } from '../../../admin/query/query-error.ts'
import { type KeySalt, parseKeySalts } from '../../../core/config/key-salts.ts'
import { displayText } from '../../../core/principal/display.ts'
import { type Principal, parsePrincipal } from '../../../core/principal/principal.ts'
import { etypeName } from '../../../core/registry/etype.ts'
import { type Request, RequestFailure, step, type Talk } from '../talk.ts'
import { carryOn, openKeytab } from './keytab-words.ts'
import { type KeyTarget, PrintedKeytab } from './printed-keytab.ts'

const USAGE = 'Usage: ktadd [-k[eytab] keytab] [-q] [-e keysaltlist] [-norandkey] [principal | -glob princ-exp] [...]\n'

export const ktadd: Request = {
  names: ['ktadd', 'xst'],
  about: 'Add entry(s) to a keytab',
  usage: USAGE,
  options: [
    { word: '-k', value: 'keytab' },
    { word: '-q' },
    { word: '-e', value: 'keysaltlist' },
    { word: '-norandkey' },
    { word: '-glob', value: 'pattern' },
  ],
  operands: [{ name: 'principal', kind: 'principal' }],
  own: [{ name: 'base64', doc: 'print the keytab in base64, and nothing else, instead of writing a file' }],
  run: async (words, talk) => {
    const read = readWords(words)
    const printed = talk.own.has('base64') ? printedKeytab(read, talk) : undefined
    const keytab = printed ?? (await openKeytab(read.keytab, talk))
    const added: Added[] = []
    for (let i = 0; i < read.names.length; i++) {
      const word = read.names[i]!
      if (word !== '-glob') await carryOn(talk, () => addOne(word, read, keytab, added, talk))
      else if (++i === read.names.length) talk.warn(USAGE)
      else await carryOn(talk, () => addMatching(read.names[i]!, read, keytab, added, talk))
    }
    printed?.print()
    return { keytab: keytab.label, changed: added.length > 0, added }
  },
}

/** Keys in a JSON document would be kept by whatever keeps such documents: the two outputs exclude each other. */
function printedKeytab(read: KtaddWords, talk: Talk): PrintedKeytab {
  if (read.keytab !== undefined) throw new QueryError('ktadd: --base64 and -k exclude each other\n')
  if (talk.json) throw new QueryError('ktadd: --base64 and --json exclude each other\n')
  return new PrintedKeytab(text => talk.print(text))
}

interface KtaddWords {
  readonly keytab: string | undefined
  readonly quiet: boolean
  readonly keepKeys: boolean
  readonly keySalts: readonly KeySalt[]
  readonly names: readonly string[]
}

interface Added {
  readonly principal: string
  readonly kvno: number
  readonly enctype: string
}

/** Options come first; everything that begins with -k is the keytab's. MIT's exit status stays 0 after these mistakes. */
function readWords(words: readonly string[]): KtaddWords {
  let keytab: string | undefined
  let [quiet, keepKeys] = [false, false]
  let keySalts: readonly KeySalt[] = []
  let at = 0
  for (; at < words.length; at++) {
    const word = words[at]!
    if (word.startsWith('-k')) {
      if (keytab !== undefined || at + 1 === words.length) throw usage()
      keytab = words[++at]!
    } else if (word === '-q') quiet = true
    else if (word === '-norandkey') keepKeys = true
    else if (word === '-e') {
      if (at + 1 === words.length) throw usage()
      keySalts = parseKeySalts(words[++at]!)
    } else break
  }
  if (at === words.length) throw usage()
  if (keepKeys && keySalts.length > 0) throw new QueryError('cannot specify keysaltlist when not changing key\n', { fails: false })
  return { keytab, quiet, keepKeys, keySalts, names: words.slice(at) }
}

async function addMatching(pattern: string, read: KtaddWords, keytab: KeyTarget, added: Added[], talk: Talk): Promise<void> {
  const list = () => talk.api.call(VERBS.listPrincipals, { pattern })
  const names = await step(talk.program, `while expanding expression "${pattern}".`, list)
  for (const name of names) await carryOn(talk, () => addOne(name, read, keytab, added, talk))
}

/** The name is shown as it was given. */
async function addOne(name: string, read: KtaddWords, keytab: KeyTarget, added: Added[], talk: Talk): Promise<void> {
  const parse = async () => parsePrincipal(name, { defaultRealm: talk.api.realm })
  const principal = await step(talk.program, `while parsing -add principal name ${displayText(name)}`, parse)
  const keys = await keysOf(principal, name, read, talk)
  if (keys === undefined) return
  try {
    const timestamp = talk.env.clock.now().seconds
    const entries = keys.map(({ kvno, key }) => ({ principal, kvno, key, timestamp }))
    await step(talk.program, 'while adding key to keytab', () => keytab.keytab.add(entries))
    for (const { kvno, key } of keys) {
      const enctype = etypeName(key.etype)
      added.push({ principal: name, kvno, enctype })
      const line = `Entry for principal ${displayText(name)} with kvno ${kvno}, encryption type ${enctype} added to keytab ${keytab.label}.\n`
      if (!read.quiet && !talk.own.has('base64')) talk.print(line)
    }
  } finally {
    for (const { key } of keys) key.value.wipe()
  }
}

async function keysOf(principal: Principal, name: string, read: KtaddWords, talk: Talk): Promise<readonly KeyWithVersion[] | undefined> {
  try {
    return await step(talk.program, `while changing ${displayText(name)}'s key`, async () => {
      if (read.keepKeys) return talk.api.call(VERBS.extractKeys, { principal })
      const { keys } = await talk.api.call(VERBS.changePassword, { principal, keepOld: false, keySalts: read.keySalts, keysWanted: true })
      return keys
    })
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.error.code !== 'KADM5_UNK_PRINC') throw error
    // A missing principal is said, but not a failure: so MIT's, and loops over names rely on it.
    talk.warn(`${talk.program}: Principal ${displayText(name)} does not exist.\n`)
    return undefined
  }
}

function usage(): QueryError {
  return new QueryError(USAGE, { fails: false })
}
