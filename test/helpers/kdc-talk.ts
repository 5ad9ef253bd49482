import { randomBytes } from 'node:crypto'
import { ApReq, Authenticator } from '../../src/core/asn1/messages/ap.ts'
import { AsRep, EncKdcRepPart, TgsRep } from '../../src/core/asn1/messages/kdc-rep.ts'
import { AsReq, KdcReqBody, TgsReq } from '../../src/core/asn1/messages/kdc-req.ts'
import { KrbErrorMessage } from '../../src/core/asn1/messages/krb-error.ts'
import { messageType } from '../../src/core/asn1/messages/message-type.ts'
import { type PaData, PaEncTimestamp, PaEncTsEnc } from '../../src/core/asn1/messages/pa-data.ts'
import type { Ticket } from '../../src/core/asn1/messages/ticket.ts'
import { type Preserved, preserve } from '../../src/core/asn1/schema.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { makeChecksum } from '../../src/core/crypto/checksum.ts'
import { openData, prepareKey, sealData } from '../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { type Principal, parsePrincipal, toPrincipalName } from '../../src/core/principal/principal.ts'
import { KeyUsage } from '../../src/core/registry/key-usage.ts'
import { MsgType } from '../../src/core/registry/msg-type.ts'
import { PaType } from '../../src/core/registry/pa-type.ts'

/** A client that speaks to a KDC octet by octet, for tests: it checks nothing. */
export interface AskAs {
  readonly client: string
  readonly server?: string
  readonly options?: number
  readonly till?: number
  readonly rtime?: number
  readonly from?: number
  readonly etypes?: readonly number[]
  readonly nonce?: number
  readonly padata?: readonly PaData[]
  readonly more?: Partial<KdcReqBody>
}

export function asReq(realm: string, ask: AskAs): Bytes {
  const client = parsePrincipal(ask.client, { defaultRealm: realm })
  const server = parsePrincipal(ask.server ?? `krbtgt/${realm}`, { defaultRealm: realm })
  return AsReq.encode({
    ...(ask.padata !== undefined && ask.padata.length > 0 && { padata: ask.padata }),
    reqBody: preserve(KdcReqBody, { ...bodyOf(server, ask), cname: toPrincipalName(client), ...ask.more }),
  })
}

export function encryptedTimestamp(key: Key, seconds: number, micros = 0): PaData {
  const plain = PaEncTsEnc.encode({ patimestamp: seconds, pausec: micros })
  return {
    padataType: PaType.ENC_TIMESTAMP,
    padataValue: PaEncTimestamp.encode(sealData(key, KeyUsage.AS_REQ_PA_ENC_TS, plain, randomBytes)),
  }
}

/** What a client holds after an exchange. */
export interface Held {
  readonly client: Principal
  readonly key: Key
  readonly ticket: Preserved<Ticket>
  readonly part: EncKdcRepPart
  readonly padata: readonly PaData[]
}

export function openAsRep(reply: Bytes, key: Key): Held {
  const { crealm, cname, ticket, encPart, padata } = AsRep.decode(reply)
  const part = EncKdcRepPart.decode(openData(key, KeyUsage.AS_REP_ENCPART, encPart))
  return held({ type: cname.nameType, realm: crealm, components: cname.nameString }, ticket, part, padata)
}

export interface AskTgs extends Omit<AskAs, 'client' | 'server'> {
  readonly server: string
  readonly subkey?: Key
  readonly now: number
  readonly checksum?: { cksumtype: number; checksum: Bytes } | 'none'
}

export function tgsReq(realm: string, tgt: Held, ask: AskTgs): Bytes {
  const server = parsePrincipal(ask.server, { defaultRealm: realm })
  const reqBody = preserve(KdcReqBody, { ...bodyOf(server, ask), ...ask.more })
  const session = prepareKey(tgt.key)
  const cksum = ask.checksum ?? makeChecksum(session, KeyUsage.TGS_REQ_AUTH_CKSUM, reqBody.octets)
  const authenticator = Authenticator.encode({
    crealm: tgt.client.realm,
    cname: toPrincipalName(tgt.client),
    ...(cksum !== 'none' && { cksum }),
    cusec: 0,
    ctime: ask.now,
    ...(ask.subkey !== undefined && { subkey: { keytype: ask.subkey.etype, keyvalue: ask.subkey.value } }),
  })
  const apReq = ApReq.encode({
    apOptions: 0,
    ticket: tgt.ticket,
    authenticator: sealData(session, KeyUsage.TGS_REQ_AUTH, authenticator, randomBytes),
  })
  return TgsReq.encode({ padata: [{ padataType: PaType.TGS_REQ, padataValue: apReq }, ...(ask.padata ?? [])], reqBody })
}

export function openTgsRep(reply: Bytes, tgt: Held, subkey?: Key): Held {
  const { crealm, cname, ticket, encPart, padata } = TgsRep.decode(reply)
  const usage = subkey === undefined ? KeyUsage.TGS_REP_ENCPART_SESSKEY : KeyUsage.TGS_REP_ENCPART_SUBKEY
  const part = EncKdcRepPart.decode(openData(subkey ?? tgt.key, usage, encPart))
  return held({ type: cname.nameType, realm: crealm, components: cname.nameString }, ticket, part, padata)
}

/** The KRB-ERROR that a reply is; throws when it is something else. */
export function refusal(reply: Bytes | undefined): KrbErrorMessage {
  if (reply === undefined) throw new Error('no reply')
  if (messageType(reply) !== MsgType.ERROR) throw new Error('the KDC said yes')
  return KrbErrorMessage.decode(reply)
}

function bodyOf(server: Principal, ask: Omit<AskAs, 'client' | 'server'>): KdcReqBody {
  return {
    kdcOptions: ask.options ?? 0,
    realm: server.realm,
    sname: toPrincipalName(server),
    ...(ask.from !== undefined && { from: ask.from }),
    till: ask.till ?? 0,
    ...(ask.rtime !== undefined && { rtime: ask.rtime }),
    nonce: ask.nonce ?? randomBytes(4).readUInt32BE(0) >>> 1,
    etype: ask.etypes ?? [18, 17],
  }
}

function held(client: Principal, ticket: Preserved<Ticket>, part: EncKdcRepPart, padata: readonly PaData[] | undefined): Held {
  return { client, key: { etype: part.key.keytype, value: part.key.keyvalue }, ticket, part, padata: padata ?? [] }
}
