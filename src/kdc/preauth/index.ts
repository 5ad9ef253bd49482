import { MethodData, type PaData } from '../../core/asn1/messages/pa-data.ts'
import type { ErrorCode, KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { Refusal } from '../refusal.ts'
import { encryptedTimestamp } from './encrypted-timestamp.ts'
import { etypeInfo } from './etype-info.ts'
import type { KdcPreauth, PreauthContext } from './preauth.ts'

/** In the order in which they are offered. */
const MECHANISMS: readonly KdcPreauth[] = [encryptedTimestamp]

/** What a request's padata earned. */
export interface Earned {
  /** Ticket flags, 0 for none. */
  readonly flags: number
  /** Names of the mechanisms that the client passed. */
  readonly by: readonly string[]
}

/** A refusal when the padata proved the wrong thing, or nothing where something is required. */
export async function preauthenticate(padata: readonly PaData[], context: PreauthContext): Promise<Earned | Refusal> {
  let flags = 0
  const by: string[] = []
  let failure: { readonly mechanism: KdcPreauth; readonly error: KrbError } | undefined
  for (const item of padata) {
    const mechanism = MECHANISMS.find(({ paType }) => paType === item.padataType)
    if (mechanism === undefined) continue
    const outcome = await mechanism.verify(item, context)
    if (outcome.ok) {
      flags |= outcome.flags
      by.push(mechanism.name)
    } else failure ??= { mechanism, error: outcome.error }
  }
  if (failure !== undefined && flags === 0) return failed(failure.mechanism, failure.error, context)
  const missing = missingFlag(context.client.attributes, flags)
  if (missing !== undefined) return new Refusal('KRB5KDC_ERR_PREAUTH_REQUIRED', missing, { eData: hints(context) })
  return { flags, by }
}

/**
 * METHOD-DATA of errors 25 and 24: what the client should use, in order of preference. No mechanism here vouches for hardware, so that who needs it
 * is offered nothing, and not asked for a password again and again.
 */
function hints(context: PreauthContext): Uint8Array {
  if (context.client.attributes & Attributes.REQUIRES_HW_AUTH) return MethodData.encode([])
  const offered: PaData[] = context.clientKey === undefined ? [] : [...etypeInfo(context.clientKey, context.body.etype)]
  for (const mechanism of MECHANISMS) {
    const hint = mechanism.hint(context)
    if (hint !== undefined) offered.push(hint)
  }
  return MethodData.encode(offered)
}

function failed({ name }: KdcPreauth, error: KrbError, context: PreauthContext): Refusal {
  const code: ErrorCode = TOLD.has(error.code) ? error.code : 'KRB5KDC_ERR_PREAUTH_FAILED'
  const remark = `preauth (${name}) verify failure: ${error.message}`
  return new Refusal(code, 'PREAUTH_FAILED', code === 'KRB5KDC_ERR_PREAUTH_FAILED' ? { eData: hints(context), remark } : { remark })
}

function missingFlag(attributes: number, flags: number): string | undefined {
  if (attributes & Attributes.REQUIRES_PRE_AUTH && !(flags & TicketFlags.PRE_AUTHENT)) return 'NEEDED_PREAUTH'
  return attributes & Attributes.REQUIRES_HW_AUTH && !(flags & TicketFlags.HW_AUTHENT) ? 'NEEDED_HW_PREAUTH' : undefined
}

/** Failures that the client is told as they are; all others are "pre-authentication failed". */
const TOLD: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['KRB5KRB_AP_ERR_SKEW', 'KRB5KDC_ERR_PREAUTH_REQUIRED', 'KRB5KDC_ERR_ETYPE_NOSUPP'])
