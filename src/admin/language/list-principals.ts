import { QueryError } from '../query/query-error.ts'
import type { Verb } from './verb.ts'

export interface ListInput {
  /** kadmin's pattern: `*`, `?`, `[...]`, a backslash before an ordinary character; absent for all. */
  readonly pattern?: string
  /** As many are enough; a server, whose protocol cannot say so, gives all. */
  readonly atMost?: number
}

const usage = 'usage: get_principals [expression]\n'

/** Gives the unparsed names in the order of the database. */
export const listPrincipals: Verb<ListInput, readonly string[]> = {
  names: ['list_principals', 'listprincs', 'get_principals', 'getprincs'],
  about: 'List principals',
  usage,
  privilege: 'l',
  read: words => readPattern(words, usage),
  target: () => undefined,
}

export function readPattern(words: readonly string[], usageText: string): ListInput {
  if (words.length > 1) throw new QueryError(usageText)
  return words[0] === undefined ? {} : { pattern: words[0] }
}
