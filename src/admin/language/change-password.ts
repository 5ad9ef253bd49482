import { type KeySalt, parseKeySalts } from '../../core/config/key-salts.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { type Grammar, takeOptions } from '../query/parse.ts'
import { QueryError } from '../query/query-error.ts'
import { readPrincipal } from '../query/values.ts'
import type { KeyWithVersion } from './records.ts'
import type { Verb } from './verb.ts'

/** What becomes of the keys that were there. */
export interface OldKeys {
  readonly keepOld: boolean
  /** With `keepOld`: how many versions there may be in the end, the new one included. Absent: any number. */
  readonly maxVersions?: number
}

export interface ChangePasswordInput extends OldKeys {
  readonly principal: Principal
  /** Absent: random keys. */
  readonly password?: Secret
  /** Empty: the policy's list, or else the database's. */
  readonly keySalts: readonly KeySalt[]
  /** The caller needs the random keys; without it there may be none in the result. */
  readonly keysWanted?: boolean
}

export interface ChangePasswordWords {
  readonly principal: Principal
  readonly randomKey: boolean
  readonly password: string | undefined
  readonly keepOld: boolean
  readonly keySalts: readonly KeySalt[]
}

export interface ChangePasswordResult {
  readonly principal: Principal
  /** The new keys, when they are random: the caller wipes them. */
  readonly keys: readonly KeyWithVersion[]
}

const usage = 'usage: change_password [-randkey] [-keepold] [-e keysaltlist] [-pw password] principal\n'

export const changePassword: Verb<ChangePasswordInput, ChangePasswordResult, ChangePasswordWords> = {
  names: ['change_password', 'cpw'],
  about: 'Change password',
  usage,
  privilege: 'c',
  get options() {
    return GRAMMAR.words
  },
  read: (words, reading) => {
    const draft: Draft = { randomKey: false, keepOld: false, keySalts: [] }
    const names = takeOptions(words, GRAMMAR, draft, reading)
    if (names.length === 0) throw new QueryError(`change_password: missing principal name\n${usage}`)
    if (names.length > 1) throw new QueryError(`change_password: too many arguments\n${usage}`)
    const principal = readPrincipal(names[0]!, 'change_password', 'parsing principal name', reading)
    return { principal, randomKey: draft.randomKey, password: draft.password, keepOld: draft.keepOld, keySalts: draft.keySalts }
  },
  target: input => input.principal,
}

interface Draft {
  randomKey: boolean
  keepOld: boolean
  keySalts: readonly KeySalt[]
  password?: string
}

const GRAMMAR: Grammar<Draft> = {
  words: [
    { word: '-x', value: 'db argument', put: () => undefined },
    {
      word: '-pw',
      value: 'password arg',
      put: (draft, value) => {
        draft.password = value
      },
    },
    {
      word: '-randkey',
      put: draft => {
        draft.randomKey = true
      },
    },
    {
      word: '-keepold',
      put: draft => {
        draft.keepOld = true
      },
    },
    {
      word: '-e',
      value: 'keysaltlist arg',
      put: (draft, value) => {
        draft.keySalts = parseKeySalts(value)
      },
    },
  ],
  isOption: word => word.startsWith('-'),
  unknown: word => {
    throw new QueryError(`change_password: unrecognized option ${word}\n${usage}`)
  },
  missing: word => {
    throw new QueryError(`change_password: missing ${word.value}\n${usage}`)
  },
}
