import type { AuthorizationData } from '../../core/asn1/messages/authorization-data.ts'
import { EncTgsRepPart, TgsRep } from '../../core/asn1/messages/kdc-rep.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { EncTicketPart, Ticket } from '../../core/asn1/messages/ticket.ts'
import { preserve } from '../../core/asn1/schema.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { type RandomSource, randomKey, sealData } from '../../core/crypto/encrypted-data.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { type Principal, toPrincipalName } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { LastReqType } from '../../core/registry/last-req-type.ts'
import type { IssuedReply } from '../as/issue.ts'
import { encryptedPaData } from '../encrypted-padata.ts'
import { type PacToIssue, withPac } from '../pac/issue.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import type { TicketTimes } from '../permit/ticket-times.ts'
import { RBCD_KNOWN, s4uAnswer } from '../s4u/reply.ts'
import type { HeaderTicket } from './header-ticket.ts'

/** What the ticket is sealed with: a key of the server's with its version or, user to user, the session key of its TGT. */
export interface TicketKey {
  readonly key: PreparedKey
  readonly kvno: number | undefined
}

/** Everything a TGS reply is made of; nothing here is decided any more. */
export interface TgsPermitted {
  readonly request: Bytes
  readonly padata: readonly PaData[]
  readonly resolved: TgsResolved
  readonly header: HeaderTicket
  /** The client of the new ticket. */
  readonly client: Principal
  readonly ticketKey: TicketKey
  readonly sessionEtype: EtypeId
  readonly flags: number
  readonly transited: EncTicketPart['transited']
  readonly times: TicketTimes
  readonly authorizationData: AuthorizationData | undefined
  readonly pac: PacToIssue | undefined
}

/** TGS-REP (RFC 4120 §3.3.3). */
export function issueTgs(permitted: TgsPermitted, random: RandomSource): IssuedReply {
  const { header, client, flags, times, ticketKey, authorizationData } = permitted
  const { body, server, requested, referral, s4u2self, rbcd } = permitted.resolved
  const { ticket: given } = header
  const session = randomKey(permitted.sessionEtype, random)
  const key = { keytype: session.etype, keyvalue: session.value }
  const { authtime, endtime } = times
  const optionalTimes = {
    ...(times.starttime !== authtime && { starttime: times.starttime }),
    ...(times.renewTill !== undefined && { renewTill: times.renewTill }),
  }
  const newAddresses = givesNewAddresses(body.kdcOptions)
  const caddr = newAddresses ? body.addresses : given.caddr
  const named = referral ? server.principal : requested
  const sname = toPrincipalName(named)
  const cname = toPrincipalName(client)
  const part: EncTicketPart = {
    flags,
    key,
    crealm: client.realm,
    cname,
    transited: permitted.transited,
    authtime,
    endtime,
    ...optionalTimes,
    ...(caddr !== undefined && { caddr }),
    ...(authorizationData !== undefined && { authorizationData }),
  }
  const { pac } = permitted
  const encTicket = EncTicketPart.encode(pac === undefined ? part : { ...part, authorizationData: withPac(part, pac, server.principal) })
  const ticket = preserve(Ticket, {
    realm: named.realm,
    sname,
    encPart: sealData(ticketKey.key, KeyUsage.KDC_REP_TICKET, encTicket, random, ticketKey.kvno),
  })
  const s4u = s4u2self && s4uAnswer(s4u2self, header.replyKey)
  const answered = [
    ...encryptedPaData(permitted.padata, permitted.request, header.replyKey),
    ...(s4u?.encrypted ?? []),
    ...(rbcd ? [RBCD_KNOWN] : []),
  ]
  const encPart = EncTgsRepPart.encode({
    key,
    lastReq: [{ lrType: LastReqType.NONE, lrValue: 0 }],
    nonce: body.nonce,
    flags,
    authtime,
    endtime,
    ...optionalTimes,
    srealm: named.realm,
    sname,
    // Addresses are told when they are new; those of the header ticket are known.
    ...(newAddresses && body.addresses !== undefined && { caddr: body.addresses }),
    ...(answered.length > 0 && { encryptedPaData: answered }),
  })
  const usage = header.hasSubkey ? KeyUsage.TGS_REP_ENCPART_SUBKEY : KeyUsage.TGS_REP_ENCPART_SESSKEY
  const reply = TgsRep.encode({
    ...(s4u !== undefined && s4u.padata.length > 0 && { padata: s4u.padata }),
    crealm: client.realm,
    cname,
    ticket,
    encPart: sealData(header.replyKey, usage, encPart, random),
  })
  session.value.wipe()
  encTicket.fill(0)
  encPart.fill(0)
  return { reply, encPart: ticket.value.encPart }
}

/** Only a forwarded ticket or a proxy is for other addresses; renewed or validated, a ticket keeps its own, whatever else is asked for. */
function givesNewAddresses(kdcOptions: number): boolean {
  return Boolean(kdcOptions & (KdcOptions.FORWARDED | KdcOptions.PROXY)) && !(kdcOptions & (KdcOptions.RENEW | KdcOptions.VALIDATE))
}
