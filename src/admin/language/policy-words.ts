import { type Grammar, type Reading, takeOptions, type Word } from '../query/parse.ts'
import { QueryError } from '../query/query-error.ts'
import { readInterval, readNumber } from '../query/values.ts'
import type { PolicyChange } from './records.ts'
import type { VerbOption } from './verb.ts'

export interface PolicyWords {
  readonly name: string
  readonly change: PolicyChange
}

/** The last word is the policy's name, all before it are options. */
export function readPolicyWords(words: readonly string[], command: string, reading: Reading): PolicyWords {
  const usage = policyUsage(command)
  const name = words.at(-1)
  if (name === undefined) throw new QueryError(`${command}: parser lost count!\n${usage}`)
  const draft: Draft = { change: {} }
  try {
    takeOptions(words.slice(0, -1), grammar(usage), draft, reading)
  } catch (error) {
    throw error instanceof QueryError && error.message !== usage ? new QueryError(error.message + usage) : error
  }
  return { name, change: draft.change }
}

export function policyUsage(command: string): string {
  return `usage; ${command} [options] policy
\toptions are:
\t\t[-maxlife time] [-minlife time] [-minlength length]
\t\t[-minclasses number] [-history number]
\t\t[-maxfailure number] [-failurecountinterval time]
\t\t[-allowedkeysalts keysalts]
\t\t[-lockoutduration time]
`
}

interface Draft {
  change: PolicyChange
}

function grammar(usage: string): Grammar<Draft> {
  const refuse = (): never => {
    throw new QueryError(usage)
  }
  return { words: WORDS, isOption: () => true, unknown: refuse, missing: refuse }
}

function interval(word: `-${string}`, field: keyof PolicyChange): Word<Draft> {
  return {
    word,
    value: 'time',
    put: (draft, value, reading) => {
      draft.change = { ...draft.change, [field]: readInterval(value, reading) }
    },
  }
}

function count(word: `-${string}`, field: keyof PolicyChange): Word<Draft> {
  return {
    word,
    value: 'number',
    put: (draft, value) => {
      draft.change = { ...draft.change, [field]: readNumber(value) }
    },
  }
}

const WORDS: readonly Word<Draft>[] = [
  interval('-maxlife', 'maxLife'),
  interval('-minlife', 'minLife'),
  count('-minlength', 'minLength'),
  count('-minclasses', 'minClasses'),
  count('-history', 'history'),
  count('-maxfailure', 'maxFailures'),
  interval('-failurecountinterval', 'failureInterval'),
  interval('-lockoutduration', 'lockoutDuration'),
  {
    word: '-allowedkeysalts',
    value: 'keysalts',
    put: (draft, value) => {
      draft.change = { ...draft.change, allowedKeySalts: value === '-' ? undefined : value }
    },
  },
]

export const POLICY_OPTIONS: readonly VerbOption[] = WORDS
