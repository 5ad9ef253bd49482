import { describe, expect, test } from 'vitest'
import { makeApRep, openApRep } from '../../../../src/core/ap/ap-rep.ts'
import { type ApReqTerms, makeApReq } from '../../../../src/core/ap/make-ap-req.ts'
import { checkTicketTimes, openApReq, type TicketKeys } from '../../../../src/core/ap/open-ap-req.ts'
import { ApReq, Authenticator } from '../../../../src/core/asn1/messages/ap.ts'
import { EncTicketPart, Ticket } from '../../../../src/core/asn1/messages/ticket.ts'
import { EMPTY } from '../../../../src/core/bytes/bytes.ts'
import { makeChecksum } from '../../../../src/core/crypto/checksum.ts'
import { prepareKey, randomKey, sealData } from '../../../../src/core/crypto/encrypted-data.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { ApOptions } from '../../../../src/core/flags/ap-options.ts'
import { parsePrincipal, toPrincipalName } from '../../../../src/core/principal/principal.ts'
import { ETYPE } from '../../../../src/core/registry/etype.ts'
import { KeyUsage } from '../../../../src/core/registry/key-usage.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

const NOW = { seconds: 1_800_000_000, micros: 5 }
const random = (n: number) => Uint8Array.from({ length: n }, () => Math.floor(Math.random() * 256))
const env = { random }
const alice = parsePrincipal('alice@R')
const server = parsePrincipal('host/x@R')
const serviceKey = randomKey(ETYPE.AES256_CTS_HMAC_SHA1_96, random)
const sessionKey = randomKey(ETYPE.AES128_CTS_HMAC_SHA1_96, random)
const usage = { authenticator: KeyUsage.AP_REQ_AUTH }
const keys: TicketKeys = () => [prepareKey(serviceKey)]

function ticketOf(part: Partial<EncTicketPart> = {}): Uint8Array {
  const inside: EncTicketPart = {
    flags: 0,
    key: { keytype: sessionKey.etype, keyvalue: sessionKey.value },
    crealm: 'R',
    cname: toPrincipalName(alice),
    transited: { trType: 1, contents: EMPTY },
    authtime: NOW.seconds,
    endtime: NOW.seconds + 600,
    ...part,
  }
  const encPart = sealData(serviceKey, KeyUsage.KDC_REP_TICKET, EncTicketPart.encode(inside), random, 3)
  return Ticket.encode({ realm: 'R', sname: toPrincipalName(server), encPart })
}

function request(more: Partial<ApReqTerms> = {}, part: Partial<EncTicketPart> = {}): ApReq {
  const terms = { client: alice, ticket: ticketOf(part), sessionKey, usage: KeyUsage.AP_REQ_AUTH, now: NOW, ...more }
  return ApReq.decode(makeApReq(terms, env).message)
}

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'none'
  } catch (error) {
    return error instanceof KrbError ? error.code : String(error)
  }
}

describe('AP-REQ', () => {
  test('what is made is opened: names, time, checksum, subkey, options', () => {
    const subkey = randomKey(ETYPE.AES256_CTS_HMAC_SHA1_96, random)
    const cksum = makeChecksum(sessionKey, KeyUsage.AP_REQ_AUTH_CKSUM, EMPTY)
    const made = request({ subkey, cksum, seqNumber: 7, apOptions: ApOptions.MUTUAL_REQUIRED })
    expect(made.apOptions).toBe(ApOptions.MUTUAL_REQUIRED)
    const asked: unknown[] = []
    const lookUp: TicketKeys = (etype, kvno) => {
      asked.push([etype, kvno])
      return keys(etype, kvno)
    }
    const opened = openApReq(made, lookUp, usage, NOW, 300)
    expect(asked).toEqual([[18, 3]])
    expect(opened.ticket).toMatchObject({ crealm: 'R', endtime: NOW.seconds + 600 })
    expect(opened.authenticator).toMatchObject({ ctime: NOW.seconds, cusec: 5, seqNumber: 7, cksum })
    expect(opened.authenticator.subkey!.keyvalue.use(k => [...k])).toEqual(subkey.value.use(k => [...k]))
    expect(opened.sessionKey.value.use(k => [...k])).toEqual(sessionKey.value.use(k => [...k]))
  })

  test('the right key is found among several', () => {
    const other = prepareKey(randomKey(serviceKey.etype, random))
    expect(openApReq(request(), () => [other, prepareKey(serviceKey)], usage, NOW, 300).ticket.crealm).toBe('R')
  })

  test('no key, a wrong key', () => {
    const other = prepareKey(randomKey(serviceKey.etype, random))
    expect(codeOf(() => openApReq(request(), () => [], usage, NOW, 300))).toBe('KRB5KRB_AP_ERR_NOKEY')
    expect(codeOf(() => openApReq(request(), () => [other], usage, NOW, 300))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
  })

  test('an authenticator for another usage, or under another key', () => {
    expect(codeOf(() => openApReq(request({ usage: KeyUsage.TGS_REQ_AUTH }), keys, usage, NOW, 300))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
    const other = randomKey(sessionKey.etype, random)
    expect(codeOf(() => openApReq(request({ sessionKey: other }), keys, usage, NOW, 300))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
  })

  test("somebody else's authenticator", () => {
    for (const client of [parsePrincipal('eve@R'), parsePrincipal('alice@S'), parsePrincipal('alice/admin@R')]) {
      expect(codeOf(() => openApReq(request({ client }), keys, usage, NOW, 300))).toBe('KRB5KRB_AP_ERR_BADMATCH')
    }
  })

  test('skew, the same in both directions, and its edge', () => {
    for (const skew of [301, -301]) {
      const now = { seconds: NOW.seconds + skew, micros: 0 }
      expect(codeOf(() => openApReq(request(), keys, usage, now, 300))).toBe('KRB5KRB_AP_ERR_SKEW')
    }
    for (const skew of [300, -300]) {
      const now = { seconds: NOW.seconds + skew, micros: 0 }
      expect(codeOf(() => openApReq(request(), keys, usage, now, 300))).toBe('none')
    }
  })

  test('sealed, but no ticket; sealed, but no authenticator; a session key that nobody knows', () => {
    const rubbish = sealData(serviceKey, KeyUsage.KDC_REP_TICKET, Uint8Array.of(0x30, 0), random)
    const made = request()
    const noTicket = { ...made, ticket: { ...made.ticket, value: { ...made.ticket.value, encPart: rubbish } } }
    expect(codeOf(() => openApReq(noTicket, keys, usage, NOW, 300))).toMatch(/^ASN1_/)
    const noAuthenticator = { ...made, authenticator: sealData(sessionKey, KeyUsage.AP_REQ_AUTH, EMPTY, random) }
    expect(codeOf(() => openApReq(noAuthenticator, keys, usage, NOW, 300))).toMatch(/^ASN1_/)
    const strange = request({}, { key: { keytype: 99, keyvalue: new Secret(random(16)) } })
    expect(codeOf(() => openApReq(strange, keys, usage, NOW, 300))).toBe('KRB5_PROG_ETYPE_NOSUPP')
    const short = request({}, { key: { keytype: 17, keyvalue: new Secret(random(15)) } })
    expect(codeOf(() => openApReq(short, keys, usage, NOW, 300))).toBe('KRB5_BAD_KEYSIZE')
  })
})

describe('times of a ticket', () => {
  const at = (seconds: number) => ({ seconds, micros: 0 })
  test('the skew is granted at both ends', () => {
    const ticket = { authtime: 1000, starttime: 2000, endtime: 3000 }
    const verdicts = [1699, 1700, 3300, 3301].map(now => codeOf(() => checkTicketTimes(ticket, at(now), 300)))
    expect(verdicts).toEqual(['KRB5KRB_AP_ERR_TKT_NYV', 'none', 'none', 'KRB5KRB_AP_ERR_TKT_EXPIRED'])
  })
  test('authtime stands for an absent starttime', () => {
    expect(codeOf(() => checkTicketTimes({ authtime: 1000, endtime: 3000 }, at(699), 300))).toBe('KRB5KRB_AP_ERR_TKT_NYV')
  })
})

describe('AP-REP', () => {
  const sent: Authenticator = { crealm: 'R', cname: toPrincipalName(alice), ctime: NOW.seconds, cusec: 5 }

  test('answers the authenticator', () => {
    const subkey = randomKey(sessionKey.etype, random)
    const part = openApRep(makeApRep(sent, sessionKey, { subkey, seqNumber: 9 }, env), sessionKey, sent)
    expect(part).toMatchObject({ ctime: NOW.seconds, cusec: 5, seqNumber: 9 })
    expect(part.subkey!.keyvalue.use(k => [...k])).toEqual(subkey.value.use(k => [...k]))
  })

  test('to another authenticator, or under another key, is no proof', () => {
    const message = makeApRep(sent, sessionKey, {}, env)
    expect(codeOf(() => openApRep(message, sessionKey, { ...sent, cusec: 6 }))).toBe('KRB5_MUTUAL_FAILED')
    expect(codeOf(() => openApRep(message, sessionKey, { ...sent, ctime: 1 }))).toBe('KRB5_MUTUAL_FAILED')
    expect(codeOf(() => openApRep(message, randomKey(sessionKey.etype, random), sent))).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
  })
})

test('the authenticator that is handed out is the one that was sent', () => {
  const { message, authenticator } = makeApReq(
    { client: alice, ticket: ticketOf(), sessionKey, usage: KeyUsage.AP_REQ_AUTH, now: NOW },
    env,
  )
  const opened = openApReq(ApReq.decode(message), keys, usage, NOW, 300)
  expect(Authenticator.encode(opened.authenticator)).toEqual(Authenticator.encode(authenticator))
})
