import type { Principal } from '../../core/principal/principal.ts'
import { QueryError } from '../query/query-error.ts'
import type { OldKeys } from './change-password.ts'
import type { KeyWithSalt, NameOnly } from './records.ts'
import type { Verb } from './verb.ts'

export interface SetKeysInput extends OldKeys {
  readonly principal: Principal
  /** All of one version; version 0 is the next one. */
  readonly keys: readonly KeyWithSalt[]
}

/** Keys that somebody else has made. Only programs do this, so it is no request of its own. */
export const setKeys: Verb<SetKeysInput, NameOnly> = {
  names: ['set_keys'],
  about: 'Set keys',
  usage: '',
  privilege: 's',
  read: () => {
    throw new QueryError('')
  },
  target: input => input.principal,
}
