import { createHash, randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { Checksum } from '../../../src/core/asn1/messages/encrypted-data.ts'
import { AsRep } from '../../../src/core/asn1/messages/kdc-rep.ts'
import { TgsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import { EtypeInfo2, MethodData } from '../../../src/core/asn1/messages/pa-data.ts'
import { EncTicketPart } from '../../../src/core/asn1/messages/ticket.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import { verifyChecksum } from '../../../src/core/crypto/checksum.ts'
import { openData, randomKey } from '../../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../../src/core/flags/principal-attributes.ts'
import { TicketFlags, ticketFlagLetters } from '../../../src/core/flags/ticket-flags.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import { createKdc, type Kdc, type Transport } from '../../../src/kdc/handler.ts'
import { peerAddress } from '../../../src/kdc/peer-address.ts'
import type { RealmPolicy } from '../../../src/kdc/realm-settings.ts'
import { kadmDataContents, NO_KADM_DATA } from '../../../src/kdc/store/kadm-data.ts'
import { stringsContents, TlType, timeContents } from '../../../src/kdc/store/tl-data.ts'
import {
  type AskAs,
  type AskTgs,
  asReq,
  encryptedTimestamp,
  type Held,
  openAsRep,
  openTgsRep,
  refusal,
  tgsReq,
} from '../../helpers/kdc-talk.ts'
import { MemoryRealm, REALM } from '../../helpers/memory-realm.ts'

const START = 1_900_000_000
const PEER = peerAddress('192.0.2.7')

let now = START
let realm: MemoryRealm
let kdc: Kdc
let lines: string[]
let tgsKeys: Key[]

beforeEach(() => newRealm())

describe('AS', () => {
  it('gives a ticket without pre-authentication where none is required', async () => {
    const [key] = await realm.add('alice', { password: 'pw' })
    const got = openAsRep((await say(asReq(REALM, { client: 'alice', till: now + 3600 })))!, key!)
    expect(got.part).toMatchObject({ authtime: now, endtime: now + 3600, srealm: REALM })
    expect(got.part.starttime).toBeUndefined()
    expect(ticketFlagLetters(got.part.flags)).toBe('I')
    expect(EtypeInfo2.decode(got.padata[0]!.padataValue)).toEqual([{ etype: 18, salt: Uint8Array.from(Buffer.from(`${REALM}alice`)) }])
    expect(lines).toEqual([
      `info AS_REQ (2 etypes {aes256-cts-hmac-sha1-96(18), aes128-cts-hmac-sha1-96(17)}) 192.0.2.7: ISSUE: authtime ${now}, ` +
        'etypes {rep=aes256-cts-hmac-sha1-96(18), tkt=aes256-cts-hmac-sha1-96(18), ses=aes256-cts-hmac-sha1-96(18)}, ' +
        `alice@${REALM} for krbtgt/${REALM}@${REALM}`,
    ])
  })

  it('asks for pre-authentication, takes it, and refuses a wrong one with the same hints', async () => {
    const [key] = await realm.add('bob', { password: 'pw', attributes: PrincipalAttribute.REQUIRES_PRE_AUTH })
    const needed = refusal(await say(asReq(REALM, { client: 'bob' })))
    expect(needed).toMatchObject({ errorCode: 25, eText: 'NEEDED_PREAUTH', stime: now, crealm: REALM })
    expect(MethodData.decode(needed.eData!).map(({ padataType }) => padataType)).toEqual([PaType.ETYPE_INFO2, PaType.ENC_TIMESTAMP])
    const wrong = refusal(await say(asReq(REALM, { client: 'bob', padata: [encryptedTimestamp(randomKey(18, randomBytes), now)] })))
    expect(wrong).toMatchObject({ errorCode: 24, eText: 'PREAUTH_FAILED' })
    expect(wrong.eData).toEqual(needed.eData)
    const late = refusal(await say(asReq(REALM, { client: 'bob', padata: [encryptedTimestamp(key!, now - 301)] })))
    expect(late).toMatchObject({ errorCode: 37, eText: 'PREAUTH_FAILED' })
    expect(late.eData).toBeUndefined()
    const got = openAsRep((await say(asReq(REALM, { client: 'bob', padata: [encryptedTimestamp(key!, now - 300)] })))!, key!)
    expect(ticketFlagLetters(got.part.flags)).toBe('IA')
    expect(lines.map(line => line.replace(/AS_REQ \(.*?\}\) /, 'AS_REQ '))).toEqual([
      `info AS_REQ 192.0.2.7: NEEDED_PREAUTH: bob@${REALM} for krbtgt/${REALM}@${REALM}, Additional pre-authentication required`,
      'info preauth (encrypted_timestamp) verify failure: Preauthentication failed',
      `info AS_REQ 192.0.2.7: PREAUTH_FAILED: bob@${REALM} for krbtgt/${REALM}@${REALM}, Preauthentication failed`,
      'info preauth (encrypted_timestamp) verify failure: Clock skew too great',
      `info AS_REQ 192.0.2.7: PREAUTH_FAILED: bob@${REALM} for krbtgt/${REALM}@${REALM}, Clock skew too great`,
      expect.stringContaining(`info LIMITS: authtime ${now}, endtime ${now + 86_400} by realm, bob@`),
      expect.stringContaining('ISSUE: authtime'),
    ])
  })

  it.each([
    ['unknown client', {}, { client: 'nosuch' }, 6, 'CLIENT_NOT_FOUND'],
    ['unknown server', {}, { server: 'host/x' }, 7, 'SERVER_NOT_FOUND'],
    ['option of the TGS', {}, { options: KdcOptions.RENEW }, 13, 'INVALID AS OPTIONS'],
    ['expired client', { expiration: START - 1 }, {}, 1, 'CLIENT EXPIRED'],
    ['expired password', { pwExpiration: START - 1 }, {}, 23, 'CLIENT KEY EXPIRED'],
    ['needchange', { attributes: PrincipalAttribute.REQUIRES_PWCHANGE }, {}, 23, 'REQUIRED PWCHANGE'],
    [
      'no postdating',
      { attributes: PrincipalAttribute.DISALLOW_POSTDATED },
      { options: KdcOptions.POSTDATED, from: START + 60 },
      10,
      'POSTDATE NOT ALLOWED',
    ],
    ['-allow_tix', { attributes: PrincipalAttribute.DISALLOW_ALL_TIX }, {}, 18, 'CLIENT LOCKED OUT'],
    ['-allow_svr server', { attributes: PrincipalAttribute.DISALLOW_SVR }, { server: 'carol' }, 27, 'SERVICE NOT ALLOWED'],
    ['server without tickets', {}, { server: 'K/M' }, 7, 'SERVICE LOCKED OUT'],
    ['no common enctype', {}, { etypes: [23, 16] }, 14, 'BAD_ENCRYPTION_TYPE'],
    ['client without a key', { keyData: [] }, {}, 14, 'CANT_FIND_CLIENT_KEY'],
    ['end before the start', {}, { till: START - 1 }, 11, 'NEVER_VALID'],
    ['anonymous', {}, { options: KdcOptions.REQUEST_ANONYMOUS }, 13, 'VALIDATE_ANONYMOUS_PRINCIPAL'],
    ['service needs hardware', { attributes: PrincipalAttribute.REQUIRES_HW_AUTH }, {}, 25, 'NEEDED_HW_PREAUTH'],
  ] as const)('%s', async (_name, entry, ask, code, status) => {
    await realm.add('carol', { password: 'pw', ...entry })
    await realm.add('K/M', { attributes: PrincipalAttribute.DISALLOW_ALL_TIX })
    expect(refusal(await say(asReq(REALM, { client: 'carol', ...ask } as AskAs)))).toMatchObject({ errorCode: code, eText: status })
  })

  it('lets an expired password be changed', async () => {
    const [key] = await realm.add('dave', { password: 'pw', pwExpiration: START - 1, attributes: PrincipalAttribute.REQUIRES_PWCHANGE })
    await realm.add('kadmin/changepw', { attributes: PrincipalAttribute.PWCHANGE_SERVICE, maxLife: 300 })
    const got = openAsRep((await say(asReq(REALM, { client: 'dave', server: 'kadmin/changepw' })))!, key!)
    expect(got.part).toMatchObject({ endtime: now + 300, keyExpiration: START - 1 })
  })

  it('answers REQ-ENC-PA-REP with a checksum over the request', async () => {
    const [key] = await realm.add('alice', { password: 'pw' })
    const request = asReq(REALM, { client: 'alice', padata: [{ padataType: PaType.REQ_ENC_PA_REP, padataValue: new Uint8Array(0) }] })
    const got = openAsRep((await say(request))!, key!)
    const answer = got.part.encryptedPaData!.find(({ padataType }) => padataType === PaType.REQ_ENC_PA_REP)!
    expect(verifyChecksum(key!, KeyUsage.AS_REQ, request, Checksum.decode(answer.padataValue))).toBe(true)
    expect(got.part.flags & TicketFlags.ENC_PA_REP).toBeTruthy()
  })

  it('uses the client key that the request names first, whatever its place', async () => {
    const keys = await realm.add('alice', { password: 'pw', etypes: [17, 18, 19, 20] })
    for (const [at, etype] of [17, 18, 19, 20].entries()) {
      const got = openAsRep((await say(asReq(REALM, { client: 'alice', etypes: [23, etype, 18] })))!, keys[at]!)
      expect(EtypeInfo2.decode(got.padata[0]!.padataValue)[0]!.etype).toBe(etype)
    }
  })

  it('locks out after the failures that the policy allows, and counts anew after an unlock', async () => {
    const policyData = { type: TlType.KADM_DATA, contents: kadmDataContents({ ...NO_KADM_DATA, policy: 'strict' }) }
    const entry = { password: 'pw', attributes: PrincipalAttribute.REQUIRES_PRE_AUTH, tlData: [policyData] }
    const [key] = await realm.add('eve', entry)
    await realm.store.write(tx => tx.putPolicy({ ...POLICY, maxFailures: 3, lockoutDuration: 100 }))
    const wrong = () => say(asReq(REALM, { client: 'eve', padata: [encryptedTimestamp(randomKey(18, randomBytes), now)] }))
    const right = () => say(asReq(REALM, { client: 'eve', padata: [encryptedTimestamp(key!, now)] }))
    for (let i = 0; i < 3; i++) expect(refusal(await wrong()).errorCode).toBe(24)
    expect(refusal(await right())).toMatchObject({ errorCode: 18, eText: 'LOCKED_OUT' })
    now += 100
    openAsRep((await right())!, key!)
    expect(await realm.store.principal({ type: 1, realm: REALM, components: ['eve'] })).toMatchObject({
      failAuthCount: 0,
      lastSuccess: now,
    })
    for (let i = 0; i < 3; i++) await wrong()
    const locked = (await realm.store.principal({ type: 1, realm: REALM, components: ['eve'] }))!
    const unlock = { type: TlType.LAST_ADMIN_UNLOCK, contents: timeContents(now) }
    await realm.store.write(tx => tx.putPrincipal({ ...locked, tlData: [unlock, ...locked.tlData] }))
    openAsRep((await right())!, key!)
  })

  it('writes nothing where kdc.conf says so', async () => {
    await newRealm({ disableLastSuccess: true, disableLockout: true })
    const [key] = await realm.add('eve', { password: 'pw', attributes: PrincipalAttribute.REQUIRES_PRE_AUTH })
    await say(asReq(REALM, { client: 'eve', padata: [encryptedTimestamp(randomKey(18, randomBytes), now)] }))
    await say(asReq(REALM, { client: 'eve', padata: [encryptedTimestamp(key!, now)] }))
    expect(await realm.store.principal({ type: 1, realm: REALM, components: ['eve'] })).toMatchObject({
      failAuthCount: 0,
      lastSuccess: 0,
      lastFailed: 0,
    })
  })
})

describe('TGS', () => {
  let tgt: Held
  let serviceKeys: Key[]

  beforeEach(async () => {
    const [key] = await realm.add('alice', { password: 'pw', attributes: PrincipalAttribute.REQUIRES_PRE_AUTH })
    serviceKeys = await realm.add('host/web', { etypes: [20, 17], maxLife: 1800 })
    const options = KdcOptions.FORWARDABLE | KdcOptions.PROXIABLE | KdcOptions.RENEWABLE | KdcOptions.ALLOW_POSTDATE
    const request = asReq(REALM, { client: 'alice', options, rtime: now + 7200, till: now + 3600, padata: [encryptedTimestamp(key!, now)] })
    tgt = openAsRep((await say(request))!, key!)
    lines.length = 0
  })

  it('gives a service ticket under the first key of the service, flags inherited, T set', async () => {
    const options = KdcOptions.FORWARDABLE | KdcOptions.RENEWABLE | KdcOptions.CANONICALIZE
    const got = await get({ server: 'host/web', options })
    const ticket = EncTicketPart.decode(openData(serviceKeys[0]!, KeyUsage.KDC_REP_TICKET, got.ticket.value.encPart))
    expect(got.ticket.value.encPart).toMatchObject({ etype: 20, kvno: 1 })
    expect(ticketFlagLetters(ticket.flags)).toBe('FRAT')
    expect(ticket).toMatchObject({ endtime: now + 1800, renewTill: now + 7200, crealm: REALM, authtime: now })
    expect(got.part.key.keytype).toBe(18)
    expect(lines[0]).toBe(
      `info LIMITS: authtime ${now}, endtime ${now + 1800} by server, renew-till ${now + 7200} by ticket, alice@${REALM} for host/web@${REALM}`,
    )
    expect(lines[1]).toMatch(
      /^info TGS_REQ \(2 etypes .*\) 192\.0\.2\.7: ISSUE: authtime 1900000000, etypes \{rep=.*, tkt=aes256-cts-hmac-sha384-192\(20\), ses=.*\}, alice@KDC\.TEST for host\/web@KDC\.TEST$/,
    )
  })

  it('encrypts the reply in the subkey if there is one', async () => {
    const subkey = randomKey(17, randomBytes)
    const reply = await say(tgsReq(REALM, tgt, { server: 'host/web', now, subkey }))
    expect(openTgsRep(reply!, tgt, subkey).part.srealm).toBe(REALM)
  })

  it('takes the unkeyed MD5 of the body that Java sends, and no other unkeyed or missing checksum', async () => {
    const request = (checksum: AskTgs['checksum'], nonce: number) =>
      tgsReq(REALM, tgt, { server: 'host/web', now, nonce, ...(checksum && { checksum }) })
    const body = TgsReq.decode(request(undefined, 5)).reqBody.octets
    const md5 = { cksumtype: 7, checksum: createHash('md5').update(body).digest() }
    openTgsRep((await say(request(md5, 5)))!, tgt)
    expect(refusal(await say(request(md5, 6)))).toMatchObject({ errorCode: 31, eText: 'PROCESS_TGS' })
    expect(refusal(await say(request('none', 5)))).toMatchObject({ errorCode: 50, eText: 'PROCESS_TGS' })
    expect(refusal(await say(request({ cksumtype: 1, checksum: Buffer.alloc(4) }, 5)))).toMatchObject({ errorCode: 15 })
  })

  it.each([
    ['unknown service', { server: 'host/none' }, 7, 'LOOKING_UP_SERVER'],
    ['unknown realm', { server: `krbtgt/OTHER@${REALM}` }, 7, 'UNKNOWN_SERVER'],
    ['validate a valid ticket', { server: `krbtgt/${REALM}`, options: KdcOptions.VALIDATE }, 13, 'VALIDATE VALID TICKET'],
    [
      'renew together with postdated',
      { server: `krbtgt/${REALM}`, options: KdcOptions.RENEW | KdcOptions.POSTDATED },
      13,
      'INVALID TGS OPTIONS',
    ],
    [
      'forward by another name',
      { server: 'host/web', options: KdcOptions.FORWARDED },
      26,
      "SERVER DIDN'T MATCH TICKET FOR RENEW/FORWARD/ETC",
    ],
    ['proxy of a TGT', { server: `krbtgt/${REALM}`, options: KdcOptions.PROXY }, 13, "CAN'T PROXY TGT"],
    ['user-to-user', { server: 'host/web', options: KdcOptions.ENC_TKT_IN_SKEY }, 13, 'NO_2ND_TKT'],
    ['-allow_tgs_req', { server: 'kadmin/changepw' }, 12, 'TGT BASED NOT ALLOWED'],
    ['-allow_svr', { server: 'nosvr' }, 27, 'SERVER NOT ALLOWED'],
    ['K/M', { server: 'K/M' }, 7, 'SERVER LOCKED OUT'],
    ['no transited check', { server: 'host/web', options: KdcOptions.DISABLE_TRANSITED_CHECK }, 12, 'BAD_TRANSIT'],
    ['no keys', { server: 'keyless' }, 60, 'FINDING_SERVER_KEY'],
    ['enctypes', { server: 'host/web', etypes: [16] }, 14, 'BAD_ENCRYPTION_TYPE'],
    ['session_enctypes', { server: 'picky', etypes: [18, 20] }, 14, 'BAD_ENCRYPTION_TYPE'],
    ['skewed authenticator', { server: 'host/web', now: START - 301 }, 37, 'PROCESS_TGS'],
    ['S4U2Self', { server: 'host/web', padata: [{ padataType: PaType.FOR_USER, padataValue: Buffer.alloc(3) }] }, 60, 'DECODE_PA_FOR_USER'],
  ] as const)('%s', async (_name, ask, code, status) => {
    await realm.add('kadmin/changepw', { attributes: PrincipalAttribute.DISALLOW_TGT_BASED })
    await realm.add('nosvr', { attributes: PrincipalAttribute.DISALLOW_SVR })
    await realm.add('K/M', { attributes: PrincipalAttribute.DISALLOW_ALL_TIX })
    await realm.add('keyless', { keyData: [] })
    await realm.add('picky', {
      tlData: [{ type: TlType.STRING_ATTRS, contents: stringsContents(new Map([['session_enctypes', 'aes128-cts']]))! }],
    })
    expect(refusal(await say(tgsReq(REALM, tgt, { now, ...ask } as AskTgs)))).toMatchObject({
      errorCode: code,
      eText: status,
      crealm: REALM,
    })
  })

  it('renews a ticket a little after its end, not after renew-till, and forwards it', async () => {
    now += 3800
    const renewed = await get({ server: `krbtgt/${REALM}`, options: KdcOptions.RENEW | KdcOptions.RENEWABLE })
    expect(renewed.part).toMatchObject({ authtime: START, starttime: now, endtime: START + 7200, renewTill: START + 7200 })
    expect(ticketFlagLetters(renewed.part.flags)).toBe('FPDRIAT')
    now = START + 7200
    expect(refusal(await say(tgsReq(REALM, tgt, { server: `krbtgt/${REALM}`, now, options: KdcOptions.RENEW }))).errorCode).toBe(32)
    now = START + 10
    const addresses = [{ addrType: 2, address: Uint8Array.of(192, 0, 2, 9) }]
    const options = KdcOptions.FORWARDED | KdcOptions.FORWARDABLE
    const forwarded = await get({ server: `krbtgt/${REALM}`, options, more: { addresses } })
    expect(ticketFlagLetters(forwarded.part.flags)).toBe('FfAT')
    expect(forwarded.part.caddr).toEqual(addresses)
    const elsewhere = refusal(await say(tgsReq(REALM, forwarded, { server: 'host/web', now })))
    expect(elsewhere).toMatchObject({ errorCode: 38, eText: 'PROCESS_TGS', crealm: REALM })
  })

  it('validates a postdated ticket when its time has come', async () => {
    const postdated = await get({ server: 'host/web', options: KdcOptions.POSTDATED, from: now + 60, till: now + 600 })
    expect(ticketFlagLetters(postdated.part.flags)).toBe('diAT')
    const validate = () => say(tgsReq(REALM, postdated, { server: 'host/web', now, options: KdcOptions.VALIDATE }))
    expect(refusal(await validate())).toMatchObject({ errorCode: 33, eText: 'NOT_YET_VALID' })
    now += 60
    expect(ticketFlagLetters(openTgsRep((await validate())!, postdated).part.flags)).toBe('dAT')
  })

  it('shows the client in the log as soon as the ticket could be opened', async () => {
    await say(tgsReq(REALM, { ...tgt, key: randomKey(18, randomBytes) }, { server: 'host/web', now }))
    expect(lines[0]).toContain(
      `PROCESS_TGS: authtime 0, etypes {rep=UNSUPPORTED:(0)} alice@${REALM} for host/web@${REALM}, Decrypt integrity check failed`,
    )
  })

  async function get(ask: Omit<AskTgs, 'now'>): Promise<Held> {
    return openTgsRep((await say(tgsReq(REALM, tgt, { now, ...ask })))!, tgt)
  }
})

describe('the KDC', () => {
  it('is silent to everything that is no request', async () => {
    const [key] = await realm.add('alice', { password: 'pw' })
    const request = asReq(REALM, { client: 'alice' })
    const reply = await say(request)
    openAsRep(reply!, key!)
    const error = await say(asReq(REALM, { client: 'nosuch' }))
    for (const noise of [reply!, error!, Buffer.alloc(0), Buffer.from('hello'), request.subarray(0, -1), Buffer.alloc(2000, 0x6a)])
      expect(await say(noise)).toBeUndefined()
  })

  it('answers the same octets with the same octets', async () => {
    await realm.add('alice', { password: 'pw' })
    const request = asReq(REALM, { client: 'alice' })
    const first = await say(request)
    expect(await say(request)).toEqual(first)
    expect(lines.at(-1)).toBe('info DISPATCH: repeated (retransmitted?) request from 192.0.2.7, resending previous response')
    now += 121
    const [a, b] = [AsRep.decode(first!), AsRep.decode((await say(request))!)]
    expect(b.ticket.octets).not.toEqual(a.ticket.octets)
  })

  it('sends what is too big for a datagram by TCP only', async () => {
    await realm.add('alice', { password: 'pw' })
    const request = asReq(REALM, { client: 'alice' })
    const small = createKdc({ realms: [realm], env, log, maxDatagram: 500 })
    expect(refusal(await small.handle(request, PEER, 'udp'))).toMatchObject({ errorCode: 52, realm: REALM })
    expect(AsRep.decode((await small.handle(request, PEER, 'tcp'))!).crealm).toBe(REALM)
  })

  it('keeps control characters out of the log', async () => {
    await say(asReq(REALM, { client: 'a\rb\u001b[31mc\u202e' }))
    expect(lines[0]).not.toMatch(/[\r\n\u001b\u202e]/)
    expect(lines[0]).toContain('CLIENT_NOT_FOUND')
  })

  it('opens its tickets only with the first key of the version they name', async () => {
    const [key] = await realm.add('alice', { password: 'pw' })
    const got = openAsRep((await say(asReq(REALM, { client: 'alice' })))!, key!)
    expect(EncTicketPart.decode(openData(tgsKeys[0]!, KeyUsage.KDC_REP_TICKET, got.ticket.value.encPart)).cname.nameString).toEqual([
      'alice',
    ])
  })
})

const POLICY = {
  name: 'strict',
  minLife: 0,
  maxLife: 0,
  minLength: 1,
  minClasses: 1,
  history: 1,
  maxFailures: 0,
  failureInterval: 0,
  lockoutDuration: 0,
  attributes: 0,
  maxTicketLife: 0,
  maxRenewableLife: 0,
  allowedKeySalts: undefined,
  tlData: [],
}

const env = { clock: { now: () => ({ seconds: now, micros: 0 }) }, random: (length: number): Bytes => randomBytes(length) }

function log(level: string, line: string): void {
  lines.push(`${level} ${line}`)
}

async function newRealm(policy: Partial<RealmPolicy> = {}): Promise<void> {
  now = START
  lines = []
  realm = new MemoryRealm(policy)
  tgsKeys = await realm.addTgs()
  kdc = createKdc({ realms: [realm], env, log, maxDatagram: 4096 })
}

function say(message: Bytes, transport: Transport = 'udp'): Promise<Bytes | undefined> {
  return kdc.handle(message, PEER, transport)
}
