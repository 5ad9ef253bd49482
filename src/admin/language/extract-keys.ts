import type { Principal } from '../../core/principal/principal.ts'
import { QueryError } from '../query/query-error.ts'
import type { KeyWithSalt } from './records.ts'
import type { Verb } from './verb.ts'

export interface ExtractKeysInput {
  readonly principal: Principal
  /** Absent: every version. */
  readonly kvno?: number
}

/** The keys that a principal has, in the clear: what `ktadd -norandkey` uses. It is no request of its own. */
export const extractKeys: Verb<ExtractKeysInput, readonly KeyWithSalt[]> = {
  names: ['extract_keys'],
  about: 'Extract keys',
  usage: '',
  privilege: 'e',
  read: () => {
    throw new QueryError('')
  },
  target: input => input.principal,
}
