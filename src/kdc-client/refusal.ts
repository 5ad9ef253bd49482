import { KrbErrorMessage } from '../core/asn1/messages/krb-error.ts'
import { messageType } from '../core/asn1/messages/message-type.ts'
import type { Bytes } from '../core/bytes/bytes.ts'
import { type ErrorParams, KrbError } from '../core/errors/krb-error.ts'
import { codeOfProtocolError, ERRORS } from '../core/errors/tables/index.ts'
import { displayText } from '../core/principal/display.ts'
import { fromPrincipalName, unparsePrincipal } from '../core/principal/principal.ts'
import { MsgType } from '../core/registry/msg-type.ts'
import type { TracedResult } from '../core/trace/events.ts'

/** KRB-ERROR codes that steer an exchange (RFC 4120 §7.5.9, RFC 6113 §6.1, RFC 6806 §7). */
export const Refusal = {
  NAME_EXP: 1,
  C_PRINCIPAL_UNKNOWN: 6,
  S_PRINCIPAL_UNKNOWN: 7,
  NEVER_VALID: 11,
  BADOPTION: 13,
  CLIENT_REVOKED: 18,
  KEY_EXPIRED: 23,
  PREAUTH_FAILED: 24,
  PREAUTH_REQUIRED: 25,
  SVC_UNAVAILABLE: 29,
  SKEW: 37,
  RESPONSE_TOO_BIG: 52,
  GENERIC: 60,
  WRONG_REALM: 68,
  PREAUTH_EXPIRED: 90,
  MORE_PREAUTH_DATA_REQUIRED: 91,
} as const

/** A KRB-ERROR as an error of ours, in MIT's words or in `text`; without that, what the KDC says beside the code becomes a hint. */
export function refusalError(message: KrbErrorMessage, text?: string, params: ErrorParams = {}): KrbError {
  const code = codeOfProtocolError(message.errorCode)
  const all = { ...params, errorCode: message.errorCode }
  if (text !== undefined) return new KrbError(code, all, { text })
  const said = saidBy(message)
  const hints = said === '' ? [] : [`the KDC says: ${said}`]
  const unassigned = ERRORS[code].protocol !== message.errorCode
  return new KrbError(code, all, unassigned ? { text: `Unknown code krb5 ${message.errorCode}`, hints } : { hints })
}

/** e-text, cut to a length and made safe for a terminal. */
export function saidBy(message: KrbErrorMessage): string {
  return displayText((message.eText ?? '').slice(0, MAX_TEXT))
}

/** The service that the KDC names in its refusal, as text. */
export function serviceIn(message: KrbErrorMessage): string {
  return displayText(unparsePrincipal(fromPrincipalName(message.sname, message.realm)))
}

/** For `Channel.exchange`: a KDC that cannot serve just now is no answer, another one may serve. */
export function judgeAvailability(answer: Bytes): KrbError | undefined {
  if (messageType(answer) !== MsgType.ERROR) return undefined
  try {
    const message = KrbErrorMessage.decode(answer)
    return message.errorCode === Refusal.SVC_UNAVAILABLE ? refusalError(message) : undefined
  } catch (error) {
    // What cannot be read is the step function's to refuse.
    if (error instanceof KrbError) return undefined
    throw error
  }
}

export function traced(error: KrbError | undefined): TracedResult {
  return error === undefined ? { number: 0, text: 'Success' } : { number: error.number, text: error.message }
}

const MAX_TEXT = 200
