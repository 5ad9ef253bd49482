import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PaData } from '../../../src/core/asn1/messages/pa-data.ts'
import { PaForUser, PaPacOptions, PaS4uX509User, S4uUserId } from '../../../src/core/asn1/messages/s4u.ts'
import { EncTicketPart, Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { makeChecksum, makeHmacMd5Checksum } from '../../../src/core/crypto/checksum.ts'
import { openData, prepareKey, sealData } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { clientInfoOf, encodeClientInfo } from '../../../src/core/pac/client-info.ts'
import { requirePacBuffer } from '../../../src/core/pac/container.ts'
import { decodeDelegationInfo } from '../../../src/core/pac/delegation-info.ts'
import { signPac } from '../../../src/core/pac/sign.ts'
import { pacElement, pacOf } from '../../../src/core/pac/ticket-pac.ts'
import { parsePrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import { PacBufferType } from '../../../src/core/registry/pac-buffer.ts'
import { forUserOctets } from '../../../src/core/s4u/user.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import type { PrincipalEntry } from '../../../src/kdc/store/entry.ts'
import { stringsContents, TlType } from '../../../src/kdc/store/tl-data.ts'
import { forgedTicket } from '../../helpers/forged-ticket.ts'
import { type AskAs, asReq, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

/** S4U2Self and S4U2Proxy (MS-SFU) octet by octet: the rows of s4u-self-checks, s4u-proxy-checks and the policy of delegation. */
const START = 1_900_000_000
const PEER = peerAddress('192.0.2.7')
const FRONT = 'http/front'
const BACK = 'ldap/back'
const RBCD: PaData = { padataType: PaType.PAC_OPTIONS, padataValue: PaPacOptions.encode({ flags: 0x10000000 }) }

let realm: MemoryRealm
let kdc: Kdc
let now: number
let lines: string[]
let keys: Map<string, Key>
let front: Held
let alice: Held

beforeEach(async () => {
  realm = new MemoryRealm()
  now = START
  lines = []
  const first = async (name: string) => [name, (await realm.add(name, { etypes: [18] }))[0]!] as const
  keys = new Map([
    [`krbtgt/${REALM}`, (await realm.addTgs())[0]!],
    ...(await Promise.all(['alice', 'bob', FRONT, BACK, 'http/other'].map(first))),
  ])
  const env = {
    clock: { now: () => ({ seconds: now, micros: 0 }) },
    random: (length: number): Bytes => new Uint8Array(randomBytes(length)),
  }
  kdc = createKdc({ realms: [realm], env, log: (_, text) => void lines.push(text), maxDatagram: 65_535 })
  front = await login(FRONT, { options: KdcOptions.FORWARDABLE })
  alice = await login('alice', { options: KdcOptions.FORWARDABLE })
})

describe('S4U2Self', () => {
  it('for a user of another realm, fetched there by a service of ours', async () => {
    const [key] = await realm.add(`krbtgt/${REALM}@FAR`, { etypes: [18] })
    const tgt = forgedTicket({
      key: key!,
      kvno: 1,
      server: `krbtgt/${REALM}@FAR`,
      client: `${FRONT}@${REALM}`,
      flags: TicketFlags.FORWARDABLE,
      authtime: now - 60,
      endtime: now + 3600,
      pacKey: key!,
      actsFor: 'u@FAR',
    })
    const user = parsePrincipal('u@FAR')
    const part = opened(openTgsRep(await askSelf({ padata: [x509({ user, key: tgt.key })] }, tgt), tgt), FRONT)
    expect([part.crealm, ...part.cname.nameString, part.transited.contents.length]).toEqual(['FAR', 'u', 0])
    expect(part.flags & TicketFlags.TRANSITED_POLICY_CHECKED).not.toBe(0)
  })

  it.each(['by name', 'by user-id'] as const)('%s: a ticket to the service in the user’s name, in MIT’s words in the log', async way => {
    const got = await selfTicket({ way })
    expect(got.client).toMatchObject({ components: ['alice'], realm: REALM })
    const part = opened(got, FRONT)
    expect(part).toMatchObject({ crealm: REALM, authtime: START })
    expect(part.cname.nameString).toEqual(['alice'])
    expect(part.flags & TicketFlags.FORWARDABLE).not.toBe(0)
    expect(clientInfoOf(pacOf(part)!.pac)).toEqual({ name: 'alice', authtime: START })
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/ISSUE: authtime 1900000000, .*, http\/front@KDC\.TEST for http\/front@KDC\.TEST$/),
      '... PROTOCOL-TRANSITION s4u-client=alice@KDC.TEST',
    ])
    const answer = got.padata.find(({ padataType }) => padataType === PaType.S4U_X509_USER)
    expect(answer === undefined).toBe(way === 'by name')
    if (answer === undefined) return
    const { userId, checksum } = PaS4uX509User.decode(answer.padataValue)
    expect(userId.value.cname?.nameString).toEqual(['alice'])
    expect(checksum).toEqual(makeChecksum(prepareKey(front.key), KeyUsage.PA_S4U_X509_USER_REPLY, userId.octets))
  })

  it('for an enterprise name gives the user’s own', async () => {
    const user = { type: 10, realm: REALM, components: [`alice@${REALM}`] }
    const got = openTgsRep(await askSelf({ padata: [x509({ user })] }), front)
    expect(got.client.components).toEqual(['alice'])
    const [answer] = got.padata
    expect(PaS4uX509User.decode(answer!.padataValue).userId.value.cname?.nameString).toEqual(['alice'])
  })

  it('is not forwardable for a user that may not be delegated, nor for a service with servers but without the right to vouch', async () => {
    const forwardable = async () => opened(await selfTicket(), FRONT).flags & TicketFlags.FORWARDABLE
    await change('alice', { attributes: PrincipalAttribute.DISALLOW_FORWARDABLE })
    expect(await forwardable()).toBe(0)
    await change('alice', { attributes: 0 })
    await strings(FRONT, { delegate_to: BACK })
    expect(await forwardable()).toBe(0)
    await change(FRONT, { attributes: PrincipalAttribute.OK_TO_AUTH_AS_DELEGATE })
    expect(await forwardable()).not.toBe(0)
    await change(FRONT, { attributes: 0 })
    await strings(FRONT, { delegate_to: ' ' })
    expect(await forwardable()).not.toBe(0)
  })

  it('carries a PAC also for a service that wants none', async () => {
    await change(FRONT, { attributes: PrincipalAttribute.NO_AUTH_DATA_REQUIRED })
    expect(pacOf(opened(await selfTicket(), FRONT))).toBeDefined()
  })

  it('does not mind the user’s password being over', async () => {
    await change('alice', { pwExpiration: START - 1, attributes: PrincipalAttribute.REQUIRES_PWCHANGE })
    expect((await selfTicket()).client.components).toEqual(['alice'])
  })

  it('refuses with MIT’s codes and words', async () => {
    const good = x509({})
    const md5 = { cksumtype: 7, checksum: new Uint8Array(16) }
    const withoutPac = await login(FRONT, {
      padata: [{ padataType: PaType.PAC_REQUEST, padataValue: Uint8Array.from(Buffer.from('3005a003010100', 'hex')) }],
    })
    const cases: readonly (readonly [string, () => Promise<Bytes>, number, string])[] = [
      ['for another service', () => askSelf({ server: BACK, padata: [good] }), 36, 'INVALID_S4U2SELF_REQUEST_SERVER_MISMATCH'],
      ['unknown user', () => askSelf({ padata: [x509({ user: parsePrincipal(`nobody@${REALM}`) })] }), 6, 'UNKNOWN_S4U2SELF_PRINCIPAL'],
      ['user of nowhere', () => askSelf({ padata: [x509({ user: parsePrincipal('alice@OTHER.TEST') })] }), 12, 'S4U2SELF_CLIENT_NOT_OURS'],
      [
        'nobody at all',
        () => askSelf({ padata: [x509({ user: { type: 0, realm: REALM, components: [] } })] }),
        6,
        'INVALID_S4U2SELF_REQUEST',
      ],
      ['a certificate', () => askSelf({ padata: [x509({ certificate: Uint8Array.of(1) })] }), 60, 'LOOKING_UP_S4U2SELF_PRINCIPAL'],
      ['user to user', () => askSelf({ padata: [good], options: KdcOptions.CNAME_IN_ADDL_TKT }), 13, 'INVALID S4U2SELF OPTIONS'],
      ['unkeyed', () => askSelf({ padata: [x509({ checksum: md5 })] }), 50, 'INVALID_S4U2SELF_CHECKSUM'],
      ['unkeyed by name', () => askSelf({ padata: [forUser({ checksum: md5 })] }), 50, 'INVALID_S4U2SELF_CHECKSUM'],
      ['another key', () => askSelf({ padata: [x509({ key: alice.key })] }), 41, 'INVALID_S4U2SELF_CHECKSUM'],
      ['another key by name', () => askSelf({ padata: [forUser({ key: alice.key })] }), 41, 'INVALID_S4U2SELF_CHECKSUM'],
      ['another nonce', () => askSelf({ padata: [x509({ nonce: 8 })] }), 41, 'INVALID_S4U2SELF_CHECKSUM'],
      ['cut', () => askSelf({ padata: [{ ...good, padataValue: good.padataValue.subarray(0, 30) }] }), 60, 'DECODE_PA_S4U_X509_USER'],
      [
        'cut name',
        () => askSelf({ padata: [{ padataType: PaType.FOR_USER, padataValue: Uint8Array.of(0x30, 5) }] }),
        60,
        'DECODE_PA_FOR_USER',
      ],
      ['TGT without PAC', () => askSelf({ padata: [x509({ key: withoutPac.key })] }, withoutPac), 20, 'S4U2SELF_NO_PAC'],
    ]
    for (const [name, run, errorCode, eText] of cases) expect(refusal(await run()), name).toMatchObject({ errorCode, eText })
    await change('alice', { attributes: PrincipalAttribute.DISALLOW_ALL_TIX })
    expect(refusal(await askSelf({ padata: [good] }))).toMatchObject({ errorCode: 18, eText: 'CLIENT LOCKED OUT' })
    expect(lines.at(-1)).toBe('... PROTOCOL-TRANSITION s4u-client=<unknown>')
    await change('alice', { attributes: 0, expiration: START - 1 })
    expect(refusal(await askSelf({ padata: [good] }))).toMatchObject({ errorCode: 1, eText: 'CLIENT EXPIRED' })
  })
})

describe('S4U2Self for a user of another realm', () => {
  const OTHER = 'OTHER.TEST'
  const carol = { type: 1, realm: OTHER, components: ['carol'] }

  /** The TGT with which the user's realm refers our service back to us. */
  async function referred(named: string, from = OTHER): Promise<Held> {
    const [key] = await realm.add(`krbtgt/${REALM}@${from}`, { etypes: [18] })
    const prepared = prepareKey(key!)
    const info = [{ type: PacBufferType.CLIENT_INFO, data: encodeClientInfo({ name: named, authtime: START }) }]
    const part = EncTicketPart.encode({
      flags: TicketFlags.FORWARDABLE,
      key: { keytype: front.key.etype, keyvalue: front.key.value },
      crealm: REALM,
      cname: toPrincipalName(front.client),
      transited: { trType: 1, contents: new Uint8Array(0) },
      authtime: START,
      endtime: START + 3600,
      authorizationData: [pacElement(signPac(info, { server: prepared, kdc: prepared }, undefined))],
    })
    const encPart = sealData(key!, KeyUsage.KDC_REP_TICKET, part, randomBytes, 1)
    return { ...front, ticket: preserve(Ticket, { realm: from, sname: { nameType: 2, nameString: ['krbtgt', REALM] }, encPart }) }
  }

  it('is refused for another user, for one of ours, and for one of a realm that is not on the way', async () => {
    const cases: readonly (readonly [string, () => Promise<Held>, ReturnType<typeof parsePrincipal>, number, string])[] = [
      ['another', () => referred(`mallory@${OTHER}`), carol, 13, 'S4U2SELF_FOREIGN_PAC_CLIENT'],
      ['without realm', () => referred('carol'), carol, 13, 'S4U2SELF_FOREIGN_PAC_CLIENT'],
      ['ours', () => referred(`alice@${REALM}`), parsePrincipal(`alice@${REALM}`), 6, 'NOT_CROSS_REALM_REQUEST'],
      ['nobody', () => referred(`@${OTHER}`), { type: 0, realm: OTHER, components: [] }, 6, 'INVALID_S4U2SELF_REQUEST'],
      ['a third realm’s', () => referred('eve@THIRD.TEST'), parsePrincipal('eve@THIRD.TEST'), 12, 'BAD_TRANSIT'],
    ]
    for (const [name, tgt, user, errorCode, eText] of cases)
      expect(refusal(await askSelf({ padata: [x509({ user })] }, await tgt())), name).toMatchObject({ errorCode, eText })
  })
})

describe('S4U2Proxy', () => {
  it('delegate_to: a ticket for a listed server in the client’s name, with the way in the PAC', async () => {
    await strings(FRONT, { delegate_to: `http/nowhere  ${BACK}` })
    const got = openTgsRep(await askProxy(await evidence()), front)
    const part = opened(got, BACK)
    expect(got.client.components).toEqual(['alice'])
    expect(part.cname.nameString).toEqual(['alice'])
    const { pac } = pacOf(part)!
    expect(clientInfoOf(pac)).toEqual({ name: 'alice', authtime: START })
    expect(decodeDelegationInfo(requirePacBuffer(pac, PacBufferType.DELEGATION_INFO).data)).toEqual({
      proxyTarget: BACK,
      transitedServices: [`${FRONT}@${REALM}`],
    })
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/ISSUE: .*, http\/front@KDC\.TEST for ldap\/back@KDC\.TEST$/),
      '... CONSTRAINED-DELEGATION s4u-client=alice@KDC.TEST',
    ])
  })

  it('delegate_from: the server says who may come, to clients that know of it', async () => {
    await strings(BACK, { delegate_from: `${FRONT}@${REALM}` })
    const got = openTgsRep(await askProxy(await evidence(), { padata: [RBCD] }), front)
    expect(opened(got, BACK).cname.nameString).toEqual(['alice'])
    expect(got.part.encryptedPaData).toEqual([RBCD])
    expect(refusal(await askProxy(await evidence()))).toMatchObject({ errorCode: 13, eText: 'UNSUPPORTED_S4U2PROXY_REQUEST' })
  })

  it('takes the ticket of S4U2Self for evidence, and goes on through several services', async () => {
    await strings(FRONT, { delegate_to: BACK })
    await change(FRONT, { attributes: PrincipalAttribute.OK_TO_AUTH_AS_DELEGATE })
    await strings('http/other', { delegate_from: BACK })
    const first = openTgsRep(await askProxy(await selfTicket()), front)
    const back = await login(BACK, { options: KdcOptions.FORWARDABLE })
    const second = openTgsRep(await askProxy(first, { server: 'http/other', padata: [RBCD] }, back), back)
    const { pac } = pacOf(opened(second, 'http/other'))!
    expect(decodeDelegationInfo(requirePacBuffer(pac, PacBufferType.DELEGATION_INFO).data).transitedServices).toEqual([
      `${FRONT}@${REALM}`,
      `${BACK}@${REALM}`,
    ])
  })

  it.each([
    ['nothing anywhere', undefined, undefined, 'UNSUPPORTED_S4U2PROXY_REQUEST'],
    ['an empty list', '', undefined, 'NOT_ALLOWED_TO_DELEGATE'],
    ['blanks', '  ', ' \t ', 'NOT_ALLOWED_TO_DELEGATE'],
    ['others', 'http/other ldap/backup', 'http/other', 'NOT_ALLOWED_TO_DELEGATE'],
    ['what is no name', 'ldap/back@KDC.TEST@OTHER \\', '\\', 'NOT_ALLOWED_TO_DELEGATE'],
    ['another realm’s', 'ldap/back@OTHER.TEST', 'http/front@OTHER.TEST', 'NOT_ALLOWED_TO_DELEGATE'],
  ])('%s is nobody', async (_, to, from, eText) => {
    if (to !== undefined) await strings(FRONT, { delegate_to: to })
    if (from !== undefined) await strings(BACK, { delegate_from: from })
    expect(refusal(await askProxy(await evidence(), { padata: [RBCD] }))).toMatchObject({ errorCode: 13, eText })
    expect(lines.at(-1)).toBe('... CONSTRAINED-DELEGATION s4u-client=<unknown>')
  })

  it('refuses with MIT’s codes and words', async () => {
    await strings(FRONT, { delegate_to: `${BACK} krbtgt/${REALM}` })
    const shown = await evidence()
    const plain = await evidence(0)
    const ofOthers = openTgsRep(await handle(tgsReq(REALM, alice, { server: BACK, options: KdcOptions.FORWARDABLE, now })), alice)
    const without = await login('alice', {
      options: KdcOptions.FORWARDABLE,
      padata: [{ padataType: PaType.PAC_REQUEST, padataValue: Uint8Array.from(Buffer.from('3005a003010100', 'hex')) }],
    })
    const noPac = openTgsRep(await handle(tgsReq(REALM, without, { server: FRONT, options: KdcOptions.FORWARDABLE, now })), without)
    const frontWithout = await login(FRONT, {
      padata: [{ padataType: PaType.PAC_REQUEST, padataValue: Uint8Array.from(Buffer.from('3005a003010100', 'hex')) }],
    })
    const bronze = resealed(plain, part => ({ ...part, flags: (part.flags | TicketFlags.FORWARDABLE) >>> 0 }))
    const renamed = resealed(shown, part => ({ ...part, cname: toPrincipalName(parsePrincipal('root', { defaultRealm: REALM })) }))
    const homemade = resealed(shown, part => ({ ...part, authorizationData: [pacElement(ownPac())] }))
    const cut = resealed(shown, part => ({ ...part, authorizationData: [pacElement(pacOf(part)!.pac.octets.subarray(0, 40))] }))
    const cases: readonly (readonly [string, Promise<Bytes>, number, string])[] = [
      ['no evidence', askProxy(undefined), 13, 'NO_2ND_TKT'],
      ['not forwardable', askProxy(plain), 13, 'EVIDENCE_TKT_NOT_FORWARDABLE'],
      ['forwardable by the service’s hand', askProxy(bronze), 41, '2ND_TKT_PAC'],
      ['another client by the service’s hand', askProxy(renamed), 41, '2ND_TKT_PAC'],
      ['a PAC of the service’s own', askProxy(homemade), 60, '2ND_TKT_PAC'],
      ['a PAC cut short', askProxy(cut), 60, '2ND_TKT_PAC'],
      ['evidence without PAC', askProxy(noPac), 41, 'S4U2PROXY_NO_STKT_PAC'],
      ['TGT without PAC', askProxy(shown, {}, frontWithout), 20, 'S4U2PROXY_NO_HEADER_PAC'],
      [
        'user to user',
        askProxy(shown, { options: KdcOptions.CNAME_IN_ADDL_TKT | KdcOptions.PROXY | KdcOptions.PROXIABLE }),
        13,
        'TGT NOT PROXIABLE',
      ],
      ['a TGT', askProxy(shown, { server: `krbtgt/${REALM}` }), 12, 'NOT_ALLOWED_TO_DELEGATE'],
      ['a ticket for another service', askProxy(ofOthers), 26, 'EVIDENCE_TICKET_MISMATCH'],
    ]
    for (const [name, answer, errorCode, eText] of cases) expect(refusal(await answer), name).toMatchObject({ errorCode, eText })
    await change('alice', { attributes: PrincipalAttribute.DISALLOW_FORWARDABLE })
    expect(refusal(await askProxy(shown))).toMatchObject({ errorCode: 13, eText: 'EVIDENCE_TKT_NOT_FORWARDABLE' })
    await change('alice', { attributes: 0 })
    now = shown.part.endtime + 301
    const later = await login(FRONT, { options: KdcOptions.FORWARDABLE })
    expect(refusal(await askProxy(shown, {}, later))).toMatchObject({ errorCode: 32, eText: '2ND_TKT_EXPIRED' })
  })
})

async function handle(message: Bytes): Promise<Bytes> {
  return (await kdc.handle(message, PEER, 'tcp'))!
}

async function login(client: string, more: Partial<AskAs> = {}): Promise<Held> {
  return openAsRep(await handle(asReq(REALM, { client, ...more })), keys.get(client)!)
}

const NONCE = 7

interface SelfAsk {
  readonly server?: string
  readonly options?: number
  readonly padata: readonly PaData[]
}

function askSelf({ server = FRONT, options = 0, padata }: SelfAsk, tgt = front): Promise<Bytes> {
  const all = (options | KdcOptions.FORWARDABLE | KdcOptions.CANONICALIZE) >>> 0
  return handle(tgsReq(REALM, tgt, { server, options: all, padata, nonce: NONCE, now }))
}

async function selfTicket({ way = 'by user-id' }: { readonly way?: 'by name' | 'by user-id' } = {}): Promise<Held> {
  return openTgsRep(await askSelf({ padata: [way === 'by name' ? forUser({}) : x509({})] }), front)
}

interface Made {
  readonly user?: ReturnType<typeof parsePrincipal>
  readonly key?: Key
  readonly checksum?: { readonly cksumtype: number; readonly checksum: Bytes }
}

function x509({
  user = parsePrincipal(`alice@${REALM}`),
  key = front.key,
  checksum,
  nonce = NONCE,
  certificate,
}: Made & { readonly nonce?: number; readonly certificate?: Bytes }): PaData {
  const userId = preserve(S4uUserId, {
    nonce,
    ...(user.components.length > 0 && { cname: toPrincipalName(user) }),
    crealm: user.realm,
    ...(certificate !== undefined && { subjectCertificate: certificate }),
    options: 0x20000000,
  })
  const made = checksum ?? makeChecksum(prepareKey(key), KeyUsage.PA_S4U_X509_USER_REQUEST, userId.octets)
  return { padataType: PaType.S4U_X509_USER, padataValue: PaS4uX509User.encode({ userId, checksum: made }) }
}

function forUser({ user = parsePrincipal(`alice@${REALM}`), key = front.key, checksum }: Made): PaData {
  const named = { userName: toPrincipalName(user), userRealm: user.realm, authPackage: 'Kerberos' }
  const cksum = checksum ?? makeHmacMd5Checksum(key, KeyUsage.APP_DATA_CKSUM, forUserOctets(named))
  return { padataType: PaType.FOR_USER, padataValue: PaForUser.encode({ ...named, cksum }) }
}

/** alice's ticket for the front service. */
async function evidence(options: number = KdcOptions.FORWARDABLE): Promise<Held> {
  return openTgsRep(await handle(tgsReq(REALM, alice, { server: FRONT, options, now })), alice)
}

function askProxy(shown: Held | undefined, more: Partial<SelfAsk> = {}, tgt = front): Promise<Bytes> {
  const options = (more.options ?? KdcOptions.CNAME_IN_ADDL_TKT | KdcOptions.FORWARDABLE) >>> 0
  const additional = shown === undefined ? {} : { more: { additionalTickets: [shown.ticket] } }
  return handle(tgsReq(REALM, tgt, { server: more.server ?? BACK, options, padata: more.padata ?? [], now, ...additional }))
}

function opened({ ticket }: Held, server: string): EncTicketPart {
  return EncTicketPart.decode(openData(keys.get(server)!, KeyUsage.KDC_REP_TICKET, ticket.value.encPart))
}

/** The evidence as the front service, which knows its own key, can make it. */
function resealed(held: Held, edit: (part: EncTicketPart) => EncTicketPart): Held {
  const encPart = sealData(keys.get(FRONT)!, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(edit(opened(held, FRONT))), randomBytes, 1)
  return { ...held, ticket: preserve(Ticket, { ...held.ticket.value, encPart }) }
}

function ownPac(): Bytes {
  const key = prepareKey(keys.get(FRONT)!)
  return signPac([{ type: PacBufferType.CLIENT_INFO, data: new Uint8Array(10) }], { server: key, kdc: key }, undefined)
}

async function change(name: string, fields: Partial<PrincipalEntry>): Promise<void> {
  const entry = (await realm.store.principal(parsePrincipal(name, { defaultRealm: REALM })))!
  await realm.store.write(tx => tx.putPrincipal({ ...entry, ...fields }))
}

async function strings(name: string, values: Readonly<Record<string, string>>): Promise<void> {
  const contents = stringsContents(new Map(Object.entries(values)))!
  await change(name, { tlData: [{ type: TlType.STRING_ATTRS, contents }] })
}
