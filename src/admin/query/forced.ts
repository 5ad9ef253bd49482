import { QueryError } from './query-error.ts'

/** `[-force] NAME...` with exactly `count` names. */
export function forcedNames(words: readonly string[], count: number, usage: string): { force: boolean; names: readonly string[] } {
  if (words.length === count) return { force: false, names: words }
  if (words.length === count + 1 && words[0] === '-force') return { force: true, names: words.slice(1) }
  throw new QueryError(usage)
}
