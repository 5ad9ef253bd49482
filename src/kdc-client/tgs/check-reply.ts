import type { Env } from '../../core/env.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { isTgtPrincipal, samePrincipal } from '../../core/principal/principal.ts'
import {
  checkAtMost,
  checkClient,
  checkFlags,
  checkNonce,
  checkSessionKey,
  checkStart,
  checkTicketName,
  mismatch,
  type OpenedReply,
  serverOf,
  shown,
} from '../check-reply.ts'
import type { TgsSent } from './build-request.ts'

/**
 * Compares an opened TGS-REP with the request that it answers (RFC 4120 §3.3.4, threats T2, T12). Throws `KRB5_KDCREP_MODIFIED`,
 * or `KRB5_KDCREP_SKEW` when its start is not now.
 */
export function checkTgsReply(opened: OpenedReply, sent: TgsSent, clockskew: number, env: Pick<Env, 'trace'>): void {
  const { part } = opened
  const { body, making } = sent
  const { tgt } = making
  const { kdcOptions } = body
  checkClient(opened, tgt.client)
  checkTicketName(opened)
  checkServer(opened, sent, env)
  checkNonce(opened, body.nonce)
  checkSessionKey(opened, body.etype)
  checkAtMost('endtime', part.endtime, kdcOptions & KdcOptions.RENEW ? body.till : Math.min(body.till, tgt.endtime))
  if (part.flags & TicketFlags.RENEWABLE) checkAtMost('renew-till', part.renewTill, body.rtime ?? tgt.renewTill)
  checkFlags(opened, GUARDED, kdcOptions | (tgt.flags & FROM_TGT))
  if (body.from === undefined) checkStart(opened, making.now.seconds, clockskew)
  else if (part.starttime !== body.from) throw mismatch('starttime', body.from, part.starttime ?? part.authtime)
}

/** Another service only when names may be canonicalized, and instead of one ticket-granting service another. */
function checkServer(opened: OpenedReply, { making }: TgsSent, env: Pick<Env, 'trace'>): void {
  const received = serverOf(opened)
  if (samePrincipal(received, making.server)) return
  if (making.kdcOptions & KdcOptions.CANONICALIZE) {
    env.trace({ event: 'tgs-server-differs', requested: making.server, received })
    return
  }
  if (!(isTgtPrincipal(received) && isTgtPrincipal(making.server))) throw mismatch('sname', shown(making.server), shown(received))
}

/** Flags that a ticket has only when asked for; the options that ask for them have the same bits. */
const GUARDED =
  TicketFlags.FORWARDABLE |
  TicketFlags.FORWARDED |
  TicketFlags.PROXIABLE |
  TicketFlags.PROXY |
  TicketFlags.MAY_POSTDATE |
  TicketFlags.POSTDATED |
  TicketFlags.INVALID |
  TicketFlags.RENEWABLE

/** A ticket got with a forwarded, proxied or postdated one says so. */
const FROM_TGT = TicketFlags.FORWARDED | TicketFlags.PROXY | TicketFlags.MAY_POSTDATE | TicketFlags.POSTDATED
