import { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { messageType } from '../../core/asn1/messages/message-type.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { MsgType } from '../../core/registry/msg-type.ts'
import { skewHint } from '../clock-hint.ts'
import { Refusal, refusalError, saidBy, serviceIn } from '../refusal.ts'
import type { TgsSent } from './build-request.ts'
import { refusedTicketHints } from './explain-refusal.ts'
import { openTgsReply, type TgsAnswer } from './open-reply.ts'

/** What an answer to a TGS-REQ came to. */
export type Outcome = TgsAnswer | { readonly error: KrbError }

/** The ticket in the answer, or why there is none: the KDC's refusal in MIT's words, or what is wrong with the answer. */
export function outcomeOf(message: Bytes, sent: TgsSent, clockskew: number, env: Pick<Env, 'clock' | 'trace'>): Outcome {
  try {
    if (messageType(message) === MsgType.ERROR) return { error: explained(KrbErrorMessage.decode(message), sent, clockskew, env) }
    if (messageType(message) !== MsgType.TGS_REP) return { error: new KrbError('KRB5KRB_AP_ERR_MSG_TYPE') }
    return openTgsReply(message, sent, clockskew, env)
  } catch (error) {
    if (error instanceof KrbError) return { error }
    throw error
  }
}

/** The KDC has more to say than a datagram takes: the same request should go by TCP. */
export function isTooBigForUdp(message: Bytes): boolean {
  if (messageType(message) !== MsgType.ERROR) return false
  try {
    return KrbErrorMessage.decode(message).errorCode === Refusal.RESPONSE_TOO_BIG
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

function explained(message: KrbErrorMessage, { making }: TgsSent, clockskew: number, env: Pick<Env, 'clock'>): KrbError {
  return tgsRefusal(message, clockskew, env).withHints(...refusedTicketHints(message, making))
}

/** MIT's words for the two codes where it has more to say, and only when the KDC says something itself. */
function tgsRefusal(message: KrbErrorMessage, clockskew: number, { clock }: Pick<Env, 'clock'>): KrbError {
  if (message.errorCode === Refusal.SKEW) return refusalError(message).withHints(skewHint(clock.now().seconds, message.stime, clockskew))
  const said = saidBy(message)
  if (said !== '' && message.errorCode === Refusal.GENERIC) return refusalError(message, `KDC returned error string: ${said}`, { said })
  if (said !== '' && message.errorCode === Refusal.S_PRINCIPAL_UNKNOWN) {
    return refusalError(message, `Server ${serviceIn(message)} not found in Kerberos database`, { said })
  }
  return refusalError(message)
}
