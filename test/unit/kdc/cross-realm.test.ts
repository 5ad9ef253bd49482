import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { EncTicketPart } from '../../../src/core/asn1/messages/ticket.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { openData, randomKey } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { createKdc, type Kdc } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import type { RealmPolicy } from '../../../src/kdc/realm-settings.ts'
import { type Forgery, forgedTicket } from '../../helpers/forged-ticket.ts'
import { type AskTgs, asReq, openAsRep, openTgsRep, refusal, tgsReq } from '../../helpers/kdc-talk.ts'
import { MemoryRealm } from '../../helpers/memory-realm.ts'

/** TGTs of other realms, and for them (RFC 4120 §1.2, §2.7, §3.3.3.2). MIT's answers to the same: interop/cross-realm-rules. */
const NOW = 1_900_000_000
const PEER = peerAddress('192.0.2.7')
const OURS = 'OURS.EAST'
const { TRANSITED_POLICY_CHECKED, OK_AS_DELEGATE, PRE_AUTHENT, INITIAL, FORWARDABLE } = TicketFlags

let realm: MemoryRealm
let kdc: Kdc
let lines: string[]
let midKey: Key
let hostKey: Key
let localKey: Key

beforeEach(() => newRealm())

describe('a TGT of another realm', () => {
  it('opens services to its client, who keeps name and realm, with what it was vouched for', async () => {
    const got = await service({ flags: FORWARDABLE | PRE_AUTHENT | INITIAL }, { options: KdcOptions.FORWARDABLE })
    expect(got).toMatchObject({ crealm: 'MID', cname: { nameString: ['u'] }, transited: { contents: new Uint8Array() } })
    expect(got.flags & (FORWARDABLE | PRE_AUTHENT | INITIAL | TRANSITED_POLICY_CHECKED)).toBe(
      FORWARDABLE | PRE_AUTHENT | TRANSITED_POLICY_CHECKED,
    )
  })

  it('opens our ticket-granting service too, and stays a stranger there', async () => {
    const tgt = forged()
    const local = openTgsRep(await ask(tgt, { server: `krbtgt/${OURS}` }), tgt)
    const got = openTgsRep(await ask(local, { server: 'host/web' }), local)
    expect(sealed(got.ticket.value.encPart, hostKey)).toMatchObject({ crealm: 'MID' })
  })

  it.each([
    ['of nobody we share a key with', { server: `krbtgt/${OURS}@UNHEARD` }, { errorCode: 7, eText: 'PROCESS_TGS' }],
    ['for another realm', { server: 'krbtgt/MID@MID' }, { errorCode: 7, eText: 'PROCESS_TGS' }],
    ['of a version that is not there', { kvno: 9 }, { errorCode: 60, eText: 'PROCESS_TGS' }],
    ['under another key', { key: randomKey(18, randomBytes) }, { errorCode: 31, eText: 'PROCESS_TGS' }],
    ['for one of ours', { client: `alice@${OURS}` }, { errorCode: 12, eText: 'INVALID LINEAGE' }],
  ])('%s is refused', async (_, more: Partial<Forgery>, expected) => {
    const tgt = forged(more)
    expect(refusal(await ask(tgt, { server: 'host/web' }))).toMatchObject(expected)
  })

  it('cannot be changed here: it is its own realm that gives such tickets', async () => {
    const tgt = forged({ flags: TicketFlags.RENEWABLE | FORWARDABLE })
    for (const options of [KdcOptions.RENEW, KdcOptions.FORWARDED])
      expect(refusal(await ask(tgt, { server: `krbtgt/${OURS}@MID`, options }))).toMatchObject({ errorCode: 60, eText: 'GET_LOCAL_TGT' })
  })

  it('without a version (Active Directory): the newest three that have its enctype are tried', async () => {
    const versions: Key[] = []
    for (const kvno of [1, 2, 3, 4]) versions.push((await addVersion(`krbtgt/${OURS}@AD`, kvno))!)
    for (const kvno of [undefined, 0])
      for (const [i, key] of versions.entries()) {
        const tgt = forged({ server: `krbtgt/${OURS}@AD`, client: 'u@AD', kvno, key })
        const reply = await ask(tgt, { server: 'host/web' })
        if (i === 0) expect(refusal(reply).errorCode).toBe(31)
        else expect(openTgsRep(reply, tgt).client.realm).toBe('AD')
      }
  })

  it('of somebody with an entry of his own is held to it', async () => {
    await realm.add('u@MID', { attributes: PrincipalAttribute.DISALLOW_FORWARDABLE, maxLife: 600 })
    const got = await service({ flags: FORWARDABLE }, { options: KdcOptions.FORWARDABLE })
    expect(got.flags & FORWARDABLE).toBe(0)
    expect(got.endtime).toBe(NOW + 600)
  })
})

describe('the realms that were passed', () => {
  it('the issuer is added, and the path checked', async () => {
    await newRealm({ realmPath: (from, to) => [from, 'MID', to] })
    const got = await service({ client: 'u@FAR' })
    expect(Buffer.from(got.transited.contents).toString()).toBe('MID')
    expect(got.flags & TRANSITED_POLICY_CHECKED).not.toBe(0)
  })

  it('a path beside the way: refused, or not vouched for, and said in the log', async () => {
    expect(refusal(await ask(forged({ client: 'u@FAR' }), { server: 'host/web' }))).toMatchObject({ errorCode: 12, eText: 'BAD_TRANSIT' })
    const said = `info bad realm transit path from 'u@FAR' to 'host/web@${OURS}' via 'MID'`
    expect(lines.at(-2)).toBe(said)
    await newRealm({ rejectBadTransit: false })
    const got = await service({ client: 'u@FAR' })
    expect(got.flags & TRANSITED_POLICY_CHECKED).toBe(0)
    expect(lines).toContain(said)
  })

  it('an issuer that vouches for its path is believed about the path, not about the last step', async () => {
    await newRealm({ realmPath: (from, to) => (to === OURS ? [from, 'LOST', 'MID', to] : [from, to]) })
    const transited = { trType: 1, contents: Buffer.from('LOST') }
    expect(refusal(await ask(forged({ client: 'u@FAR', transited }), { server: 'host/web' }))).toMatchObject({
      errorCode: 43,
      eText: 'PROCESS_TGS',
    })
    const got = await service({ client: 'u@FAR', transited, flags: TRANSITED_POLICY_CHECKED })
    expect(got.flags & TRANSITED_POLICY_CHECKED).not.toBe(0)
    const stranger = { trType: 1, contents: Buffer.from('STRANGER') }
    const vouched = forged({ client: 'u@FAR', transited: stranger, flags: TRANSITED_POLICY_CHECKED })
    expect(refusal(await ask(vouched, { server: 'host/web' }))).toMatchObject({ errorCode: 12, eText: 'BAD_TRANSIT' })
  })

  it('a check that was not wanted vouches for nothing, also not again', async () => {
    await newRealm({ rejectBadTransit: false })
    const unchecked = KdcOptions.DISABLE_TRANSITED_CHECK
    const got = await service({ flags: TRANSITED_POLICY_CHECKED }, { options: unchecked })
    expect(got.flags & TRANSITED_POLICY_CHECKED).toBe(0)
    expect(lines).toContain('info not checking transit path')
    const renewable = TRANSITED_POLICY_CHECKED | TicketFlags.RENEWABLE
    const tgt = forged({ server: `krbtgt/${OURS}@${OURS}`, key: localKey, flags: renewable })
    const renewed = openTgsRep(await ask(tgt, { server: `krbtgt/${OURS}`, options: KdcOptions.RENEW | unchecked }), tgt)
    expect(renewed.part.flags & TRANSITED_POLICY_CHECKED).toBe(0)
  })

  it('a list of a kind that nobody knows: refused where it would have to be added to', async () => {
    const transited = { trType: 7, contents: Buffer.from('MID') }
    expect(
      refusal(await ask(forged({ client: 'u@FAR', transited, flags: TRANSITED_POLICY_CHECKED }), { server: 'host/web' })),
    ).toMatchObject({ errorCode: 17, eText: 'VALIDATE_TRANSIT_TYPE' })
    expect(refusal(await ask(forged({ transited, flags: TRANSITED_POLICY_CHECKED }), { server: 'host/web' }))).toMatchObject({
      errorCode: 12,
      eText: 'BAD_TRANSIT',
    })
  })

  it('a long list is cut in the log', async () => {
    const transited = { trType: 1, contents: Buffer.from('A'.repeat(200)) }
    await ask(forged({ transited, flags: TRANSITED_POLICY_CHECKED }), { server: 'host/web' })
    expect(lines.at(-2)).toBe(`info bad realm transit path from 'u@MID' to 'host/web@${OURS}' via '${'A'.repeat(125)}...'`)
  })
})

describe('a TGT for another realm', () => {
  it('is for the farthest realm on the way that we share a key with, asked for by name or for a host', async () => {
    await newRealm({
      realmPath: (from, to) => [from, 'NEAR', 'MID', 'LOST', to],
      realmOfHost: host => (host.endsWith('.far.test') ? 'FAR' : undefined),
      hostBasedServices: ['*'],
    })
    await realm.add('krbtgt/NEAR')
    await realm.add('krbtgt/MID', { attributes: PrincipalAttribute.OK_AS_DELEGATE })
    const tgt = forged({ server: `krbtgt/${OURS}@${OURS}`, key: localKey, client: `alice@${OURS}` })
    for (const wanted of [{ server: 'krbtgt/FAR' }, { server: 'host/x.far.test', options: KdcOptions.CANONICALIZE }]) {
      const { part, ticket } = openTgsRep(await ask(tgt, { ...wanted, ...asHost(wanted.server) }), tgt)
      expect([ticket.value.realm, ...ticket.value.sname.nameString]).toEqual([OURS, 'krbtgt', 'MID'])
      expect(part.sname).toEqual(ticket.value.sname)
      expect(part.flags & (OK_AS_DELEGATE | TRANSITED_POLICY_CHECKED)).toBe(OK_AS_DELEGATE | TRANSITED_POLICY_CHECKED)
      expect(lines.filter(line => line.includes('issuing'))).toEqual([`info TGS_REQ: issuing TGT krbtgt/MID@${OURS}`])
      lines.length = 0
    }
    // What changes a ticket is about that ticket's server.
    const forwardable = forged({ server: `krbtgt/${OURS}@${OURS}`, key: localKey, client: `alice@${OURS}`, flags: FORWARDABLE })
    expect(refusal(await ask(forwardable, { server: 'krbtgt/FAR', options: KdcOptions.FORWARDED }))).toMatchObject({
      errorCode: 7,
      eText: 'LOOKING_UP_SERVER',
    })
  })

  it('nobody on the way: unknown', async () => {
    const tgt = forged({ server: `krbtgt/${OURS}@${OURS}`, key: localKey, client: `alice@${OURS}` })
    expect(refusal(await ask(tgt, { server: 'krbtgt/A.B.C.D' }))).toMatchObject({ errorCode: 7, eText: 'UNKNOWN_SERVER' })
    expect(refusal(await ask(tgt, { server: `krbtgt/${'X.'.repeat(200)}Y` }))).toMatchObject({ errorCode: 7, eText: 'UNKNOWN_SERVER' })
  })

  it('two realms in one process: from log-in to service', async () => {
    const other = new MemoryRealm({ realm: 'OTHER.WEST' })
    await other.addTgs()
    const [user] = await other.add('bob', { password: 'pw' })
    await other.add(`krbtgt/${OURS}@OTHER.WEST`, { password: 'shared' })
    await realm.add(`krbtgt/${OURS}@OTHER.WEST`, { password: 'shared' })
    kdc = createKdc({ realms: [realm, other], env: ENV, log: () => {}, maxDatagram: 65_535 })
    const say = async (request: Bytes) => (await kdc.handle(request, PEER, 'udp'))!
    const tgt = openAsRep(await say(asReq('OTHER.WEST', { client: 'bob' })), user!)
    const cross = openTgsRep(await say(tgsReq('OTHER.WEST', tgt, { server: `krbtgt/${OURS}`, now: NOW })), tgt)
    const got = openTgsRep(await say(tgsReq(OURS, cross, { server: 'host/web', now: NOW })), cross)
    expect(sealed(got.ticket.value.encPart, hostKey)).toMatchObject({ crealm: 'OTHER.WEST', cname: { nameString: ['bob'] } })
    // The other way there is no key.
    const [alice] = await realm.add('alice', { password: 'pw' })
    const home = openAsRep(await say(asReq(OURS, { client: 'alice' })), alice!)
    expect(refusal(await say(tgsReq(OURS, home, { server: 'krbtgt/OTHER.WEST', now: NOW })))).toMatchObject({
      errorCode: 7,
      eText: 'UNKNOWN_SERVER',
    })
  })
})

const ENV = { clock: { now: () => ({ seconds: NOW, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }

async function newRealm(policy: Partial<RealmPolicy> = {}): Promise<void> {
  realm = new MemoryRealm({ realm: OURS, ...policy })
  localKey = (await realm.addTgs())[0]!
  midKey = (await realm.add(`krbtgt/${OURS}@MID`))[0]!
  hostKey = (await realm.add('host/web'))[0]!
  lines = []
  kdc = createKdc({ realms: [realm], env: ENV, log: (level, text) => lines.push(`${level} ${text}`), maxDatagram: 65_535 })
}

/** As another version of an entry's keys, beside those that are there. */
async function addVersion(name: string, kvno: number): Promise<Key | undefined> {
  const before = (await realm.store.principal({ type: 2, realm: 'AD', components: ['krbtgt', OURS] }))?.keyData ?? []
  const [key] = await realm.add(name)
  const made = (await realm.store.principal({ type: 2, realm: 'AD', components: ['krbtgt', OURS] }))!
  const keyData = [...made.keyData.map(data => ({ ...data, kvno })), ...before]
  await realm.store.write(tx => tx.putPrincipal({ ...made, keyData }))
  return key
}

function forged(more: Partial<Forgery> = {}) {
  const server = `krbtgt/${OURS}@MID`
  return forgedTicket({
    key: midKey,
    kvno: 1,
    server,
    client: 'u@MID',
    flags: 0,
    authtime: NOW - 100,
    endtime: NOW + 9000,
    renewTill: NOW + 9000,
    ...more,
  })
}

async function service(more: Partial<Forgery>, wanted: Partial<AskTgs> = {}): Promise<EncTicketPart> {
  const tgt = forged(more)
  return sealed(openTgsRep(await ask(tgt, { server: 'host/web', ...wanted }), tgt).ticket.value.encPart, hostKey)
}

function sealed(encPart: Parameters<typeof openData>[2], key: Key): EncTicketPart {
  return EncTicketPart.decode(openData(key, KeyUsage.KDC_REP_TICKET, encPart))
}

function asHost(server: string): Partial<AskTgs> {
  return server.startsWith('host/') ? { more: { sname: { nameType: 3, nameString: server.split('/') } } } : {}
}

async function ask(tgt: ReturnType<typeof forged>, wanted: Omit<AskTgs, 'now'>): Promise<Bytes> {
  return (await kdc.handle(tgsReq(OURS, tgt, { now: NOW, ...wanted }), PEER, 'udp'))!
}
