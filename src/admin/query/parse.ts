import type { Zone } from '../../core/time/zone.ts'

/** What reading words depends on besides the words. */
export interface Reading {
  /** For names without a realm. */
  readonly realm: string
  /** Seconds since 1970: what relative dates count from. */
  readonly now: number
  readonly zone: Zone
}

/** An option of a request and what it does to the request that is being put together. */
export interface Word<Draft> {
  readonly word: `-${string}`
  /** Name of the value that follows, as the usage text has it; absent for a switch. */
  readonly value?: string
  /** Throws QueryError for a value that cannot be. */
  put(draft: Draft, value: string, reading: Reading): void
}

export interface Grammar<Draft> {
  readonly words: readonly Word<Draft>[]
  /** Whether a word is an option at all; the first that is not ends the options. */
  isOption(word: string): boolean
  /** An option that `words` does not name: takes it or throws. */
  unknown(word: string, draft: Draft): void
  /** A value is missing: throws. */
  missing(word: Word<Draft>): never
}

/** Carries out the options at the front and returns the words after them. */
export function takeOptions<Draft>(words: readonly string[], grammar: Grammar<Draft>, draft: Draft, reading: Reading): readonly string[] {
  let i = 0
  for (; i < words.length && grammar.isOption(words[i]!); i++) {
    const known = grammar.words.find(word => word.word === words[i])
    if (known === undefined) grammar.unknown(words[i]!, draft)
    else if (known.value === undefined) known.put(draft, '', reading)
    else if (i + 1 >= words.length) grammar.missing(known)
    else known.put(draft, words[++i]!, reading)
  }
  return words.slice(i)
}
