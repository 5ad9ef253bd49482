import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import { EtypeInfo, type PaData, PaEncTimestamp, PaEncTsEnc } from '../../../src/core/asn1/messages/pa-data.ts'
import { type Bytes, EMPTY } from '../../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../src/core/bytes/text.ts'
import { openData, randomKey } from '../../../src/core/crypto/encrypted-data.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import { parsePrincipal, tgtPrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { KeyUsage } from '../../../src/core/registry/key-usage.ts'
import { PaType } from '../../../src/core/registry/pa-type.ts'
import { type AsInput, type AsState, type AsStep, asStart, asStep } from '../../../src/kdc-client/as/step.ts'
import {
  AES128,
  AES256,
  ALICE,
  asReply,
  asTerms,
  CLIENT_KEY,
  COOKIE,
  etypeInfo2,
  kdcError,
  methodData,
  NOW,
  OFFERS_TIMESTAMP,
  preauthRequired,
  random,
  world,
} from './fake-kdc.ts'

type Sent = Extract<AsStep, { do: 'send' }>

const key: AsInput = { got: 'key', key: CLIENT_KEY }

async function begin(terms = asTerms(), w = world()): Promise<Sent> {
  return sent(await asStep(asStart(terms), { got: 'start' }, w))
}

async function reply(from: Sent | { state: AsState }, message: Bytes, w = world()): Promise<AsStep> {
  return asStep(from.state, { got: 'reply', message }, w)
}

function sent(step: AsStep): Sent {
  if (step.do !== 'send')
    throw new Error(`expected a request, got ${step.do === 'fail' ? `${step.error.code} ${step.error.message}` : step.do}`)
  return step
}

function asked(step: AsStep): Extract<AsStep, { do: 'ask' }> {
  if (step.do !== 'ask') throw new Error(`expected a question, got ${step.do === 'fail' ? step.error.code : step.do}`)
  return step
}

function done(step: AsStep) {
  if (step.do !== 'done')
    throw new Error(`expected the end, got ${step.do === 'fail' ? `${step.error.code} ${step.error.hints}` : step.do}`)
  return step.result
}

function failure(step: AsStep): KrbError {
  if (step.do !== 'fail') throw new Error(`expected a failure, got ${step.do}`)
  return step.error
}

function body(step: Sent) {
  return AsReq.decode(step.message).reqBody.value
}

function paTypes(step: Sent): number[] {
  return (AsReq.decode(step.message).padata ?? []).map(p => p.padataType)
}

async function preauthenticated(terms = asTerms()): Promise<Sent> {
  const question = asked(await reply(await begin(terms), preauthRequired()))
  return sent(await asStep(question.state, key, world()))
}

describe('the first request', () => {
  test('is as MIT makes it: no preauth but PA 149, RENEWABLE-OK, from absent, till by the lifetime', async () => {
    const first = await begin()
    expect(first.realm).toBe('R')
    expect(first.tcpOnly).toBe(false)
    expect(paTypes(first)).toEqual([PaType.REQ_ENC_PA_REP])
    const { nonce, ...rest } = body(first)
    expect(nonce).toBeGreaterThanOrEqual(0)
    expect(nonce).toBeLessThan(2 ** 31)
    expect(rest).toEqual({
      kdcOptions: 0x10,
      cname: { nameType: 1, nameString: ['alice'] },
      realm: 'R',
      sname: { nameType: 2, nameString: ['krbtgt', 'R'] },
      till: NOW + 36000,
      etype: [AES256, AES128],
    })
  })

  test('with -r asks for renewable instead of RENEWABLE-OK, and never for less than the lifetime', async () => {
    expect(body(await begin(asTerms({ renewLife: 72000 })))).toMatchObject({ kdcOptions: 0x00800000, rtime: NOW + 72000 })
    expect(body(await begin(asTerms({ renewLife: 60 })))).toMatchObject({ rtime: NOW + 36000, till: NOW + 36000 })
  })

  test('of a postdated ticket has a start and the options for it', async () => {
    const asked = body(await begin(asTerms({ startOffset: 600 })))
    expect(asked).toMatchObject({ kdcOptions: 0x06000010, from: NOW + 600, till: NOW + 36600 })
  })

  test('has the addresses that were given', async () => {
    const addresses = [{ addrType: 2, address: Uint8Array.of(10, 0, 0, 1) }]
    expect(body(await begin(asTerms({ addresses }))).addresses).toEqual(addresses)
  })
})

describe('without pre-authentication', () => {
  test('the key is asked for when the reply is there, with the principal as salt', async () => {
    const first = await begin()
    const question = asked(await reply(first, asReply(first.message)))
    expect(question.question.terms).toMatchObject({ etype: AES128, salt: encodeText('Ralice'), s2kparams: undefined })
    const result = done(await asStep(question.state, key, world()))
    expect(result.credential).toMatchObject({ client: ALICE, endtime: NOW + 36000, isSkey: false, renewTill: 0 })
    expect(result.credential.key.etype).toBe(AES256)
    expect(result.config).toEqual([])
  })

  test('the hint in the reply names salt and parameters', async () => {
    const first = await begin()
    const padata = [etypeInfo2({ etype: AES128, salt: encodeText('pepper'), s2kparams: Uint8Array.of(0, 0, 16, 0) })]
    const question = asked(await reply(first, asReply(first.message, { reply: { padata } })))
    expect(question.question.terms).toMatchObject({ salt: encodeText('pepper'), s2kparams: Uint8Array.of(0, 0, 16, 0) })
  })

  test('a wrong key is a failed integrity check', async () => {
    const first = await begin()
    const question = asked(await reply(first, asReply(first.message)))
    const wrong = randomKey(AES128, random)
    expect(failure(await asStep(question.state, { got: 'key', key: wrong }, world())).code).toBe('KRB5KRB_AP_ERR_BAD_INTEGRITY')
  })

  test('a reply whose key is nowhere to be had fails with the reason', async () => {
    const first = await begin()
    const question = asked(await reply(first, asReply(first.message)))
    const error = new KrbError('KRB5_LIBOS_CANTREADPWD')
    expect(failure(await asStep(question.state, { got: 'no-key', error }, world())).message).toBe('Cannot read password')
  })

  test('a reply in an enctype that was not asked for is refused before anything is asked', async () => {
    const first = await begin(asTerms({ etypes: [AES256] }))
    expect(failure(await reply(first, asReply(first.message))).code).toBe('KRB5_CONFIG_ETYPE_NOSUPP')
  })
})

describe('encrypted timestamp', () => {
  test('answers PREAUTH_REQUIRED with the KDC key terms, the cookie echoed, a fresh nonce', async () => {
    const first = await begin()
    const question = asked(await reply(first, preauthRequired()))
    expect(question.question.terms).toEqual({ etype: AES128, salt: encodeText('Ralice'), s2kparams: undefined })
    const second = sent(await asStep(question.state, key, world()))
    expect(paTypes(second)).toEqual([PaType.FX_COOKIE, PaType.ENC_TIMESTAMP, PaType.REQ_ENC_PA_REP])
    const padata = AsReq.decode(second.message).padata!
    expect(decodeText(padata[0]!.padataValue)).toBe('MIT')
    const stamp = PaEncTsEnc.decode(openData(CLIENT_KEY, KeyUsage.AS_REQ_PA_ENC_TS, PaEncTimestamp.decode(padata[1]!.padataValue)))
    expect(stamp).toEqual({ patimestamp: NOW, pausec: 7 })
    expect(body(second).nonce).not.toBe(body(first).nonce)
  })

  test('then the reply opens without a further question, and the cache is to know the mechanism', async () => {
    const second = await preauthenticated()
    const result = done(await reply(second, asReply(second.message, { encPaRep: 'right', fast: true })))
    expect(result.config.map(c => [c.key, decodeText(c.value)])).toEqual([
      ['fast_avail', 'yes'],
      ['pa_type', '2'],
    ])
    expect(result.config[0]!.server).toEqual(result.credential.server)
  })

  test('a reply under another key is tried again with the terms of the reply', async () => {
    const second = await preauthenticated()
    const other = randomKey(AES256, random)
    const question = asked(await reply(second, asReply(second.message, { key: other })))
    expect(question.question.terms.etype).toBe(AES256)
    done(await asStep(question.state, { got: 'key', key: other }, world()))
  })

  test('refused: no other mechanism, so the refusal is the answer', async () => {
    const second = await preauthenticated()
    const eData = methodData(etypeInfo2({ etype: AES128, salt: encodeText('Ralice') }), OFFERS_TIMESTAMP, COOKIE)
    expect(failure(await reply(second, kdcError(24, { eData }))).code).toBe('KRB5KDC_ERR_PREAUTH_FAILED')
    expect(failure(await reply(second, kdcError(24))).code).toBe('KRB5KDC_ERR_PREAUTH_FAILED')
  })

  test('no password: MIT says that pre-authentication failed, and why', async () => {
    const question = asked(await reply(await begin(), preauthRequired()))
    const error = new KrbError('KRB5_LIBOS_CANTREADPWD')
    const failed = failure(await asStep(question.state, { got: 'no-key', error }, world()))
    expect([failed.code, failed.message]).toEqual(['KRB5_PREAUTH_FAILED', 'Pre-authentication failed: Cannot read password'])
  })

  test('is not used where it is disabled', async () => {
    const first = await begin(asTerms({ encryptedTimestampDisabled: realm => realm === 'R' }))
    const failed = failure(await reply(first, preauthRequired()))
    expect(failed.message).toBe('Pre-authentication failed: Encrypted timestamp is disabled')
  })

  test('skew without kdc_timesync is told as the KDC tells it', async () => {
    const second = await preauthenticated(asTerms({ timesync: false }))
    const failed = failure(await reply(second, kdcError(37, { eData: methodData(OFFERS_TIMESTAMP) })))
    expect(failed.message).toBe('Clock skew too great')
  })
})

describe('the offset of the clocks', () => {
  test('is learned from the error, dates the timestamp and the times', async () => {
    const first = await begin()
    const question = asked(await reply(first, preauthRequired({ stime: NOW + 5000, susec: 3 })))
    const second = sent(await asStep(question.state, key, world()))
    expect(body(second).till).toBe(NOW + 5000 + 36000)
    const stamp = AsReq.decode(second.message).padata!.find(p => p.padataType === PaType.ENC_TIMESTAMP)!
    const opened = openData(CLIENT_KEY, KeyUsage.AS_REQ_PA_ENC_TS, PaEncTimestamp.decode(stamp.padataValue))
    expect(PaEncTsEnc.decode(opened)).toEqual({ patimestamp: NOW + 5000, pausec: 3 })
    const result = done(await reply(second, asReply(second.message, { part: { authtime: NOW + 5000 } })))
    expect(result.offset).toEqual({ seconds: 5000, micros: 0 })
  })

  test('is not believed without kdc_timesync', async () => {
    const question = asked(await reply(await begin(asTerms({ timesync: false })), preauthRequired({ stime: NOW + 5000 })))
    const second = sent(await asStep(question.state, key, world()))
    expect(body(second).till).toBe(NOW + 36000)
    expect(failure(await reply(second, asReply(second.message, { part: { authtime: NOW + 5000 } }))).code).toBe('KRB5_KDCREP_SKEW')
  })
})

describe('which key: hints of the KDC', () => {
  async function terms(...padata: readonly PaData[]) {
    const step = await reply(await begin(), kdcError(25, { eData: methodData(...padata, OFFERS_TIMESTAMP) }))
    return asked(step).question.terms
  }

  test('the entry that we like best, not the one that stands first', async () => {
    const info = etypeInfo2({ etype: AES128, salt: encodeText('a') }, { etype: AES256, salt: encodeText('b') })
    expect(await terms(info)).toMatchObject({ etype: AES256, salt: encodeText('b') })
  })

  test('ETYPE-INFO2 before ETYPE-INFO before PW-SALT', async () => {
    const info2 = etypeInfo2({ etype: AES128, salt: encodeText('two') })
    const info = { padataType: PaType.ETYPE_INFO, padataValue: EtypeInfo.encode([{ etype: AES256, salt: encodeText('one') }]) }
    const salt = { padataType: PaType.PW_SALT, padataValue: encodeText('old') }
    expect(await terms(salt, info, info2)).toMatchObject({ etype: AES128, salt: encodeText('two') })
    expect(await terms(salt, info)).toMatchObject({ etype: AES256, salt: encodeText('one') })
    expect(await terms(salt)).toMatchObject({ etype: AES256, salt: encodeText('old') })
  })

  test('nothing said: our first enctype and the principal as salt', async () => {
    expect(await terms()).toEqual({ etype: AES256, salt: undefined, s2kparams: undefined })
  })

  test('only enctypes that were not asked for, or that nobody knows, end it', async () => {
    const first = await begin(asTerms({ etypes: [AES256] }))
    expect(failure(await reply(first, kdcError(25, { eData: methodData(etypeInfo2({ etype: AES128 })) }))).code).toBe(
      'KRB5_CONFIG_ETYPE_NOSUPP',
    )
    expect(failure(await reply(first, kdcError(25, { eData: methodData(etypeInfo2({ etype: 3 })) }))).code).toBe('KRB5_PROG_ETYPE_NOSUPP')
  })
})

describe('other answers', () => {
  test('too big for UDP: the same octets by TCP, and TCP from then on', async () => {
    const first = await begin()
    const again = sent(await reply(first, kdcError(52)))
    expect(again.tcpOnly).toBe(true)
    expect(again.message).toEqual(first.message)
    const question = asked(await reply(again, preauthRequired()))
    expect(sent(await asStep(question.state, key, world())).tcpOnly).toBe(true)
    expect(failure(await reply(again, kdcError(52))).protocolCode).toBe(52)
  })

  test('at most 16 rounds', async () => {
    let step: AsStep = await begin()
    let rounds = 0
    while (step.do !== 'fail') {
      rounds += step.do === 'send' ? 1 : 0
      step = step.do === 'ask' ? await asStep(step.state, key, world()) : await reply(sent(step), preauthRequired())
    }
    expect([rounds, step.error.code]).toEqual([16, 'KRB5_GET_IN_TKT_LOOP'])
  })

  test('a KDC that dislikes PA 149 is asked without it', async () => {
    const again = sent(await reply(await begin(), kdcError(24)))
    expect(paTypes(again)).toEqual([])
  })

  test('an expired cookie starts anew', async () => {
    const again = sent(await reply(await preauthenticated(), kdcError(90)))
    expect(paTypes(again)).toEqual([PaType.REQ_ENC_PA_REP])
  })

  test('an unknown client is named', async () => {
    expect(failure(await reply(await begin(), kdcError(6))).message).toBe("Client 'alice@R' not found in Kerberos database")
  })

  test('an expired password, a code that nobody assigned, and what the KDC says', async () => {
    expect(failure(await reply(await begin(), kdcError(23))).code).toBe('KRB5KDC_ERR_KEY_EXP')
    const strange = failure(await reply(await begin(), kdcError(111, { eText: 'no\u001b[2Jgo' })))
    expect([strange.message, strange.hints[0]]).toEqual(['Unknown code krb5 111', 'the KDC says: no\\x1b[2Jgo'])
  })

  test('PREAUTH_REQUIRED that offers nothing usable', async () => {
    expect(failure(await reply(await begin(), kdcError(25))).code).toBe('KRB5KDC_ERR_PREAUTH_REQUIRED')
    const only = { padataType: PaType.PK_AS_REQ, padataValue: EMPTY }
    expect(failure(await reply(await begin(), kdcError(25, { eData: methodData(only) }))).code).toBe('KRB5_PREAUTH_FAILED')
  })

  test('another kind of message', async () => {
    expect(failure(await reply(await begin(), Uint8Array.of(0x6d, 0))).code).toBe('KRB5KRB_AP_ERR_MSG_TYPE')
    expect(failure(await reply(await begin(), EMPTY)).code).toBe('KRB5KRB_AP_ERR_MSG_TYPE')
  })
})

test('a ticket-granting ticket for another realm can be had at once', async () => {
  const first = await begin(asTerms({ service: tgtPrincipal('EAST', 'R') }))
  expect(AsReq.decode(first.message).reqBody.value).toMatchObject({ realm: 'R', sname: { nameString: ['krbtgt', 'EAST'] } })
})

describe('referral to another realm', () => {
  const referral = kdcError(68, { crealm: 'EAST', cname: toPrincipalName(ALICE) })

  test('is followed with canonicalize: new realm for client and service, hints forgotten', async () => {
    const first = await begin(asTerms({ kdcOptions: 0x00010010 }))
    const east = sent(await reply(first, referral))
    expect(east.realm).toBe('EAST')
    expect(body(east)).toMatchObject({ realm: 'EAST', sname: { nameString: ['krbtgt', 'EAST'] } })
    const result = asked(await reply(east, asReply(east.message)))
    expect(done(await asStep(result.state, key, world()))).toMatchObject({ client: { realm: 'EAST' }, realms: ['R', 'EAST'] })
  })

  test('is an error without', async () => {
    expect(failure(await reply(await begin(), referral)).protocolCode).toBe(68)
  })

  test('is followed for an enterprise name, whose service goes along', async () => {
    const client = parsePrincipal('alice@company', { enterprise: true, defaultRealm: 'R' })
    const east = sent(await reply(await begin(asTerms({ client, service: parsePrincipal('kadmin/changepw@R') })), referral))
    expect(body(east)).toMatchObject({ realm: 'EAST', cname: { nameType: 10 }, sname: { nameString: ['kadmin', 'changepw'] } })
  })

  test('leads in circles no longer than an exchange may take', async () => {
    const west = kdcError(68, { crealm: 'R', cname: toPrincipalName(ALICE) })
    let step: AsStep = await begin(asTerms({ kdcOptions: 0x00010010 }))
    let rounds = 0
    for (; step.do === 'send'; rounds++) step = await reply(step, step.realm === 'R' ? referral : west)
    expect(failure(step).code).toBe('KRB5_GET_IN_TKT_LOOP')
    expect(failure(step).hints[0]).toMatch(/^the KDCs refer to one another: R -> EAST -> R -> EAST/)
    expect(rounds).toBe(16)
  })

  test('does not get around a disabled encrypted timestamp', async () => {
    const terms = asTerms({ kdcOptions: 0x00010010, encryptedTimestampDisabled: realm => realm === 'R' })
    const east = sent(await reply(await begin(terms), referral))
    expect(failure(await reply(east, preauthRequired())).code).toBe('KRB5_PREAUTH_FAILED')
  })
})

describe('hostile answers', () => {
  test('any change to a valid answer gives a step, never another exception', async () => {
    const first = await begin()
    const second = await preauthenticated()
    const answers: readonly (readonly [Sent, Bytes])[] = [
      [first, preauthRequired()],
      [first, asReply(first.message)],
      [second, asReply(second.message, { encPaRep: 'right', fast: true })],
    ]
    const cases = fc.tuple(
      fc.nat(answers.length - 1),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(2000),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([which, changes, cut]) => {
        const [from, answer] = answers[which]!
        const mutated = new Uint8Array(answer)
        for (const [at, value] of changes) mutated[at % mutated.length] = value
        const step = await reply(from, cut < mutated.length ? mutated.subarray(0, cut) : mutated)
        expect(['send', 'ask', 'done', 'fail']).toContain(step.do)
      }),
      { numRuns: 300 },
    )
  })
})
