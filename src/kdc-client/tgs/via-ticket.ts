import type { Credential } from '../../core/ccache/credential.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import type { ClientContext } from '../context.ts'
import { judgeAvailability, traced } from '../refusal.ts'
import { buildTgsRequest, type TgsMaking } from './build-request.ts'
import type { TgsAnswer } from './open-reply.ts'
import { isTooBigForUdp, outcomeOf } from './outcome.ts'

/**
 * One TGS exchange by which a ticket becomes another one of the same realm: renewal, validation, forwarding, a proxy (RFC 4120 §3.3).
 * Throws what the KDC refuses in MIT's words, `KRB5_KDCREP_*` for a reply that does not fit, and what the channel throws.
 */
export async function credentialViaTicket(making: TgsMaking, context: ClientContext): Promise<Credential> {
  return (await answerViaTicket(making, context)).credential
}

/** The same with all that the KDC answered. */
export async function answerViaTicket(making: TgsMaking, { env, config, channel }: ClientContext): Promise<TgsAnswer> {
  const { server, tgt, kdcOptions } = making
  env.trace({ event: 'via-ticket', server, using: tgt.server, canonicalize: (kdcOptions & KdcOptions.CANONICALIZE) !== 0 })
  const sent = buildTgsRequest(making, env)
  const send = (tcpOnly: boolean) => channel.exchange(server.realm, sent.message, { tcpOnly, judge: judgeAvailability })
  let message = await send(false)
  if (isTooBigForUdp(message)) {
    env.trace({ event: 'too-big-for-udp' })
    message = await send(true)
  }
  const outcome = outcomeOf(message, sent, config.clockskew, env)
  env.trace({ event: 'via-ticket-result', result: traced('error' in outcome ? outcome.error : undefined) })
  if ('error' in outcome) throw outcome.error
  return outcome
}
