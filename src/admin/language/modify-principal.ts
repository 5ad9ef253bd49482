import type { Principal } from '../../core/principal/principal.ts'
import type { Reading } from '../query/parse.ts'
import { QueryError } from '../query/query-error.ts'
import { readPrincipal } from '../query/values.ts'
import { ATTRIBUTE_USAGE, CHANGE_OPTIONS, type PrincipalWords, readPrincipalWords } from './principal-words.ts'
import type { NameOnly, PrincipalChange } from './records.ts'
import type { Verb } from './verb.ts'

export interface ModifyPrincipalInput {
  readonly principal: Principal
  readonly change: PrincipalChange
  readonly clearPolicy: boolean
  readonly unlock: boolean
  /** What the principal has, to be sent along: MIT's kadmind adds the flags of a restriction to what the caller sends, whether it is to be set or not. */
  readonly attributes?: number
}

const usage = `usage: modify_principal [options] principal
\toptions are:
\t\t[-x db_princ_args]* [-expire expdate] [-pwexpire pwexpdate] [-maxlife maxtixlife]
\t\t[-kvno kvno] [-policy policy] [-clearpolicy]
\t\t[-maxrenewlife maxrenewlife] [-unlock] [{+|-}attribute]
${ATTRIBUTE_USAGE}`

/**
 * `read` gives the name and leaves the options to `readModification`: ±flags change the attributes that the principal has, and a
 * principal that does not exist is reported before anything is said about the options.
 */
export const modifyPrincipal: Verb<ModifyPrincipalInput, NameOnly, NameOnly> = {
  names: ['modify_principal', 'modprinc'],
  about: 'Modify principal',
  usage,
  privilege: 'm',
  options: CHANGE_OPTIONS,
  read: (words, reading) => {
    const last = words.at(-1)
    if (last === undefined) throw new QueryError(usage)
    return { principal: readPrincipal(last, 'modify_principal', 'parsing principal', reading) }
  },
  target: input => input.principal,
}

export function readModification(
  words: readonly string[],
  attributes: number,
  reading: Reading,
): ModifyPrincipalInput & Pick<PrincipalWords, 'policyTakenBack'> {
  const read = readPrincipalWords(words, 'modify_principal', usage, attributes, reading)
  if (read.randomKey || read.noKey || read.password !== undefined || read.keySalts.length > 0) throw new QueryError(usage)
  const { principal, change, clearPolicy, unlock, policyTakenBack } = read
  return { principal, change, clearPolicy, unlock, attributes, policyTakenBack }
}
