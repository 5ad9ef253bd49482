import type { KeySalt } from '../../core/config/key-salts.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { ATTRIBUTE_USAGE, NEW_PRINCIPAL_OPTIONS, type PrincipalWords, readPrincipalWords } from './principal-words.ts'
import type { NameOnly, PrincipalChange } from './records.ts'
import type { Verb } from './verb.ts'

export interface AddPrincipalInput {
  readonly principal: Principal
  readonly change: PrincipalChange
  /** Empty: the policy's list, or else the database's. */
  readonly keySalts: readonly KeySalt[]
  readonly keys: { readonly from: 'password'; readonly password: Secret } | { readonly from: 'random' } | { readonly from: 'nothing' }
}

const usage = `usage: add_principal [options] principal
\toptions are:
\t\t[-randkey|-nokey] [-x db_princ_args]* [-expire expdate] [-pwexpire pwexpdate] [-maxlife maxtixlife]
\t\t[-kvno kvno] [-policy policy] [-clearpolicy]
\t\t[-pw password] [-maxrenewlife maxrenewlife]
\t\t[-e keysaltlist]
\t\t[{+|-}attribute]
${ATTRIBUTE_USAGE}`

export const addPrincipal: Verb<AddPrincipalInput, NameOnly, PrincipalWords> = {
  names: ['add_principal', 'addprinc', 'ank'],
  about: 'Add principal',
  usage,
  privilege: 'a',
  options: NEW_PRINCIPAL_OPTIONS,
  read: (words, reading) => readPrincipalWords(words, 'add_principal', usage, 0, reading),
  target: input => input.principal,
}
