import { checkTicketTimes, type OpenedApReq, openApReq, type TicketKeys } from '../../../core/ap/open-ap-req.ts'
import { ApReq } from '../../../core/asn1/messages/ap.ts'
import { messageType } from '../../../core/asn1/messages/message-type.ts'
import type { Bytes } from '../../../core/bytes/bytes.ts'
import { prepareKey } from '../../../core/crypto/encrypted-data.ts'
import type { PreparedKey } from '../../../core/crypto/etype.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { TicketFlags } from '../../../core/flags/ticket-flags.ts'
import { decodeFrame, type KpasswdFrame, KpasswdVersion } from '../../../core/kpasswd/frame.ts'
import { fromPrincipalName, type Principal, samePrincipal } from '../../../core/principal/principal.ts'
import type { EtypeId } from '../../../core/registry/etype.ts'
import { KeyUsage } from '../../../core/registry/key-usage.ts'
import { MsgType } from '../../../core/registry/msg-type.ts'

/** Undefined for whatever is no request, which is not answered: noise, versions that nobody knows, and what a server says (threats T23, T24). */
export function requestFrame(message: Bytes): KpasswdFrame | undefined {
  try {
    const frame = decodeFrame(message)
    const known = frame.version === KpasswdVersion.CHANGE || frame.version === KpasswdVersion.SET
    return known && frame.body.length > 0 && messageType(frame.ap) === MsgType.AP_REQ ? frame : undefined
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** Who asks, by a ticket that was good. */
export interface Caller {
  readonly client: Principal
  /** The ticket came from the password, not from another ticket. */
  readonly initial: boolean
  readonly opened: OpenedApReq
  /** Of the authenticator, as received. */
  readonly cipher: Bytes
  /** The client's subkey, else the session key: for its KRB-PRIV and for ours (RFC 3244 §3). */
  readonly key: PreparedKey
}

export interface CallerTerms {
  readonly service: Principal
  readonly keys: TicketKeys
  readonly permitted: readonly EtypeId[]
  /** Seconds since 1970. */
  readonly now: number
  readonly clockskew: number
}

/**
 * Opens the AP-REQ (RFC 4120 §3.2.3). The ticket has to name the password service and nothing else, a ticket-granting service included;
 * addresses in it are not compared, for the sake of clients behind a NAT. Throws `KrbError`.
 */
export function openCaller(message: Bytes, { service, keys, permitted, now, clockskew }: CallerTerms): Caller {
  const apReq = ApReq.decode(message)
  const { sname, realm } = apReq.ticket.value
  if (!samePrincipal(fromPrincipalName(sname, realm), service)) throw new KrbError('KRB5KRB_AP_WRONG_PRINC')
  const instant = { seconds: now, micros: 0 }
  const opened = openApReq(apReq, keys, { authenticator: KeyUsage.AP_REQ_AUTH }, instant, clockskew)
  const { ticket, authenticator, prepared } = opened
  checkTicketTimes(ticket, instant, clockskew)
  if (ticket.flags & TicketFlags.INVALID) throw new KrbError('KRB5KRB_AP_ERR_TKT_INVALID')
  const checked = ticket.crealm === realm || ticket.transited.contents.length === 0 || ticket.flags & TicketFlags.TRANSITED_POLICY_CHECKED
  if (!checked) throw new KrbError('KRB5KRB_AP_ERR_ILL_CR_TKT')
  const { subkey } = authenticator
  if ([ticket.key, subkey].some(key => key !== undefined && !permitted.includes(key.keytype))) throw new KrbError('KRB5_NOPERM_ETYPE')
  return {
    client: fromPrincipalName(ticket.cname, ticket.crealm),
    initial: (ticket.flags & TicketFlags.INITIAL) !== 0,
    opened,
    cipher: apReq.authenticator.cipher,
    key: subkey === undefined ? prepared : prepareKey({ etype: subkey.keytype, value: subkey.keyvalue }),
  }
}
