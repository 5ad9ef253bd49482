import { QueryError } from '../query/query-error.ts'
import { readPrincipal } from '../query/values.ts'
import type { NameOnly } from './records.ts'
import type { SetStringInput } from './set-string.ts'
import type { Verb } from './verb.ts'

const usage = 'usage: del_string principal key\n'

/** Done by the handler of set_string, which is the one procedure that kadm5 has for both. */
export const deleteString: Verb<SetStringInput, NameOnly> = {
  names: ['del_string', 'delstr'],
  about: 'Delete a string attribute on a principal',
  usage,
  privilege: 'm',
  read: (words, reading) => {
    if (words.length !== 2) throw new QueryError(usage)
    return { principal: readPrincipal(words[0]!, 'delstring', 'parsing principal', reading), name: words[1]! }
  },
  target: input => input.principal,
}
