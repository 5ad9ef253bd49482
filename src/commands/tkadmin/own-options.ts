import type { VerbOption } from '../../admin/language/verb.ts'
import { QueryError } from '../../admin/query/query-error.ts'
import type { ErrorCode } from '../../core/errors/krb-error.ts'

/** A long option of a request that kadmin does not have. */
export interface OwnOption {
  /** Without its dashes. */
  readonly name: string
  /** Name of the value that it takes; absent for a switch. */
  readonly value?: string
  readonly doc: string
  /** Failures that with this option mean that there was nothing to do. */
  readonly forgives?: readonly ErrorCode[]
}

/** Names of the options that were given, with their values; a switch has the empty one. */
export type Own = ReadonlyMap<string, string>

export const IF_NOT_EXISTS: OwnOption = { name: 'if-not-exists', doc: 'do nothing when it exists already', forgives: ['KADM5_DUP'] }
export const IF_PRINCIPAL_EXISTS: OwnOption = {
  name: 'if-exists',
  doc: 'do nothing when there is no such principal',
  forgives: ['KADM5_UNK_PRINC', 'KRB5_KDB_NOENTRY'],
}
export const IF_POLICY_EXISTS: OwnOption = {
  name: 'if-exists',
  doc: 'do nothing when there is no such policy',
  forgives: ['KADM5_UNK_POLICY'],
}
export const TABLE: OwnOption = { name: 'table', doc: 'show a table for people' }

/**
 * Takes our options out of the words, wherever they stand. What follows an option of kadmin's that takes a value is that value,
 * whatever it looks like: a password may begin with two dashes. Throws QueryError when a value is missing.
 */
export function takeOwnOptions(
  words: readonly string[],
  request: { readonly names: readonly string[]; readonly own?: readonly OwnOption[]; readonly options?: readonly VerbOption[] },
): { readonly own: Own; readonly words: readonly string[] } {
  if (!words.some(word => word.startsWith('--'))) return { own: NONE, words }
  const own = new Map<string, string>()
  const rest: string[] = []
  const valued = new Set(request.options?.filter(({ value }) => value !== undefined).map(({ word }) => word))
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const [name, glued] = halves(word)
    const option = request.own?.find(each => name === `--${each.name}`)
    if (option === undefined || (option.value === undefined && glued !== undefined)) {
      rest.push(word)
      if (valued.has(word) && i + 1 < words.length) rest.push(words[++i]!)
    } else if (option.value === undefined) own.set(option.name, '')
    else {
      const value = glued ?? words[++i]
      if (value === undefined) throw new QueryError(`${request.names[0]}: ${word} needs a value: ${option.value}\n`)
      own.set(option.name, value)
    }
  }
  return { own, words: rest }
}

/** Whether the options that were given make a failure one that changes nothing and is none. */
export function forgiven(code: ErrorCode, own: Own, options: readonly OwnOption[] = []): boolean {
  return options.some(({ name, forgives }) => own.has(name) && forgives?.includes(code) === true)
}

export const NONE: Own = new Map()

function halves(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}
