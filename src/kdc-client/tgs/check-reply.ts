import type { Env } from '../../core/env.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { displayText } from '../../core/principal/display.ts'
import { isTgtPrincipal, samePrincipal } from '../../core/principal/principal.ts'
import {
  checkAddresses,
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
  startOf,
} from '../check-reply.ts'
import type { TgsSent } from './build-request.ts'

/**
 * Compares an opened TGS-REP with the request that it answers (RFC 4120 §3.3.4). Throws `KRB5_KDCREP_MODIFIED`, or
 * `KRB5_KDCREP_SKEW` when its start is not now.
 */
export function checkTgsReply(opened: OpenedReply, sent: TgsSent, clockskew: number, env: Pick<Env, 'trace'>): void {
  const { body, making } = sent
  if (!making.actsForOther) checkClient(opened, making.tgt.client)
  checkTicketName(opened)
  checkServer(opened, sent, env)
  checkNonce(opened, body.nonce)
  checkSessionKey(opened, body.etype)
  if (body.kdcOptions & KdcOptions.RENEW) checkRenewedLife(opened, sent, clockskew)
  else if (body.kdcOptions & KdcOptions.VALIDATE) checkValidatedLife(opened, sent, clockskew)
  else checkLife(opened, sent, clockskew)
  checkFlags(opened, GUARDED, allowedFlags(sent))
  // Without caddr the ticket has what the request named (RFC 4120 §5.4.2).
  if (opened.part.caddr !== undefined) checkAddresses(opened, body.addresses ?? [])
}

/**
 * Another service only when names may be canonicalized, and instead of one ticket-granting service another: that of a realm nearer, which
 * the KDC that was asked has issued itself (RFC 6806 §8).
 */
function checkServer(opened: OpenedReply, { making }: TgsSent, env: Pick<Env, 'trace'>): void {
  const received = serverOf(opened)
  if (samePrincipal(received, making.server)) return
  const forRealm = isTgtPrincipal(received)
  if (forRealm && received.realm !== making.server.realm)
    throw mismatch('srealm', displayText(making.server.realm), displayText(received.realm))
  if (making.kdcOptions & KdcOptions.CANONICALIZE) {
    env.trace({ event: 'tgs-server-differs', requested: making.server, received })
    return
  }
  const referral = forRealm && isTgtPrincipal(making.server) && !(making.kdcOptions & SAME_TICKET)
  if (!referral) throw mismatch('sname', shown(making.server), shown(received))
}

/** A new ticket starts now, or when it was asked to, and ends before the one that it was got with. */
function checkLife(opened: OpenedReply, { body, making }: TgsSent, clockskew: number): void {
  const { part } = opened
  const { tgt } = making
  checkAtMost('endtime', part.endtime, Math.min(body.till, tgt.endtime))
  if (part.flags & TicketFlags.RENEWABLE) checkAtMost('renew-till', part.renewTill, Math.min(body.rtime ?? tgt.renewTill, tgt.renewTill))
  if (!(body.kdcOptions & KdcOptions.POSTDATED)) checkStart(opened, making.now.seconds, clockskew)
  else if (startOf(part) !== body.from) throw mismatch('starttime', body.from ?? 0, startOf(part))
}

/** A renewed ticket starts now, is good for no longer than it was and never beyond renew-till (RFC 4120 §3.3.3). */
function checkRenewedLife(opened: OpenedReply, { making }: TgsSent, clockskew: number): void {
  const { part } = opened
  const { tgt } = making
  checkStart(opened, making.now.seconds, clockskew)
  checkAtMost('endtime', part.endtime, Math.min(startOf(part) + tgt.endtime - startOf(tgt), tgt.renewTill))
  if (part.flags & TicketFlags.RENEWABLE) checkAtMost('renew-till', part.renewTill, tgt.renewTill)
}

/** A validated ticket is the same one; KDCs let it start at its own time or at once. */
function checkValidatedLife(opened: OpenedReply, { making }: TgsSent, clockskew: number): void {
  const { part } = opened
  const { tgt, now } = making
  const start = startOf(part)
  if (start < startOf(tgt) || start > now.seconds + clockskew) throw mismatch('starttime', startOf(tgt), start, 'KRB5_KDCREP_SKEW')
  checkAtMost('endtime', part.endtime, tgt.endtime)
  if (part.flags & TicketFlags.RENEWABLE) checkAtMost('renew-till', part.renewTill, tgt.renewTill)
}

/** Each flag needs its option and, in the ticket that was shown, the flag that permits it; or the new ticket is that ticket again. */
function allowedFlags({ body: { kdcOptions }, making: { tgt } }: TgsSent): number {
  if (kdcOptions & (KdcOptions.RENEW | KdcOptions.VALIDATE)) return tgt.flags & ~TicketFlags.INVALID
  let allowed = tgt.flags & HANDED_ON
  for (const [option, permission, flags] of EARNED) if (kdcOptions & option && tgt.flags & permission) allowed |= flags
  return allowed
}

/** Options whose ticket is for the very service that was named. */
const SAME_TICKET = KdcOptions.RENEW | KdcOptions.VALIDATE | KdcOptions.FORWARDED | KdcOptions.PROXY

/** kdc-option, the flag that it needs in the ticket shown, the flags that it earns (RFC 4120 §2). */
const EARNED: readonly (readonly [option: number, permission: number, flags: number])[] = [
  [KdcOptions.FORWARDABLE, TicketFlags.FORWARDABLE, TicketFlags.FORWARDABLE],
  [KdcOptions.FORWARDED, TicketFlags.FORWARDABLE, TicketFlags.FORWARDED],
  [KdcOptions.PROXIABLE, TicketFlags.PROXIABLE, TicketFlags.PROXIABLE],
  [KdcOptions.PROXY, TicketFlags.PROXIABLE, TicketFlags.PROXY],
  [KdcOptions.ALLOW_POSTDATE, TicketFlags.MAY_POSTDATE, TicketFlags.MAY_POSTDATE],
  [KdcOptions.POSTDATED, TicketFlags.MAY_POSTDATE, TicketFlags.POSTDATED | TicketFlags.INVALID],
  [KdcOptions.RENEWABLE, TicketFlags.RENEWABLE, TicketFlags.RENEWABLE],
]

/** What is true of a ticket stays true of those that are got with it. */
const HANDED_ON =
  TicketFlags.FORWARDED |
  TicketFlags.PROXY |
  TicketFlags.POSTDATED |
  TicketFlags.PRE_AUTHENT |
  TicketFlags.HW_AUTHENT |
  TicketFlags.ANONYMOUS

/** A TGS reply has none of these without a reason. */
const GUARDED =
  TicketFlags.FORWARDABLE |
  TicketFlags.PROXIABLE |
  TicketFlags.MAY_POSTDATE |
  TicketFlags.INVALID |
  TicketFlags.RENEWABLE |
  TicketFlags.INITIAL |
  HANDED_ON
