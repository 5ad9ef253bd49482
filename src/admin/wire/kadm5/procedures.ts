import type { Codec, Fields, ValueOf } from './codec.ts'
import { array, bool, countedArray, i32, nullableSecret, nullableString, principal, struct, u32 } from './codec.ts'
import { keyblock, keySalts, policyEnt, principalEnt, stringAttribute, versionedKeys } from './structures.ts'

/** One procedure of kadm5: arguments stand after api_version, results after api_version and code. */
export interface Procedure<A extends Fields = Fields, R extends Fields = Fields> {
  readonly number: number
  /** As kadmind's log has it. */
  readonly name: string
  readonly arguments: Codec<ValueOf<A>>
  readonly result: Codec<ValueOf<R>>
  /** The result stands behind every code; of the others only code 0 has one. */
  readonly resultOfFailure: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: a procedure of whatever arguments and result.
export type AnyProcedure = Procedure<any, any>
export type ArgumentsOf<P> = P extends Procedure<infer A, infer _> ? ValueOf<A> : never
export type ProcedureResultOf<P> = P extends Procedure<infer _, infer R> ? ValueOf<R> : never

function procedure<A extends Fields, R extends Fields>(number: number, name: string, args: A, result: R): Procedure<A, R> {
  return { number, name, arguments: struct(args), result: struct(result), resultOfFailure: false }
}

const NOTHING = {} as const

/** Program 2112, version 2. Procedure 0 is RPC's own; 17 set keys of Kerberos 4. */
export const PROCEDURES = {
  createPrincipal: procedure(1, 'kadm5_create_principal', { entry: principalEnt, mask: u32, password: nullableSecret }, NOTHING),
  deletePrincipal: procedure(2, 'kadm5_delete_principal', { principal }, NOTHING),
  modifyPrincipal: procedure(3, 'kadm5_modify_principal', { entry: principalEnt, mask: u32 }, NOTHING),
  renamePrincipal: procedure(4, 'kadm5_rename_principal', { source: principal, target: principal }, NOTHING),
  getPrincipal: procedure(5, 'kadm5_get_principal', { principal, mask: u32 }, { entry: principalEnt }),
  chpassPrincipal: procedure(6, 'kadm5_chpass_principal', { principal, password: nullableSecret }, NOTHING),
  chrandPrincipal: procedure(7, 'kadm5_randkey_principal', { principal }, { keys: array(keyblock) }),
  createPolicy: procedure(8, 'kadm5_create_policy', { entry: policyEnt, mask: u32 }, NOTHING),
  deletePolicy: procedure(9, 'kadm5_delete_policy', { name: nullableString }, NOTHING),
  modifyPolicy: procedure(10, 'kadm5_modify_policy', { entry: policyEnt, mask: u32 }, NOTHING),
  getPolicy: procedure(11, 'kadm5_get_policy', { name: nullableString }, { entry: policyEnt }),
  getPrivs: { ...procedure(12, 'kadm5_get_privs', NOTHING, { privileges: u32 }), resultOfFailure: true },
  init: procedure(13, 'kadm5_init', NOTHING, NOTHING),
  getPrincipals: procedure(14, 'kadm5_get_principals', { pattern: nullableString }, { names: countedArray(nullableString) }),
  getPolicies: procedure(15, 'kadm5_get_policies', { pattern: nullableString }, { names: countedArray(nullableString) }),
  setkeyPrincipal: procedure(16, 'kadm5_setkey_principal', { principal, keys: array(keyblock) }, NOTHING),
  createPrincipal3: procedure(
    18,
    'kadm5_create_principal',
    { entry: principalEnt, mask: u32, keySalts, password: nullableSecret },
    NOTHING,
  ),
  chpassPrincipal3: procedure(19, 'kadm5_chpass_principal', { principal, keepOld: bool, keySalts, password: nullableSecret }, NOTHING),
  chrandPrincipal3: procedure(20, 'kadm5_randkey_principal', { principal, keepOld: bool, keySalts }, { keys: array(keyblock) }),
  setkeyPrincipal3: procedure(21, 'kadm5_setkey_principal', { principal, keepOld: bool, keySalts, keys: array(keyblock) }, NOTHING),
  purgeKeys: procedure(22, 'kadm5_purgekeys', { principal, keepKvno: i32 }, NOTHING),
  getStrings: procedure(23, 'kadm5_get_strings', { principal }, { strings: countedArray(stringAttribute) }),
  setString: procedure(24, 'kadm5_mod_strings', { principal, key: nullableString, value: nullableString }, NOTHING),
  setkeyPrincipal4: procedure(25, 'kadm5_setkey_principal', { principal, keepOld: bool, keys: versionedKeys }, NOTHING),
  getPrincipalKeys: procedure(26, 'kadm5_get_principal_keys', { principal, kvno: u32 }, { keys: versionedKeys }),
  createAlias: procedure(27, 'kadm5_create_alias', { alias: principal, target: principal }, NOTHING),
} as const

export type ProcedureName = keyof typeof PROCEDURES

/** The procedure of that number, with the name of its row. */
export function procedureOf(number: number): ProcedureName | undefined {
  return BY_NUMBER.get(number)
}

const BY_NUMBER = new Map((Object.keys(PROCEDURES) as ProcedureName[]).map(name => [PROCEDURES[name].number, name]))
