import { openApReq } from '../../../src/core/ap/open-ap-req.ts'
import { ApReq } from '../../../src/core/asn1/messages/ap.ts'
import { Checksum } from '../../../src/core/asn1/messages/encrypted-data.ts'
import { AsRep, EncAsRepPart, type EncKdcRepPart, EncTgsRepPart, TgsRep } from '../../../src/core/asn1/messages/kdc-rep.ts'
import { AsReq, TgsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import { KrbErrorMessage } from '../../../src/core/asn1/messages/krb-error.ts'
import { EtypeInfo2, MethodData, type PaData } from '../../../src/core/asn1/messages/pa-data.ts'
import { EncTicketPart, Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import { type Bytes, EMPTY } from '../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import type { Credential } from '../../../src/core/ccache/credential.ts'
import { makeChecksum, verifyChecksum } from '../../../src/core/crypto/checksum.ts'
import { prepareKey, randomKey, sealData } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { parsePrincipal, tgtPrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { ETYPE } from '../../../src/core/registry/etype.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import type { TraceEvent } from '../../../src/core/trace/events.ts'
import type { AsTerms } from '../../../src/kdc-client/as/build-request.ts'

/** Time of all these tests. */
export const NOW = 1_800_000_000
export const AES128 = ETYPE.AES128_CTS_HMAC_SHA1_96
export const AES256 = ETYPE.AES256_CTS_HMAC_SHA1_96
export const ALICE = parsePrincipal('alice@R')
export const TGS = tgtPrincipal('R')

/** Deterministic: each octet differs from the one before. */
let counter = 1
export function random(length: number): Bytes {
  return Uint8Array.from({ length }, () => {
    counter = (counter * 73 + 41) % 65521
    return counter & 0xff
  })
}

export function world(now = NOW): {
  clock: { now(): { seconds: number; micros: number } }
  random: typeof random
  trace(e: TraceEvent): void
  events: TraceEvent[]
} {
  const events: TraceEvent[] = []
  return { clock: { now: () => ({ seconds: now, micros: 5 }) }, random, trace: e => void events.push(e), events }
}

export const CLIENT_KEY: Key = randomKey(AES128, random)
const KDC_KEY: Key = randomKey(AES256, random)

export function asTerms(more: Partial<AsTerms> = {}): AsTerms {
  return {
    client: ALICE,
    service: TGS,
    kdcOptions: 0x10,
    lifetime: 36000,
    renewLife: 0,
    startOffset: 0,
    etypes: [AES256, AES128],
    addresses: [],
    clockskew: 300,
    timesync: true,
    encryptedTimestampDisabled: () => false,
    preferredPreauthTypes: () => [17, 16, 15, 14],
    ...more,
  }
}

export interface AsGrant {
  readonly part?: Partial<EncKdcRepPart>
  readonly reply?: Partial<AsRep>
  readonly key?: Key
  /** Answer RFC 6806 §11: with the right checksum, a wrong one, or the flag alone. */
  readonly encPaRep?: 'right' | 'wrong' | 'missing'
  readonly fast?: boolean
}

/** The AS-REP that an honest KDC would give, with some things changed. */
export function asReply(request: Bytes, { part = {}, reply = {}, key = CLIENT_KEY, encPaRep, fast }: AsGrant = {}): Bytes {
  const { value: body } = AsReq.decode(request).reqBody
  const session = randomKey(body.etype[0] ?? AES128, random)
  const encryptedPaData: PaData[] = []
  if (encPaRep === 'right' || encPaRep === 'wrong') {
    const checksum = makeChecksum(key, KeyUsage.AS_REQ, encPaRep === 'right' ? request : EMPTY)
    encryptedPaData.push({ padataType: PaType.REQ_ENC_PA_REP, padataValue: Checksum.encode(checksum) })
  }
  if (fast) encryptedPaData.push({ padataType: PaType.FX_FAST, padataValue: EMPTY })
  const honest: EncKdcRepPart = {
    key: { keytype: session.etype, keyvalue: session.value },
    lastReq: [],
    nonce: body.nonce,
    flags: TicketFlags.INITIAL | (encPaRep === undefined ? 0 : TicketFlags.ENC_PA_REP),
    authtime: NOW,
    starttime: undefined,
    endtime: body.till,
    srealm: body.realm,
    sname: body.sname!,
    encryptedPaData: encryptedPaData.length > 0 ? encryptedPaData : undefined,
  }
  return AsRep.encode({
    crealm: body.realm,
    cname: body.cname!,
    ticket: preserve(Ticket, { realm: body.realm, sname: body.sname!, encPart: { etype: AES256, kvno: 1, cipher: random(40) } }),
    encPart: sealData(key, KeyUsage.AS_REP_ENCPART, EncAsRepPart.encode({ ...honest, ...part }), random),
    ...reply,
  })
}

export function kdcError(errorCode: number, more: Partial<KrbErrorMessage> = {}): Bytes {
  return KrbErrorMessage.encode({ stime: NOW, susec: 7, errorCode, realm: 'R', sname: toPrincipalName(TGS), ...more })
}

export function methodData(...padata: readonly PaData[]): Bytes {
  return MethodData.encode(padata)
}

export const COOKIE: PaData = { padataType: PaType.FX_COOKIE, padataValue: encodeText('MIT') }
export const OFFERS_TIMESTAMP: PaData = { padataType: PaType.ENC_TIMESTAMP, padataValue: EMPTY }

export function etypeInfo2(...entries: EtypeInfo2): PaData {
  return { padataType: PaType.ETYPE_INFO2, padataValue: EtypeInfo2.encode(entries) }
}

/** Error 25 as MIT's KDC sends it. */
export function preauthRequired(more: Partial<KrbErrorMessage> = {}): Bytes {
  const eData = methodData(etypeInfo2({ etype: AES128, salt: encodeText('Ralice') }), OFFERS_TIMESTAMP, COOKIE)
  return kdcError(25, { eData, ...more })
}

/** A ticket-granting ticket that this KDC can open. */
export function ticketGrantingTicket(more: Partial<Credential> = {}, part: Partial<EncTicketPart> = {}): Credential {
  const key = randomKey(AES256, random)
  const server = more.server ?? TGS
  const inside: EncTicketPart = {
    flags: 0,
    key: { keytype: key.etype, keyvalue: key.value },
    crealm: ALICE.realm,
    cname: toPrincipalName(ALICE),
    transited: { trType: 1, contents: EMPTY },
    authtime: NOW,
    endtime: NOW + 36000,
    ...part,
  }
  const encPart = sealData(KDC_KEY, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(inside), random, 1)
  return {
    client: ALICE,
    server,
    key,
    authtime: NOW,
    starttime: NOW,
    endtime: NOW + 36000,
    renewTill: 0,
    isSkey: false,
    flags: 0,
    addresses: [],
    authdata: [],
    ticket: Ticket.encode({ realm: server.realm, sname: toPrincipalName(server), encPart }),
    secondTicket: EMPTY,
    ...more,
  }
}

export interface TgsGrant {
  readonly part?: Partial<EncKdcRepPart>
  readonly reply?: Partial<TgsRep>
  /** As Heimdal did until 1.2. */
  readonly underSessionKey?: boolean
}

/** The TGS-REP that an honest KDC would give, with some things changed. Opens PA-TGS-REQ and checks the body's checksum on the way. */
export function tgsReply(request: Bytes, { part = {}, reply = {}, underSessionKey = false }: TgsGrant = {}): Bytes {
  const { value: body } = TgsReq.decode(request).reqBody
  const { authenticator, sessionKey } = openedTgsRequest(request)
  const session = randomKey(body.etype[0] ?? AES128, random)
  const honest: EncKdcRepPart = {
    key: { keytype: session.etype, keyvalue: session.value },
    lastReq: [],
    nonce: body.nonce,
    flags: 0,
    authtime: NOW,
    starttime: NOW,
    endtime: body.till,
    srealm: body.realm,
    sname: body.sname!,
  }
  const whole = { ...honest, ...part }
  const subkey = authenticator.subkey!
  const encPart = underSessionKey
    ? sealData(sessionKey, KeyUsage.TGS_REP_ENCPART_SESSKEY, EncTgsRepPart.encode(whole), random)
    : sealData({ etype: subkey.keytype, value: subkey.keyvalue }, KeyUsage.TGS_REP_ENCPART_SUBKEY, EncTgsRepPart.encode(whole), random)
  // This one KDC plays all realms: it can open the ticket when it is shown.
  const inside: EncTicketPart = {
    flags: whole.flags,
    key: whole.key,
    crealm: authenticator.crealm,
    cname: authenticator.cname,
    transited: { trType: 1, contents: EMPTY },
    authtime: NOW,
    endtime: whole.endtime,
  }
  const sealed = sealData(KDC_KEY, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(inside), random, 1)
  const ticket = preserve(Ticket, { realm: whole.srealm, sname: whole.sname, encPart: sealed })
  return TgsRep.encode({ crealm: authenticator.crealm, cname: authenticator.cname, ticket, encPart, ...reply })
}

export function openedTgsRequest(request: Bytes) {
  const { padata, reqBody } = TgsReq.decode(request)
  const apReq = ApReq.decode(padata!.find(p => p.padataType === PaType.TGS_REQ)!.padataValue)
  const opened = openApReq(apReq, () => [prepareKey(KDC_KEY)], { authenticator: KeyUsage.TGS_REQ_AUTH }, { seconds: NOW, micros: 0 }, 300)
  if (!verifyChecksum(opened.prepared, KeyUsage.TGS_REQ_AUTH_CKSUM, reqBody.octets, opened.authenticator.cksum!))
    throw new Error('body checksum')
  return opened
}
