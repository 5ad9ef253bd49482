import type { EncryptedData } from '../../core/asn1/messages/encrypted-data.ts'
import { AsRep, EncAsRepPart } from '../../core/asn1/messages/kdc-rep.ts'
import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { EncTicketPart, Ticket } from '../../core/asn1/messages/ticket.ts'
import { preserve } from '../../core/asn1/schema.ts'
import { type Bytes, EMPTY } from '../../core/bytes/bytes.ts'
import { type RandomSource, randomKey, sealData } from '../../core/crypto/encrypted-data.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { isTgtPrincipal, type Principal, toPrincipalName } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { LastReqType } from '../../core/registry/last-req-type.ts'
import { TransitedType } from '../../core/registry/transited-type.ts'
import { encryptedPaData } from '../encrypted-padata.ts'
import type { FoundKey, KeyRing } from '../keys.ts'
import { newPac } from '../pac/contents.ts'
import { withPac } from '../pac/issue.ts'
import type { TicketTimes } from '../permit/ticket-times.ts'
import { etypeInfoOfReply } from '../preauth/etype-info.ts'
import type { PrincipalEntry } from '../store/entry.ts'

/** Everything an AS reply is made of; nothing here is decided any more. */
export interface AsPermitted {
  readonly request: Bytes
  readonly body: KdcReqBody
  readonly padata: readonly PaData[]
  /** The names as asked for. */
  readonly clientName: Principal
  readonly serverName: Principal
  readonly client: PrincipalEntry
  readonly server: PrincipalEntry
  readonly serverKey: FoundKey
  readonly clientKey: FoundKey
  readonly sessionEtype: EtypeId
  readonly flags: number
  readonly times: TicketTimes
  /** Names of the mechanisms that the client passed. */
  readonly preauth: readonly string[]
  /** The key of the realm's TGS; undefined: the ticket carries no PAC. */
  readonly pacSignedBy: PreparedKey | undefined
}

/** A reply and the sealed part of the ticket in it. */
export interface IssuedReply {
  readonly reply: Bytes
  readonly encPart: EncryptedData
}

/** AS-REP (RFC 4120 §3.1.3). */
export function issueAs(permitted: AsPermitted, keys: KeyRing, random: RandomSource): IssuedReply {
  const { body, client, server, serverKey, clientKey, flags, times } = permitted
  const canonicalize = Boolean(body.kdcOptions & KdcOptions.CANONICALIZE)
  const ticketClient = canonicalize ? client.principal : { ...permitted.clientName, realm: client.principal.realm }
  const ticketServer =
    canonicalize && isTgtPrincipal(permitted.serverName) && isTgtPrincipal(server.principal) ? server.principal : permitted.serverName
  const session = randomKey(permitted.sessionEtype, random)
  const key = { keytype: session.etype, keyvalue: session.value }
  const { authtime, endtime } = times
  // An absent starttime is the authtime (RFC 4120 §5.3).
  const optionalTimes = {
    ...(times.starttime !== authtime && { starttime: times.starttime }),
    ...(times.renewTill !== undefined && { renewTill: times.renewTill }),
    ...(body.addresses !== undefined && { caddr: body.addresses }),
  }
  const cname = toPrincipalName(ticketClient)
  const sname = toPrincipalName(ticketServer)
  const part: EncTicketPart = {
    flags,
    key,
    crealm: ticketClient.realm,
    cname,
    transited: { trType: TransitedType.DOMAIN_X500_COMPRESS, contents: EMPTY },
    authtime,
    endtime,
    ...optionalTimes,
  }
  const sealing = keys.ready(serverKey)
  const pac = permitted.pacSignedBy && { contents: newPac(ticketClient, authtime), keys: { server: sealing, kdc: permitted.pacSignedBy } }
  const encTicket = EncTicketPart.encode(pac === undefined ? part : { ...part, authorizationData: withPac(part, pac, server.principal) })
  const ticket = preserve(Ticket, {
    realm: ticketServer.realm,
    sname,
    encPart: sealData(sealing, KeyUsage.KDC_REP_TICKET, encTicket, random, serverKey.data.kvno),
  })
  const replyKey = keys.ready(clientKey)
  const keyExpiration = keyExpirationOf(client)
  const answered = encryptedPaData(permitted.padata, permitted.request, replyKey)
  const encPart = EncAsRepPart.encode({
    key,
    lastReq: [{ lrType: LastReqType.NONE, lrValue: 0 }],
    nonce: body.nonce,
    ...(keyExpiration !== 0 && { keyExpiration }),
    flags,
    authtime,
    endtime,
    ...optionalTimes,
    srealm: ticketServer.realm,
    sname,
    ...(answered.length > 0 && { encryptedPaData: answered }),
  })
  const reply = AsRep.encode({
    padata: etypeInfoOfReply(clientKey, body.etype),
    crealm: ticketClient.realm,
    cname,
    ticket,
    encPart: sealData(replyKey, KeyUsage.AS_REP_ENCPART, encPart, random, clientKey.data.kvno),
  })
  session.value.wipe()
  encTicket.fill(0)
  encPart.fill(0)
  return { reply, encPart: ticket.value.encPart }
}

/** The sooner of the two expirations, 0 for never (RFC 4120 §5.4.2). */
function keyExpirationOf({ expiration, pwExpiration }: PrincipalEntry): number {
  if (expiration === 0 || pwExpiration === 0) return expiration || pwExpiration
  return Math.min(expiration, pwExpiration)
}
