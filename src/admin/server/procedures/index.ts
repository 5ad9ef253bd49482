import type { ProcedureName } from '../../wire/kadm5/procedures.ts'
import * as keys from './keys.ts'
import * as policies from './policies.ts'
import * as principals from './principals.ts'
import type { Answering } from './procedure.ts'
import * as session from './session.ts'
import * as strings from './strings.ts'

/** Who answers what: a procedure that nobody answers does not compile. */
export const ANSWERS: { readonly [N in ProcedureName]: Answering<N> } = { ...session, ...principals, ...keys, ...policies, ...strings }
