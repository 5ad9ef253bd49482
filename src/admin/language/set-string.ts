import type { Principal } from '../../core/principal/principal.ts'
import { QueryError } from '../query/query-error.ts'
import { readPrincipal } from '../query/values.ts'
import type { NameOnly } from './records.ts'
import type { Verb } from './verb.ts'

export interface SetStringInput {
  readonly principal: Principal
  readonly name: string
  /** Absent: removes it. */
  readonly value?: string
}

const usage = 'usage: set_string principal key value\n'

export const setString: Verb<SetStringInput, NameOnly> = {
  names: ['set_string', 'setstr'],
  about: 'Set a string attribute on a principal',
  usage,
  privilege: 'm',
  read: (words, reading) => {
    if (words.length !== 3) throw new QueryError(usage)
    return { principal: readPrincipal(words[0]!, 'set_string', 'parsing principal', reading), name: words[1]!, value: words[2]! }
  },
  target: input => input.principal,
}
