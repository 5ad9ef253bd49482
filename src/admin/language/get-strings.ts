import { QueryError } from '../query/query-error.ts'
import { readPrincipal } from '../query/values.ts'
import type { NameOnly } from './records.ts'
import type { Verb } from './verb.ts'

const usage = 'usage: get_strings principal\n'

/** Gives pairs of name and value in stored order. */
export const getStrings: Verb<NameOnly, readonly (readonly [string, string])[]> = {
  names: ['get_strings', 'getstrs'],
  about: 'Show string attributes on a principal',
  usage,
  privilege: 'i',
  read: (words, reading) => {
    if (words.length !== 1) throw new QueryError(usage)
    return { principal: readPrincipal(words[0]!, 'get_strings', 'parsing principal', reading) }
  },
  target: input => input.principal,
}
