import { type ApReq, Authenticator } from '../asn1/messages/ap.ts'
import type { EncryptedData } from '../asn1/messages/encrypted-data.ts'
import { EncTicketPart } from '../asn1/messages/ticket.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { openData, prepareKey } from '../crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../crypto/etype.ts'
import type { Instant } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { fromPrincipalName, samePrincipal } from '../principal/principal.ts'
import type { EtypeId } from '../registry/etype.ts'
import { KeyUsage, type KeyUsageId } from '../registry/key-usage.ts'

export interface OpenedApReq {
  readonly ticket: EncTicketPart
  readonly authenticator: Authenticator
  readonly sessionKey: Key
  /** The session key ready for work: the body's checksum and the reply need it again. */
  readonly prepared: PreparedKey
}

/** The acceptor's keys for a ticket: those to try for an enctype and kvno, none when there is no such key. */
export type TicketKeys = (etype: EtypeId, kvno: number | undefined) => Iterable<PreparedKey>

/**
 * Opens an AP-REQ (RFC 4120 §3.2.3): the ticket with one of `keys`, the authenticator with the session key, then the client's
 * name in both and the authenticator's time are compared. `usage.authenticator` is `KeyUsage.TGS_REQ_AUTH` in a KDC.
 * Neither the ticket's times and flags (`checkTicketTimes`) nor its addresses are looked at, nor the authenticator's checksum.
 *
 * Throws `KRB5KRB_AP_ERR_NOKEY` without any key to try, `KRB5KRB_AP_ERR_BAD_INTEGRITY`, `KRB5KRB_AP_ERR_BADMATCH`,
 * `KRB5KRB_AP_ERR_SKEW`, `KRB5_PROG_ETYPE_NOSUPP` for a session key of an unknown enctype, and ASN1_* for what was sealed but is
 * no ticket or authenticator.
 */
export function openApReq(
  apReq: ApReq,
  keys: TicketKeys,
  usage: { readonly authenticator: KeyUsageId },
  now: Instant,
  clockskew: number,
): OpenedApReq {
  const { encPart } = apReq.ticket.value
  const ticket = EncTicketPart.decode(openWithAny(keys(encPart.etype, encPart.kvno), KeyUsage.KDC_REP_TICKET, encPart))
  const sessionKey: Key = { etype: ticket.key.keytype, value: ticket.key.keyvalue }
  const prepared = prepareKey(sessionKey)
  const authenticator = Authenticator.decode(openData(prepared, usage.authenticator, apReq.authenticator))
  if (!samePrincipal(fromPrincipalName(authenticator.cname, authenticator.crealm), fromPrincipalName(ticket.cname, ticket.crealm))) {
    throw new KrbError('KRB5KRB_AP_ERR_BADMATCH')
  }
  checkAuthenticatorTime(authenticator.ctime, now, clockskew)
  return { ticket, authenticator, sessionKey, prepared }
}

/** Throws `KRB5KRB_AP_ERR_SKEW` for a time further from `now` than `clockskew` seconds, either way. */
export function checkAuthenticatorTime(ctime: number, now: Instant, clockskew: number): void {
  if (Math.abs(now.seconds - ctime) > clockskew) throw new KrbError('KRB5KRB_AP_ERR_SKEW')
}

/**
 * A ticket's times with the skew granted at both ends, as MIT grants it. Throws `KRB5KRB_AP_ERR_TKT_NYV` and
 * `KRB5KRB_AP_ERR_TKT_EXPIRED`.
 */
export function checkTicketTimes(ticket: Pick<EncTicketPart, 'authtime' | 'starttime' | 'endtime'>, now: Instant, clockskew: number): void {
  if ((ticket.starttime ?? ticket.authtime) > now.seconds + clockskew) throw new KrbError('KRB5KRB_AP_ERR_TKT_NYV')
  if (now.seconds > ticket.endtime + clockskew) throw new KrbError('KRB5KRB_AP_ERR_TKT_EXPIRED')
}

function openWithAny(keys: Iterable<PreparedKey>, usage: KeyUsageId, sealed: EncryptedData): Bytes {
  let failure: unknown = new KrbError('KRB5KRB_AP_ERR_NOKEY')
  for (const key of keys) {
    try {
      return openData(key, usage, sealed)
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      failure = error
    }
  }
  throw failure
}
