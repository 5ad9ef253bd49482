import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ApRep, ApReq, Authenticator, EncApRepPart } from '../../../../src/core/asn1/messages/ap.ts'
import { AdKdcIssued, AuthorizationData } from '../../../../src/core/asn1/messages/authorization-data.ts'
import { EncryptedData, EncryptionKey } from '../../../../src/core/asn1/messages/encrypted-data.ts'
import { AsRep, EncAsRepPart, EncKdcRepPart, EncTgsRepPart, TgsRep } from '../../../../src/core/asn1/messages/kdc-rep.ts'
import { AsReq, KdcReqBody, TgsReq } from '../../../../src/core/asn1/messages/kdc-req.ts'
import { EncKrbCredPart, KrbCred } from '../../../../src/core/asn1/messages/krb-cred.ts'
import { KrbErrorMessage, TypedData } from '../../../../src/core/asn1/messages/krb-error.ts'
import { EncKrbPrivPart, KrbPriv, KrbSafe } from '../../../../src/core/asn1/messages/krb-safe-priv.ts'
import { messageType } from '../../../../src/core/asn1/messages/message-type.ts'
import { EtypeInfo, EtypeInfo2, MethodData, PaEncTsEnc } from '../../../../src/core/asn1/messages/pa-data.ts'
import { PaForUser, PaS4uX509User } from '../../../../src/core/asn1/messages/s4u.ts'
import { EncTicketPart, Ticket } from '../../../../src/core/asn1/messages/ticket.ts'
import type { Schema } from '../../../../src/core/asn1/schema.ts'
import { type Bytes, fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'

// biome-ignore lint/suspicious/noExplicitAny: schemas of every type in one table.
type AnySchema = Schema<any>

const FOLDER = new URL('../../../../../shared/vectors/', import.meta.url)

const load = <T>(file: string): readonly T[] => {
  const url = new URL(file, FOLDER)
  return existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as { cases: T[] }).cases : []
}

const bytes = (hex: string): Bytes => fromHex(hex)!

const MIT_TYPES: Record<string, AnySchema> = {
  authenticator: Authenticator,
  ticket: Ticket,
  keyblock: EncryptionKey,
  enc_tkt_part: EncTicketPart,
  enc_kdc_rep_part: EncTgsRepPart,
  as_rep: AsRep,
  tgs_rep: TgsRep,
  ap_req: ApReq,
  ap_rep: ApRep,
  ap_rep_enc_part: EncApRepPart,
  as_req: AsReq,
  tgs_req: TgsReq,
  kdc_req_body: KdcReqBody,
  safe: KrbSafe,
  priv: KrbPriv,
  enc_priv_part: EncKrbPrivPart,
  cred: KrbCred,
  enc_cred_part: EncKrbCredPart,
  error: KrbErrorMessage,
  authorization_data: AuthorizationData,
  padata_sequence: MethodData,
  typed_data: TypedData,
  etype_info: EtypeInfo,
  etype_info2: EtypeInfo2,
  pa_enc_ts: PaEncTsEnc,
  enc_data: EncryptedData,
  ad_kdcissued: AdKdcIssued,
  pa_for_user: PaForUser,
  pa_s4u_x509_user: PaS4uX509User,
}

/** Structures of later documents, which nothing here declares yet. */
const OTHER_DOCUMENTS = /^(sam_|enc_sam|iakerb|fast_|pa_fx|otp_|pa_otp|kkdcp|cammac|secure_cookie|spake|pa_spake)/

/** By APPLICATION tag: what a captured message is. */
const BY_TAG = new Map<number, AnySchema>(
  [AsReq, AsRep, TgsReq, TgsRep, ApReq, ApRep, KrbSafe, KrbPriv, KrbCred, KrbErrorMessage, Ticket].map(type => [type.tag, type]),
)

interface MitCase {
  readonly name: string
  readonly variant: string
  readonly der: string
}

interface Sample {
  readonly name?: string
  readonly path?: string
  readonly hex: string
}

const firstOctet = (hex: string): number => Number.parseInt(hex.slice(0, 2), 16)

/** Some are stored with TCP's length in front, and AP-REQs inside GSS tokens. */
function unwrap(hex: string): string {
  if (/^0000....6/.test(hex)) return hex.slice(8)
  const apReq = hex.indexOf('01006e82')
  return hex.startsWith('60') && apReq > 0 ? hex.slice(apReq + 4) : hex
}

const mit = load<MitCase>('asn1-krb5.json')
  .map(row => ({ ...row, name: row.name.replace('encode_krb5_', '') }))
  .filter(row => !OTHER_DOCUMENTS.test(row.name))

const sample = <T>(schema: Schema<T>, name: string, variant = ''): T =>
  schema.decode(bytes(mit.find(row => row.name === name && row.variant === variant)!.der))

const HFTSAI = { nameType: 1, nameString: ['hftsai', 'extra'] }
const SAMPLE_TIME = Date.UTC(1994, 5, 10, 6, 3, 17) / 1000

describe.skipIf(mit.length === 0)('the sample messages of MIT (skipped: no ../shared/vectors)', () => {
  it.each(mit)('$name $variant: decodes, and encodes to the same octets', ({ name, der }) => {
    const type = MIT_TYPES[name]!
    expect(toHex(type.encode(type.decode(bytes(der))))).toBe(der)
  })

  it('AS-REQ', () => {
    const request = sample(AsReq, 'as_req')
    expect(request.padata?.map(item => [item.padataType, Buffer.from(item.padataValue).toString()])).toEqual([
      [13, 'pa-data'],
      [13, 'pa-data'],
    ])
    expect(request.reqBody.value).toMatchObject({
      kdcOptions: 0xfedcba90,
      cname: HFTSAI,
      realm: 'ATHENA.MIT.EDU',
      sname: HFTSAI,
      from: SAMPLE_TIME,
      till: SAMPLE_TIME,
      rtime: SAMPLE_TIME,
      nonce: 42,
      etype: [0, 1],
      addresses: [
        { addrType: 2, address: Uint8Array.of(0x12, 0xd0, 0x00, 0x23) },
        { addrType: 2, address: Uint8Array.of(0x12, 0xd0, 0x00, 0x23) },
      ],
      encAuthorizationData: { etype: 0, kvno: 5 },
    })
    expect(request.reqBody.value.additionalTickets?.map(ticket => ticket.value.sname)).toEqual([HFTSAI, HFTSAI])
    expect(toHex(KdcReqBody.encode(request.reqBody.value))).toBe(toHex(request.reqBody.octets))
  })

  it('EncTicketPart', () => {
    const part = sample(EncTicketPart, 'enc_tkt_part')
    expect(part).toMatchObject({
      flags: 0xfedcba98,
      key: { keytype: 1 },
      crealm: 'ATHENA.MIT.EDU',
      cname: HFTSAI,
      transited: { trType: 1, contents: new Uint8Array(Buffer.from('EDU,MIT.,ATHENA.,WASHINGTON.EDU,CS.')) },
      authtime: SAMPLE_TIME,
      starttime: SAMPLE_TIME,
      endtime: SAMPLE_TIME,
      renewTill: SAMPLE_TIME,
    })
    expect(part.key.keyvalue.use(toHex)).toBe('3132333435363738')
    expect(part.authorizationData?.map(item => item.adType)).toEqual([1, 1])
    expect(Object.keys(sample(EncTicketPart, 'enc_tkt_part', 'optionals NULL'))).not.toContain('renewTill')
  })

  it('KRB-ERROR', () => {
    expect(sample(KrbErrorMessage, 'error')).toEqual({
      ctime: SAMPLE_TIME,
      cusec: 123_456,
      stime: SAMPLE_TIME,
      susec: 123_456,
      errorCode: 60,
      crealm: 'ATHENA.MIT.EDU',
      cname: HFTSAI,
      realm: 'ATHENA.MIT.EDU',
      sname: HFTSAI,
      eText: 'krb5data',
      eData: new Uint8Array(Buffer.from('krb5data')),
    })
  })

  it('EncryptedData with key version numbers that are negative on the wire', () => {
    expect(sample(EncryptedData, 'enc_data', 'MSB-set kvno').kvno).toBe(0xff000000)
    expect(sample(EncryptedData, 'enc_data', 'kvno=-1').kvno).toBe(0xffffffff)
  })

  it('EncKDCRepPart under either tag', () => {
    const { der } = mit.find(row => row.name === 'enc_kdc_rep_part' && row.variant === '')!
    const asReply = bytes(`79${der.slice(2)}`)
    expect(EncKdcRepPart.decode(bytes(der))).toEqual(EncKdcRepPart.decode(asReply))
    expect(toHex(EncAsRepPart.encode(EncKdcRepPart.decode(asReply)))).toBe(toHex(asReply))
    expect(() => EncTgsRepPart.decode(asReply)).toThrow(expect.objectContaining({ code: 'ASN1_BAD_ID' }))
  })

  it('an AS-REQ is no TGS-REQ, whichever octet says so', () => {
    const { der } = mit.find(row => row.name === 'as_req' && row.variant === '')!
    expect(() => TgsReq.decode(bytes(der))).toThrow(expect.objectContaining({ code: 'ASN1_BAD_ID' }))
    expect(() => TgsReq.decode(bytes(`6c${der.slice(2)}`))).toThrow(expect.objectContaining({ code: 'KRB5_BADMSGTYPE' }))
    expect(() => AsReq.decode(bytes(der.replace('a103020105', 'a103020104')))).toThrow(
      expect.objectContaining({ code: 'KRB5KDC_ERR_BAD_PVNO' }),
    )
  })
})

describe('messages that others recorded (skipped where ../shared/vectors is absent)', () => {
  const captured = [
    ...load<Sample>('gokrb5-samples.json'),
    ...load<Sample>('kerby-samples.json'),
    ...load<Sample>('kerberos-net-samples.json'),
  ]
    .map(({ name, path, hex }) => [name ?? path ?? '', unwrap(hex)] as const)
    .filter(([name, hex]) => BY_TAG.has(firstOctet(hex)) && !/key-data|PAC_/.test(name))

  it.skipIf(captured.length === 0)('there are enough of them', () => {
    expect(captured.length).toBeGreaterThan(40)
  })

  it.each(captured)('%s', (_name, hex) => {
    const type = BY_TAG.get(firstOctet(hex))!
    expect(toHex(type.encode(type.decode(bytes(hex))))).toBe(hex)
  })
})

describe('messageType', () => {
  it.each([
    ['6a03', 10],
    ['6e00', 14],
    ['7e', 30],
    ['61', undefined],
    ['2a', undefined],
    ['4a', undefined],
    ['30', undefined],
    ['', undefined],
  ])('%j: %s', (hex, type) => {
    expect(messageType(bytes(hex))).toBe(type)
  })
})
