import { sameBytes } from '../../../core/bytes/bytes.ts'
import type { Instant } from '../../../core/env.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { AuthFlavor, AuthStatus, type ReceivedCall, type RpcAuth } from '../rpc-message.ts'
import { checkSigned, decodeCredential, GSS_VERSION, type GssCredential, GssProc, GssService } from './messages.ts'
import type { Session } from './session.ts'

/** What a call is judged by. */
export interface Known {
  readonly call: ReceivedCall
  readonly credential: GssCredential
  readonly session: Session | undefined
  readonly now: Instant
}

/** When the predicate holds, the call is denied with that auth_stat. */
export type Check = readonly [refused: (known: Known) => boolean, authStatus: number]

/** The credential, or the auth_stat for what is none of RPCSEC_GSS. */
export function readCredential({ flavor, body }: RpcAuth): GssCredential | number {
  if (flavor === AuthFlavor.NONE) return AuthStatus.TOOWEAK
  if (flavor !== AuthFlavor.RPCSEC_GSS) return AuthStatus.REJECTEDCRED
  try {
    return decodeCredential(body)
  } catch (error) {
    if (error instanceof KrbError) return AuthStatus.BADCRED
    throw error
  }
}

export const EVERY_CHECK: readonly Check[] = [
  [({ credential }) => credential.version !== GSS_VERSION, AuthStatus.BADCRED],
  [({ credential }) => !SERVICES.has(credential.service), AuthStatus.BADCRED],
  [({ credential }) => credential.gssProc > GssProc.DESTROY, AuthStatus.REJECTEDCRED],
  // Privacy or nothing: RFC 2203 leaves it to the server which services it wants.
  [({ credential }) => credential.service !== GssService.PRIVACY, AuthStatus.TOOWEAK],
]

export const INIT_CHECKS: readonly Check[] = [
  [({ call }) => call.procedure !== 0, AuthStatus.FAILED],
  [({ session }) => session !== undefined, AuthStatus.REJECTEDCRED],
]

/**
 * RFC 2203 §5.3.3.1. MIT uses a number up before it looks at the signature, so that anybody on the path could move the window; here a
 * number is looked at first and used up last. Repeats are denied, not dropped, since on a stream nobody sends twice.
 */
export const DATA_CHECKS: readonly Check[] = [
  [({ session }) => session === undefined, AuthStatus.RPCSEC_GSS_CREDPROBLEM],
  [({ credential, session }) => !sameBytes(credential.handle, session!.handle), AuthStatus.RPCSEC_GSS_CREDPROBLEM],
  [({ now, session }) => now.seconds > session!.goodUntil, AuthStatus.RPCSEC_GSS_CREDPROBLEM],
  [({ credential }) => credential.seq > MAX_SEQ, AuthStatus.RPCSEC_GSS_CTXPROBLEM],
  [({ credential, session }) => session!.window.standing(BigInt(credential.seq)) !== 'new', AuthStatus.RPCSEC_GSS_CTXPROBLEM],
  [({ call, credential }) => credential.gssProc === GssProc.DESTROY && call.procedure !== 0, AuthStatus.FAILED],
  [({ call, session }) => !isSigned(call, session!), AuthStatus.RPCSEC_GSS_CREDPROBLEM],
]

export function firstFailure(checks: readonly Check[], known: Known): number | undefined {
  return checks.find(([refused]) => refused(known))?.[1]
}

function isSigned({ signed, verifier }: ReceivedCall, { context }: Session): boolean {
  try {
    checkSigned(context, signed, verifier)
    return true
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

const SERVICES: ReadonlySet<number> = new Set(Object.values(GssService))

/** MAXSEQ (RFC 2203 §5.3.3.1). */
const MAX_SEQ = 0x8000_0000
