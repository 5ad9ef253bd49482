import { QueryError } from '../query/query-error.ts'
import type { KeyWithVersion, NameOnly } from './records.ts'
import type { Verb } from './verb.ts'

/** The keys that a principal has, in the clear: what `ktadd -norandkey` uses. It is no request of its own. */
export const extractKeys: Verb<NameOnly, readonly KeyWithVersion[]> = {
  names: ['extract_keys'],
  about: 'Extract keys',
  usage: '',
  privilege: 'e',
  read: () => {
    throw new QueryError('')
  },
  target: input => input.principal,
}
