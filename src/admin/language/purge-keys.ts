import type { Principal } from '../../core/principal/principal.ts'
import { QueryError } from '../query/query-error.ts'
import { readNumber, readPrincipal } from '../query/values.ts'
import type { NameOnly } from './records.ts'
import type { Verb } from './verb.ts'

export interface PurgeKeysInput {
  readonly principal: Principal
  /** The oldest version to keep; 0 or less for the newest alone; `none` removes every key. */
  readonly keep: number | 'none'
}

const usage = 'usage: purgekeys [-all|-keepkvno oldest_kvno_to_keep] principal\n'

export const purgeKeys: Verb<PurgeKeysInput, NameOnly> = {
  names: ['purgekeys'],
  about: 'Purge previously retained old keys from a principal',
  usage,
  privilege: 'm',
  options: [{ word: '-all' }, { word: '-keepkvno', value: 'kvno' }],
  read: (words, reading) => {
    const [first, second, third] = words
    const name = (text: string) => readPrincipal(text, 'purgekeys', 'parsing principal', reading)
    if (words.length === 3 && first === '-keepkvno') return { principal: name(third!), keep: readNumber(second!) }
    if (words.length === 2 && first === '-all') return { principal: name(second!), keep: 'none' }
    if (words.length === 1) return { principal: name(first!), keep: 0 }
    throw new QueryError(usage)
  },
  target: input => input.principal,
}
