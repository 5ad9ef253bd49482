import { type KeySalt, parseKeySalts } from '../../core/config/key-salts.ts'
import { applyAttributeWord } from '../../core/flags/principal-attributes.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { type Grammar, type Reading, takeOptions, type Word } from '../query/parse.ts'
import { QueryError } from '../query/query-error.ts'
import { readDate, readInterval, readNumber, readPrincipal } from '../query/values.ts'
import type { PrincipalChange } from './records.ts'
import type { VerbOption } from './verb.ts'

/** What the words of add_principal and modify_principal say; both take all of them and each refuses some afterwards. */
export interface PrincipalWords {
  readonly principal: Principal
  readonly change: PrincipalChange
  readonly clearPolicy: boolean
  /** -clearpolicy came after -policy: that is too much for any database. */
  readonly policyTakenBack: boolean
  readonly unlock: boolean
  readonly password: string | undefined
  readonly randomKey: boolean
  readonly noKey: boolean
  /** Empty: the database's own list. */
  readonly keySalts: readonly KeySalt[]
}

/**
 * The last word is the name, all before it are options. `attributes` is what ±flags start from: 0 for a new principal
 * (default_principal_flags count only when no flag is given), the present ones otherwise.
 */
export function readPrincipalWords(
  words: readonly string[],
  command: string,
  usage: string,
  attributes: number,
  reading: Reading,
): PrincipalWords {
  const draft: Draft = {
    attributes,
    change: {},
    clearPolicy: false,
    policyTakenBack: false,
    unlock: false,
    password: undefined,
    randomKey: false,
    noKey: false,
    keySalts: [],
  }
  const last = words.at(-1)
  if (last === undefined) throw new QueryError(usage)
  try {
    takeOptions(words.slice(0, -1), grammar(usage), draft, reading)
    const principal = readPrincipal(last, command, 'parsing principal', reading)
    const { change, clearPolicy, policyTakenBack, unlock, password, randomKey, noKey, keySalts } = draft
    return { principal, change, clearPolicy, policyTakenBack, unlock, password, randomKey, noKey, keySalts }
  } catch (error) {
    throw error instanceof QueryError && error.message !== usage ? new QueryError(error.message + usage) : error
  }
}

interface Draft {
  attributes: number
  change: PrincipalChange
  clearPolicy: boolean
  policyTakenBack: boolean
  unlock: boolean
  randomKey: boolean
  noKey: boolean
  keySalts: readonly KeySalt[]
  password: string | undefined
}

function grammar(usage: string): Grammar<Draft> {
  return {
    words: WORDS,
    isOption: () => true,
    unknown: (word, draft) => {
      const attributes = applyAttributeWord(draft.attributes, word)
      if (attributes === undefined) throw new QueryError(usage)
      draft.attributes = attributes
      set(draft, { attributes })
    },
    missing: () => {
      throw new QueryError(usage)
    },
  }
}

function set(draft: Draft, change: PrincipalChange): void {
  draft.change = { ...draft.change, ...change }
}

const WORDS: readonly Word<Draft>[] = [
  {
    word: '-x',
    value: 'db_princ_args',
    put: (draft, value) => set(draft, { databaseArguments: [...(draft.change.databaseArguments ?? []), value] }),
  },
  { word: '-expire', value: 'expdate', put: (draft, value, reading) => set(draft, { expiration: readDate(value, reading) }) },
  { word: '-pwexpire', value: 'pwexpdate', put: (draft, value, reading) => set(draft, { pwExpiration: readDate(value, reading) }) },
  { word: '-maxlife', value: 'maxtixlife', put: (draft, value, reading) => set(draft, { maxLife: readInterval(value, reading) }) },
  {
    word: '-maxrenewlife',
    value: 'maxrenewlife',
    put: (draft, value, reading) => set(draft, { maxRenewableLife: readInterval(value, reading) }),
  },
  { word: '-kvno', value: 'kvno', put: (draft, value) => set(draft, { kvno: readNumber(value) }) },
  { word: '-policy', value: 'policy', put: (draft, value) => set(draft, { policy: value }) },
  {
    word: '-clearpolicy',
    put: draft => {
      draft.clearPolicy = true
      draft.policyTakenBack = draft.change.policy !== undefined
    },
  },
  {
    word: '-pw',
    value: 'password',
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
    word: '-nokey',
    put: draft => {
      draft.noKey = true
    },
  },
  {
    word: '-unlock',
    put: draft => {
      draft.unlock = true
    },
  },
  {
    word: '-e',
    value: 'keysaltlist',
    put: (draft, value) => {
      draft.keySalts = parseKeySalts(value)
    },
  },
]

/** The options of add_principal. */
export const NEW_PRINCIPAL_OPTIONS: readonly VerbOption[] = WORDS.filter(({ word }) => word !== '-unlock')

/** The options of modify_principal: keys are not its business. */
export const CHANGE_OPTIONS: readonly VerbOption[] = WORDS.filter(({ word }) => !['-pw', '-randkey', '-nokey', '-e'].includes(word))

/** The part that the usage texts of both share. */
export const ATTRIBUTE_USAGE = `\tattributes are:
\t\tallow_postdated allow_forwardable allow_tgs_req allow_renewable
\t\tallow_proxiable allow_dup_skey allow_tix requires_preauth
\t\trequires_hwauth needchange allow_svr password_changing_service
\t\tok_as_delegate ok_to_auth_as_delegate no_auth_data_required
\t\tlockdown_keys

where,
\t[-x db_princ_args]* - any number of database specific arguments.
\t\t\tLook at each database documentation for supported arguments
`
