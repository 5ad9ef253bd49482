import type { Bytes } from '../../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../core/bytes/text.ts'
import { Secret } from '../../../core/secret/secret.ts'

/** One line of a file for `add_principal --from`, as the words of a request: options, and the name last. */
export interface BulkRecord {
  readonly name: string
  readonly words: readonly string[]
  readonly password?: Secret
}

/** A line that cannot be carried out; `message` says why, for people. */
export class RecordError extends Error {
  override readonly name = 'RecordError'
}

/** Reads one JSON object (docs/json.md). Throws RecordError. */
export function readRecord(line: Bytes): BulkRecord {
  const fields = objectIn(line)
  const name = fields.get('principal')
  if (typeof name !== 'string' || name === '') throw new RecordError('"principal" must be a name')
  const words = [...fields].flatMap(([field, value]) => {
    const read = FIELDS.get(field)
    if (read === undefined) throw new RecordError(`unknown field ${JSON.stringify(field)}`)
    const given = read(value)
    if (given === undefined) throw new RecordError(`wrong value for ${JSON.stringify(field)}`)
    return given
  })
  const password = fields.get('password')
  const secret = typeof password === 'string' ? { password: new Secret(encodeText(password)) } : {}
  return { name, words: [...words, name], ...secret }
}

/** A Map has no prototype that a field could be mistaken for. */
function objectIn(line: Bytes): ReadonlyMap<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(decodeText(line))
  } catch {
    // The parser's message quotes the line, which may hold a password.
    throw new RecordError('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RecordError('not a JSON object')
  return new Map(Object.entries(value))
}

/** The words that a value stands for; undefined when it cannot be one. */
type Read = (value: unknown) => readonly string[] | undefined

const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffffffff

function text(option: string): Read {
  return value => (isText(value) ? [option, value] : undefined)
}

/** Seconds, or a text that the option understands. */
function time(option: string): Read {
  return value => (isText(value) ? [option, value] : isCount(value) ? [option, `${value} seconds`] : undefined)
}

function toggle(option: string): Read {
  return value => (value === true ? [option] : value === false ? [] : undefined)
}

function each(toWords: (text: string) => readonly string[] | undefined): Read {
  return value => {
    if (!Array.isArray(value)) return undefined
    const words = value.map(item => (isText(item) ? toWords(item) : undefined))
    return words.includes(undefined) ? undefined : words.flatMap(item => item!)
  }
}

const FIELDS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['principal', () => []],
  ['password', value => (isText(value) ? [] : undefined)],
  ['randkey', toggle('-randkey')],
  ['nokey', toggle('-nokey')],
  ['keysalts', text('-e')],
  ['expire', text('-expire')],
  ['pwexpire', text('-pwexpire')],
  ['maxlife', time('-maxlife')],
  ['maxrenewlife', time('-maxrenewlife')],
  ['kvno', value => (isCount(value) ? ['-kvno', String(value)] : undefined)],
  ['policy', text('-policy')],
  ['clearpolicy', toggle('-clearpolicy')],
  ['attributes', each(word => (/^[+-]/.test(word) ? [word] : undefined))],
  ['x', each(word => ['-x', word])],
])
