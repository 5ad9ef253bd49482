import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { isTgtPrincipal, samePrincipal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'
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
import { isAnonymousPrincipal } from './anonymous.ts'
import type { AsSent, AsTerms } from './build-request.ts'

/**
 * Compares an opened AS-REP with the request that it answers (RFC 4120 §3.1.5, threat T2). Throws `KRB5_KDCREP_MODIFIED`, or
 * `KRB5_KDCREP_SKEW` when its start is not now.
 */
export function checkAsReply(opened: OpenedReply, sent: AsSent, terms: Pick<AsTerms, 'clockskew' | 'timesync'>): void {
  const { part } = opened
  const { body } = sent
  const canonical = mayBeRenamed(sent)
  if (!canonical) checkClient(opened, sent.client)
  checkServer(opened, sent, canonical)
  checkTicketName(opened)
  checkNonce(opened, body.nonce)
  checkSessionKey(opened, body.etype)
  checkAtMost('endtime', part.endtime, body.till)
  if (part.flags & TicketFlags.RENEWABLE) checkAtMost('renew-till', part.renewTill, body.rtime ?? body.till)
  checkFlags(opened, GUARDED, allowedFlags(body.kdcOptions))
  checkAddresses(opened, body.addresses ?? [])
  if (!(body.kdcOptions & KdcOptions.POSTDATED)) {
    // With kdc_timesync the KDC's clock, which authtime tells, is the right one.
    checkStart(opened, terms.timesync ? part.authtime : sent.at.seconds, terms.clockskew)
  } else if (startOf(part) !== body.from) {
    throw mismatch('starttime', body.from ?? 0, startOf(part))
  }
  if (isAnonymousPrincipal(sent.client)) throw new KrbError('KRB5_KDCREP_MODIFIED', {}, { text: NOT_ANONYMOUS })
}

/** The KDC may answer with another client name, and another ticket-granting service (RFC 6806 §6). */
function mayBeRenamed({ body, client }: AsSent): boolean {
  return (body.kdcOptions & (KdcOptions.CANONICALIZE | KdcOptions.REQUEST_ANONYMOUS)) !== 0 || client.type === NameType.ENTERPRISE
}

function checkServer(opened: OpenedReply, { server }: AsSent, canonical: boolean): void {
  const received = serverOf(opened)
  if (samePrincipal(received, server)) return
  if (canonical && isTgtPrincipal(received) && isTgtPrincipal(server)) return
  throw mismatch('sname', shown(server), shown(received))
}

function allowedFlags(kdcOptions: number): number {
  let allowed = 0
  for (const [option, flag] of EARNED) if (kdcOptions & option) allowed |= flag
  return allowed
}

/** Such a reply is good only with a session key that both sides made by PKINIT (RFC 8062 §4.1), which is not spoken here. */
const NOT_ANONYMOUS = 'Reply has wrong form of session key for anonymous request'

/** kdc-options and the flags that they ask for. */
const EARNED: readonly (readonly [number, number])[] = [
  [KdcOptions.FORWARDABLE, TicketFlags.FORWARDABLE],
  [KdcOptions.PROXIABLE, TicketFlags.PROXIABLE],
  [KdcOptions.ALLOW_POSTDATE, TicketFlags.MAY_POSTDATE],
  [KdcOptions.POSTDATED, TicketFlags.POSTDATED | TicketFlags.INVALID],
  [KdcOptions.RENEWABLE, TicketFlags.RENEWABLE],
  [KdcOptions.RENEWABLE_OK, TicketFlags.RENEWABLE],
  [KdcOptions.REQUEST_ANONYMOUS, TicketFlags.ANONYMOUS],
]

/** An AS reply has none of these unless it was asked for. */
const GUARDED =
  TicketFlags.FORWARDABLE |
  TicketFlags.FORWARDED |
  TicketFlags.PROXIABLE |
  TicketFlags.PROXY |
  TicketFlags.MAY_POSTDATE |
  TicketFlags.POSTDATED |
  TicketFlags.INVALID |
  TicketFlags.RENEWABLE |
  TicketFlags.ANONYMOUS
