import type { ArgumentsOf, PROCEDURES, ProcedureName, ProcedureResultOf } from '../../wire/kadm5/procedures.ts'
import type { Call } from '../desk.ts'

/** What a procedure does with a call's arguments. What it throws, a KrbError, is the answer's code. */
export type Answering<N extends ProcedureName> = (
  args: ArgumentsOf<(typeof PROCEDURES)[N]>,
  call: Call,
) => Promise<ProcedureResultOf<(typeof PROCEDURES)[N]>>

export const NOTHING = {}
