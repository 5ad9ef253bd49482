import { type ErrorCode, type ErrorParams, KrbError } from '../errors/krb-error.ts'
import { parseDuration } from '../time/duration.ts'
import { parseBoolean, parseInteger } from './values.ts'

/**
 * One relation of a table: its name in the file, how its text is read (undefined: not at all), what holds without it, and one line for
 * people. `broken` says what a value that cannot be read does: give the default, as MIT does for most, or throw that code.
 */
export interface RelationRow<T> {
  readonly name: string
  /** A name that counts when the first is absent. */
  readonly otherName?: string
  readonly read: (texts: Texts) => T | undefined
  readonly initial: T
  readonly broken: 'default' | ErrorCode
  readonly doc: string
}

/** The values of a relation, the one that counts first. */
export type Texts = readonly [string, ...string[]]

export type Table = Readonly<Record<string, RelationRow<unknown>>>

export type ValuesOf<T extends Table> = { readonly [K in keyof T]: T[K] extends RelationRow<infer V> ? V : never }

/** Where relations are looked up: the first of `names` that is there. */
export type Source = (names: readonly string[]) => Found | undefined

interface Found {
  readonly texts: Texts
  /** Where the text that counts stands, `name` included: the parameters of an error about it. */
  place(): ErrorParams & { readonly path: string; readonly line: number; readonly column: number; readonly name: string }
}

/** An object with the values of a table under its keys; each is read when it is first asked for, and may throw then. */
export function valuesOf<T extends Table>(table: T, source: Source): ValuesOf<T> {
  const values = {}
  for (const [key, row] of Object.entries(table)) {
    let read: { readonly value: unknown } | undefined
    const get = () => {
      read ??= { value: readRelation(row, source) }
      return read.value
    }
    Object.defineProperty(values, key, { enumerable: true, configurable: true, get })
  }
  return values as ValuesOf<T>
}

/** One object with the properties of several, those that are read when asked for included. */
export function joined<A extends object, B extends readonly object[]>(target: A, ...parts: B): A & Intersection<B> {
  for (const part of parts) Object.defineProperties(target, Object.getOwnPropertyDescriptors(part))
  return target as A & Intersection<B>
}

type Intersection<T extends readonly unknown[]> = T extends readonly [infer First, ...infer Rest] ? First & Intersection<Rest> : unknown

function readRelation<T>(row: RelationRow<T>, source: Source): T {
  const found = source(row.otherName === undefined ? [row.name] : [row.name, row.otherName])
  if (found === undefined) return row.initial
  const value = row.read(found.texts)
  if (value !== undefined) return value
  if (row.broken === 'default') return row.initial
  const place = found.place()
  throw new KrbError(row.broken, place, { hints: [`${place.path}:${place.line}:${place.column}: ${place.name} = ${found.texts[0]}`] })
}

export function text(name: string, doc: string): RelationRow<string | undefined>
export function text(name: string, initial: string, doc: string): RelationRow<string>
export function text(name: string, second: string, doc?: string): RelationRow<string | undefined> {
  const read = ([first]: Texts) => first
  return { name, read, initial: doc === undefined ? undefined : second, broken: 'default', doc: doc ?? second }
}

/** Every value of a relation that may be repeated. */
export function list(name: string, doc: string): RelationRow<readonly string[]> {
  return { name, read: texts => texts, initial: [], broken: 'default', doc }
}

/** Words of all values, separated by blanks or commas. */
export function words(name: string, doc: string): RelationRow<readonly string[]> {
  const read = (texts: Texts) => texts.flatMap(value => value.split(/[\s,]+/)).filter(word => word !== '')
  return { name, read, initial: [], broken: 'default', doc }
}

export function integer(name: string, initial: number, doc: string): RelationRow<number> {
  return { name, read: ([first]) => parseInteger(first), initial, broken: 'default', doc }
}

export function boolean(name: string, initial: boolean, doc: string): RelationRow<boolean> {
  return { name, read: ([first]) => parseBoolean(first), initial, broken: 'default', doc }
}

/** For relations where MIT stops at what is no boolean. */
export function strictBoolean(name: string, initial: boolean, doc: string): RelationRow<boolean> {
  return { ...boolean(name, initial, doc), broken: 'PROF_BAD_BOOLEAN' }
}

/** For relations where MIT takes everything that is no word for true as false. */
export function lenientBoolean(name: string, initial: boolean, doc: string): RelationRow<boolean> {
  return { name, read: ([first]) => parseBoolean(first) ?? false, initial, broken: 'default', doc }
}

export function duration(name: string, initial: number, doc: string): RelationRow<number> {
  return { name, read: ([first]) => parseDuration(first), initial, broken: 'default', doc }
}

export function strictDuration(name: string, initial: number, doc: string): RelationRow<number> {
  return { ...duration(name, initial, doc), broken: 'KRB5_DELTAT_BADFORMAT' }
}
