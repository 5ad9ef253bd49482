import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { PaType, type PaTypeId } from '../../core/registry/pa-type.ts'
import { traced } from '../refusal.ts'
import { encryptedTimestamp } from './encrypted-timestamp.ts'
import { findPadata } from './etype-info.ts'
import type { ClientPreauth, ClientPreauthContext, Question } from './preauth.ts'

export type Chosen =
  | { readonly padata: readonly PaData[]; readonly selected: PaTypeId; readonly final: boolean }
  | { readonly need: Question; readonly by: PaTypeId }
  | { readonly none: KrbError }

/** Types that must not be tried, and the only one that may be: when a mechanism was final, or an earlier log-in used it. */
export interface Limits {
  readonly spent: ReadonlyMap<PaTypeId, KrbError>
  readonly only: PaTypeId | undefined
}

/**
 * Lets the mechanisms answer METHOD-DATA in its order until one does; the KDC's cookie goes back with the answer (RFC 6113 §5.2).
 * `none` is `KRB5_PREAUTH_FAILED`, in MIT's wording when a mechanism gave a reason.
 */
export async function choosePreauth(offered: readonly PaData[], limits: Limits, context: ClientPreauthContext): Promise<Chosen> {
  let reason = [...limits.spent.values()][0]
  for (const hint of offered) {
    const mechanism = MECHANISMS.find(m => m.paTypes.includes(hint.padataType))
    if (mechanism === undefined || limits.spent.has(hint.padataType)) continue
    if (limits.only !== undefined && limits.only !== hint.padataType) continue
    const answer = await mechanism.respond(hint, context)
    if ('need' in answer) return { need: answer.need, by: hint.padataType }
    const error = 'decline' in answer ? answer.decline : undefined
    context.env.trace({ event: 'preauth-module', name: mechanism.name, paType: hint.padataType, real: true, result: traced(error) })
    if ('use' in answer) {
      const padata = [...echoedCookie(offered), ...answer.use]
      context.env.trace({ event: 'preauth-produced', paTypes: padata.map(p => p.padataType) })
      return { padata, selected: hint.padataType, final: mechanism.final }
    }
    reason ??= answer.decline
  }
  return { none: nothingLeft(offered, reason) }
}

function echoedCookie(offered: readonly PaData[]): readonly PaData[] {
  const cookie = findPadata(offered, PaType.FX_COOKIE)
  return cookie === undefined ? [] : [cookie]
}

function nothingLeft(offered: readonly PaData[], reason: KrbError | undefined): KrbError {
  if (reason === undefined) {
    const hint = `the KDC offers padata types ${offered.map(p => p.padataType).join(', ') || 'none'}; none of them works here`
    return new KrbError('KRB5_PREAUTH_FAILED', {}, { hints: [hint] })
  }
  // What the KDC refused stays its refusal; what failed here is wrapped.
  if (reason.protocolCode !== undefined) return reason
  return new KrbError('KRB5_PREAUTH_FAILED', reason.params, {
    text: `Pre-authentication failed: ${reason.message}`,
    hints: reason.hints,
    cause: reason,
  })
}

/** The mechanisms of this client. Which one is used is the KDC's order in METHOD-DATA. */
const MECHANISMS: readonly ClientPreauth[] = [encryptedTimestamp]
