import type { Bytes } from '../../core/bytes/bytes.ts'
import { errorOfNumber } from '../../core/errors/foreign-code.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KADM5, KADM5_BASE } from '../../core/errors/tables/kadm5.ts'
import { ApiVersion } from '../wire/kadm5/masks.ts'
import { decodeResult, encodeArguments } from '../wire/kadm5/messages.ts'
import { type AnyProcedure, type ArgumentsOf, PROCEDURES, type ProcedureName, type ProcedureResultOf } from '../wire/kadm5/procedures.ts'

/** kadm5's procedures at a server. Failures are the server's error numbers as KrbErrors, `KADM5_RPC_ERROR` when it cannot be talked to. */
export interface Kadm5 {
  readonly realm: string
  call<N extends ProcedureName>(name: N, args: ArgumentsOf<(typeof PROCEDURES)[N]>): Promise<ProcedureResultOf<(typeof PROCEDURES)[N]>>
}

/** Carries the arguments of one procedure to the server, its results back. */
export type Transact = (procedure: number, args: Bytes) => Promise<Bytes>

/** Agrees with the server on the newest version that both speak: 4, then 3, then 2. */
export async function openKadm5(realm: string, transact: Transact): Promise<Kadm5> {
  for (const version of VERSIONS) {
    const code = await initialize(version, realm, transact)
    if (code === 0) return kadm5(version, realm, transact)
    if (code !== TOO_NEW) throw errorOfNumber(code)
  }
  throw errorOfNumber(TOO_NEW)
}

async function initialize(version: number, realm: string, transact: Transact): Promise<number> {
  const { init } = PROCEDURES
  return decoded(init, await transact(init.number, encodeArguments(init, { version, arguments: {} })), realm).code
}

function kadm5(version: number, realm: string, transact: Transact): Kadm5 {
  return {
    realm,
    async call(name, args) {
      const procedure: AnyProcedure = PROCEDURES[name]
      const octets = encodeArguments(procedure, { version, arguments: args })
      const answer = transact(procedure.number, octets)
      // They may hold a password; what was sent is sealed and elsewhere.
      octets.fill(0)
      const { code, result } = decoded(procedure, await answer, realm)
      if (code !== 0) throw errorOfNumber(code)
      return result as ProcedureResultOf<(typeof PROCEDURES)[typeof name]>
    },
  }
}

/** What cannot be read is, as to MIT's programs, a failure to communicate. The answer is wiped, since it may hold keys. */
function decoded(procedure: AnyProcedure, answer: Bytes, realm: string) {
  try {
    return decodeResult(procedure, answer, realm)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError('KADM5_RPC_ERROR', error.params, { hints: [`the answer to ${procedure.name} cannot be read`], cause: error })
  } finally {
    answer.fill(0)
  }
}

const VERSIONS = [ApiVersion.V4, ApiVersion.V3, ApiVersion.V2]
const TOO_NEW = KADM5_BASE + KADM5.KADM5_NEW_SERVER_API_VERSION[0]
