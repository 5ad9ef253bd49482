import { QueryError } from './query-error.ts'

/** `[-terse] NAME`. */
export function terseName(words: readonly string[], usage: string): { terse: boolean; name: string } {
  if (words.length === 1) return { terse: false, name: words[0]! }
  if (words.length === 2 && words[0] === '-terse') return { terse: true, name: words[1]! }
  throw new QueryError(usage)
}
