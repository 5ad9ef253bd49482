import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { AdIfRelevant, AuthorizationData } from '../../../src/core/asn1/messages/authorization-data.ts'
import { PaPacRequest } from '../../../src/core/asn1/messages/pa-data.ts'
import { EncTicketPart, Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { openData, prepareKey, sealData } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { clientInfoOf, encodeClientInfo } from '../../../src/core/pac/client-info.ts'
import { buildPac, type Pac, parsePac, requirePacBuffer } from '../../../src/core/pac/container.ts'
import { signPac } from '../../../src/core/pac/sign.ts'
import { pacElement, pacOf, type TicketPac } from '../../../src/core/pac/ticket-pac.ts'
import { verifyFullSignature, verifyKdcSignature, verifyServerSignature, verifyTicketSignature } from '../../../src/core/pac/verify.ts'
import { AdType } from '../../../src/core/registry/ad-type.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import { PacBufferType } from '../../../src/core/registry/pac-buffer.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import { type AskAs, asReq, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

/** PACs in tickets as MIT's KDC issues, signs and checks them (MS-PAC §2.8), with the full signature of its later releases. */
const START = 1_900_000_000
const PEER = peerAddress('192.0.2.7')
const SERVICE = 'host/web'
const FOREIGN = 'OTHER.TEST'

let realm: MemoryRealm
let kdc: Kdc
let alice: Key
let tgs: Key
let web: Key
let foreignTgs: Key

beforeEach(async () => newRealm(new MemoryRealm()))

describe('the PAC of a TGT', () => {
  it('names the client and the time of the log-in, signed by the TGS twice', async () => {
    const { pac } = pacIn(await login(), tgs)!
    expect(clientInfoOf(pac)).toEqual({ name: 'alice', authtime: START })
    verifyServerSignature(pac, prepareKey(tgs))
    verifyKdcSignature(pac, prepareKey(tgs))
    expect(pac.buffers.map(({ type }) => type).sort((a, b) => a - b)).toEqual([6, 7, 10])
  })

  it('is left out when the client asks for none, but not when it asks in riddles', async () => {
    const asking = (padataValue: Bytes) => ({ padata: [{ padataType: PaType.PAC_REQUEST, padataValue }] })
    expect(pacIn(await login(asking(PaPacRequest.encode({ includePac: false }))), tgs)).toBeUndefined()
    expect(pacIn(await login(asking(PaPacRequest.encode({ includePac: true }))), tgs)).toBeDefined()
    expect(pacIn(await login(asking(Uint8Array.of(1, 2, 3))), tgs)).toBeDefined()
  })

  it('is left out where disable_pac says so, and such a TGT gets tickets without PAC', async () => {
    await newRealm(new MemoryRealm({ disablePac: true }))
    const tgt = await login()
    expect(pacIn(tgt, tgs)).toBeUndefined()
    expect(pacIn(await service(tgt), web)).toBeUndefined()
  })
})

describe('the PAC of a service ticket', () => {
  it('is the TGT’s client info, signed by the service and thrice by the TGS, over the ticket too', async () => {
    const { pac, blankedTicket } = pacIn(await service(await login()), web)!
    expect(clientInfoOf(pac)).toEqual({ name: 'alice', authtime: START })
    verifyServerSignature(pac, prepareKey(web))
    verifyKdcSignature(pac, prepareKey(tgs))
    verifyTicketSignature(pac, prepareKey(tgs), blankedTicket())
    verifyFullSignature(pac, prepareKey(tgs))
  })

  it('is not in tickets for servers with no_auth_data_required, nor where the TGT has none', async () => {
    const [plain] = await realm.add('plain', { attributes: PrincipalAttribute.NO_AUTH_DATA_REQUIRED })
    const tgt = await login()
    expect(pacIn(openTgsRep(await ask({ server: 'plain' }, tgt), tgt), plain!)).toBeUndefined()
    const without = await login({ padata: [{ padataType: PaType.PAC_REQUEST, padataValue: PaPacRequest.encode({ includePac: false }) }] })
    expect(pacIn(await service(without), web)).toBeUndefined()
  })

  it('from an AS request is signed over the ticket as well', async () => {
    const held = openAsRep((await handle(asReq(REALM, { client: 'alice', server: SERVICE })))!, alice)
    const { pac, blankedTicket } = pacIn(held, web)!
    verifyTicketSignature(pac, prepareKey(tgs), blankedTicket())
  })

  it('of a password-changing service has no signature over the ticket', async () => {
    const [changepw] = await realm.add('kadmin/changepw')
    const { pac } = pacIn(openAsRep((await handle(asReq(REALM, { client: 'alice', server: 'kadmin/changepw' })))!, alice), changepw!)!
    expect(() => requirePacBuffer(pac, PacBufferType.TICKET_CHECKSUM)).toThrow()
  })
})

describe('forged PACs are refused', () => {
  it('a TGT whose PAC was changed, cut, unsigned or signed without a key', async () => {
    const tgt = await login()
    const { pac } = pacIn(tgt, tgs)!
    const changed = pac.octets.slice()
    changed[pac.buffers.find(({ type }) => type === PacBufferType.CLIENT_INFO)!.offset + 10]! ^= 1
    const md5 = new Uint8Array(20)
    md5[0] = 7
    const unkeyed = buildPac([
      requirePacBuffer(pac, PacBufferType.CLIENT_INFO),
      { type: PacBufferType.SERVER_CHECKSUM, data: md5 },
      { type: PacBufferType.KDC_CHECKSUM, data: md5 },
    ])
    const unsigned = buildPac([requirePacBuffer(pac, PacBufferType.CLIENT_INFO)])
    const cases: readonly (readonly [Bytes, number])[] = [
      [changed, 41],
      [pac.octets.subarray(0, pac.octets.length - 8), 60],
      [pac.octets.subarray(0, 20), 60],
      [unkeyed.octets, 60],
      [unsigned.octets, 60],
    ]
    for (const [octets, errorCode] of cases) {
      const forged = resealed(tgt, tgs, part => ({ ...part, authorizationData: [pacElement(octets)] }))
      expect(refusal(await ask({ server: SERVICE }, forged))).toMatchObject({ errorCode, eText: 'HEADER_PAC' })
    }
  })

  it('a TGT whose PAC is of somebody else, or of another log-in', async () => {
    const tgt = await login()
    for (const info of [
      { name: 'bob', authtime: START },
      { name: 'alice', authtime: START - 1 },
    ]) {
      const forged = resealed(tgt, tgs, part => ({ ...part, authorizationData: signed(info, tgs, tgs) }))
      expect(refusal(await ask({ server: SERVICE }, forged))).toMatchObject({ errorCode: 13, eText: 'HEADER_PAC' })
    }
  })

  it('a TGT of another realm whose PAC is of somebody else; the right one goes on, signed anew', async () => {
    const forged = foreignTgt({ name: 'mallory', authtime: START })
    expect(refusal(await ask({ server: SERVICE }, forged))).toMatchObject({ errorCode: 13, eText: 'HEADER_PAC' })
    const { pac, blankedTicket } = pacIn(
      openTgsRep(await ask({ server: SERVICE }, foreignTgt({ name: 'carol', authtime: START })), forged),
      web,
    )!
    expect(clientInfoOf(pac).name).toBe('carol')
    verifyTicketSignature(pac, prepareKey(tgs), blankedTicket())
  })

  it('a service ticket that its service changed: flags outside the PAC, the PAC itself, its signature taken away', async () => {
    const ticket = await service(await login({ options: KdcOptions.RENEWABLE, rtime: START + 90_000 }), KdcOptions.RENEWABLE)
    const renew = (held: Held) => ask({ server: SERVICE, options: KdcOptions.RENEW }, held)
    openTgsRep(await renew(ticket), ticket)
    const { pac } = pacIn(ticket, web)!
    const bronze = resealed(ticket, web, part => ({
      ...part,
      flags: (part.flags | TicketFlags.FORWARDABLE | TicketFlags.HW_AUTHENT) >>> 0,
    }))
    const kdcBuffers = pac.buffers.filter(({ type }) => type !== PacBufferType.FULL_CHECKSUM)
    const stripped = resealed(ticket, web, part => ({ ...part, authorizationData: [pacElement(reSigned(kdcBuffers, web))] }))
    const own = resealed(ticket, web, part => ({ ...part, authorizationData: signed({ name: 'root', authtime: START }, web, web) }))
    expect(refusal(await renew(bronze))).toMatchObject({ errorCode: 41, eText: 'HEADER_PAC' })
    expect(refusal(await renew(stripped))).toMatchObject({ errorCode: 60, eText: 'HEADER_PAC' })
    expect(refusal(await renew(own))).toMatchObject({ eText: 'HEADER_PAC' })
  })

  it('is the KDC’s alone: what a client adds of the kind goes no further, however deep it lies', async () => {
    const tgt = await login()
    const pac = pacElement(signPac([], { server: prepareKey(alice), kdc: prepareKey(alice) }, undefined))
    const inside = (element: AuthorizationData[number]) => ({ adType: AdType.IF_RELEVANT, adData: AdIfRelevant.encode([element]) })
    const harmless = inside(inside({ adType: AdType.ETYPE_NEGOTIATION, adData: Uint8Array.of(0x30, 0) }))
    let deep = inside(pac)
    for (let i = 0; i < 20; i++) deep = inside(deep)
    const added = AuthorizationData.encode([pac, inside(pac), deep, harmless])
    const encAuthorizationData = sealData(tgt.key, KeyUsage.TGS_REQ_AD_SESSKEY, added, randomBytes)
    const reply = await handle(tgsReq(REALM, tgt, { server: SERVICE, now: START, more: { encAuthorizationData } }))
    const held = openTgsRep(reply, tgt)
    const part = EncTicketPart.decode(openData(web, KeyUsage.KDC_REP_TICKET, held.ticket.value.encPart))
    expect(part.authorizationData).toHaveLength(2)
    expect(clientInfoOf(pacOf(part)!.pac).name).toBe('alice')
    expect(part.authorizationData![1]).toEqual(harmless)
  })

  it('old keys of the TGS still vouch for service tickets', async () => {
    const ticket = await service(await login({ options: KdcOptions.RENEWABLE, rtime: START + 90_000 }), KdcOptions.RENEWABLE)
    const entry = (await realm.store.principal({ type: 2, realm: REALM, components: ['krbtgt', REALM] }))!
    await realm.addTgs()
    const fresh = (await realm.store.principal(entry.principal))!
    const both = [...fresh.keyData.map(data => ({ ...data, kvno: 2 })), ...entry.keyData]
    await realm.store.write(tx => tx.putPrincipal({ ...fresh, keyData: both }))
    openTgsRep(await ask({ server: SERVICE, options: KdcOptions.RENEW }, ticket), ticket)
    await realm.store.write(tx => tx.putPrincipal({ ...fresh, keyData: both.filter(({ kvno }) => kvno === 2) }))
    expect(refusal(await ask({ server: SERVICE, options: KdcOptions.RENEW }, ticket))).toMatchObject({ errorCode: 41, eText: 'HEADER_PAC' })
  })
})

async function newRealm(fresh: MemoryRealm): Promise<void> {
  realm = fresh
  const env = { clock: { now: () => ({ seconds: START, micros: 0 }) }, random: (length: number) => new Uint8Array(randomBytes(length)) }
  kdc = createKdc({ realms: [realm], env, log: () => undefined, maxDatagram: 65_535 })
  ;[tgs] = (await realm.addTgs()) as [Key]
  ;[alice] = (await realm.add('alice', { password: 'alicepw' })) as [Key]
  ;[web] = (await realm.add(SERVICE)) as [Key]
  ;[foreignTgs] = (await realm.add(`krbtgt/${REALM}@${FOREIGN}`)) as [Key]
}

async function handle(message: Bytes): Promise<Bytes> {
  return (await kdc.handle(message, PEER, 'tcp'))!
}

async function login(more: Partial<AskAs> = {}): Promise<Held> {
  return openAsRep(await handle(asReq(REALM, { client: 'alice', ...more })), alice)
}

function ask(what: { readonly server: string; readonly options?: number }, held: Held): Promise<Bytes> {
  return handle(tgsReq(REALM, held, { ...what, rtime: START + 90_000, now: START }))
}

async function service(tgt: Held, options = 0): Promise<Held> {
  return openTgsRep(await ask({ server: SERVICE, options }, tgt), tgt)
}

function pacIn({ ticket }: Held, key: Key): TicketPac | undefined {
  return pacOf(EncTicketPart.decode(openData(key, KeyUsage.KDC_REP_TICKET, ticket.value.encPart)))
}

/** The ticket as somebody who knows its key can make it. */
function resealed(held: Held, key: Key, change: (part: EncTicketPart) => EncTicketPart): Held {
  const { value } = held.ticket
  const part = change(EncTicketPart.decode(openData(key, KeyUsage.KDC_REP_TICKET, value.encPart)))
  const encPart = sealData(key, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(part), randomBytes, value.encPart.kvno)
  return { ...held, ticket: preserve(Ticket, { ...value, encPart }) }
}

function signed(info: { readonly name: string; readonly authtime: number }, server: Key, kdcKey: Key): AuthorizationData {
  const contents = [{ type: PacBufferType.CLIENT_INFO, data: encodeClientInfo(info) }]
  return [pacElement(signPac(contents, { server: prepareKey(server), kdc: prepareKey(kdcKey) }, undefined))]
}

/** The server's signature made anew over buffers of the server's choice; all others as they were. */
function reSigned(buffers: Pac['buffers'], server: Key): Bytes {
  const { octets } = buildPac(buffers.map(({ type, data }) => ({ type, data })))
  const copy = parsePac(octets)
  const blank = octets.slice()
  for (const { type, offset, data } of copy.buffers)
    if (type === PacBufferType.SERVER_CHECKSUM || type === PacBufferType.KDC_CHECKSUM) blank.fill(0, offset + 4, offset + data.length)
  const prepared = prepareKey(server)
  octets.set(
    prepared.etype.checksum(prepared, KeyUsage.APP_DATA_CKSUM, blank),
    requirePacBuffer(copy, PacBufferType.SERVER_CHECKSUM).offset + 4,
  )
  return octets
}

function foreignTgt(info: { readonly name: string; readonly authtime: number }): Held {
  const key = { etype: 18, value: alice.value }
  const part: EncTicketPart = {
    flags: 0,
    key: { keytype: key.etype, keyvalue: key.value },
    crealm: FOREIGN,
    cname: { nameType: 1, nameString: ['carol'] },
    transited: { trType: 1, contents: new Uint8Array(0) },
    authtime: START,
    endtime: START + 3600,
    authorizationData: signed(info, foreignTgs, foreignTgs),
  }
  const ticket = preserve(Ticket, {
    realm: FOREIGN,
    sname: { nameType: 2, nameString: ['krbtgt', REALM] },
    encPart: sealData(foreignTgs, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(part), randomBytes, 1),
  })
  return { client: { type: 1, realm: FOREIGN, components: ['carol'] }, key, ticket, part: undefined as never, padata: [] }
}
