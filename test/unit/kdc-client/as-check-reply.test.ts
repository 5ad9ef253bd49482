import { describe, expect, test } from 'vitest'
import type { EncKdcRepPart } from '../../../src/core/asn1/messages/kdc-rep.ts'
import { Ticket } from '../../../src/core/asn1/messages/ticket.ts'
import { preserve } from '../../../src/core/asn1/schema.ts'
import { type Bytes, EMPTY } from '../../../src/core/bytes/bytes.ts'
import type { KrbError } from '../../../src/core/errors/krb-error.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { parsePrincipal, tgtPrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { ETYPE } from '../../../src/core/registry/etype.ts'
import { NameType } from '../../../src/core/registry/name-type.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import type { AsTerms } from '../../../src/kdc-client/as/build-request.ts'
import { asStart, asStep } from '../../../src/kdc-client/as/step.ts'
import { AES128, AES256, type AsGrant, asReply, asTerms, CLIENT_KEY, NOW, random, world } from './fake-kdc.ts'

/** The end of an exchange without pre-authentication: undefined for a credential, else the error. */
async function verdict(grant: AsGrant | ((request: Bytes) => AsGrant), terms: Partial<AsTerms> = {}): Promise<KrbError | undefined> {
  const first = await asStep(asStart(asTerms(terms)), { got: 'start' }, world())
  if (first.do !== 'send') throw new Error('no request')
  const message = asReply(first.message, typeof grant === 'function' ? grant(first.message) : grant)
  let step = await asStep(first.state, { got: 'reply', message }, world())
  if (step.do === 'ask') step = await asStep(step.state, { got: 'key', key: CLIENT_KEY }, world())
  if (step.do === 'fail') return step.error
  expect(step.do).toBe('done')
  return undefined
}

async function refusesField(field: string, part: Partial<EncKdcRepPart>, terms: Partial<AsTerms> = {}, code = 'KRB5_KDCREP_MODIFIED') {
  const error = await verdict({ part }, terms)
  expect([error?.code, error?.params.field]).toEqual([code, field])
  expect(error?.hints[0]).toContain(field)
}

const mallory = parsePrincipal('mallory@R')
const flags = (bits: number) => ({ part: { flags: (TicketFlags.INITIAL | bits) >>> 0 } })

test('an honest reply is taken', async () => {
  expect(await verdict({})).toBeUndefined()
})

describe('names', () => {
  test('cname of another client', async () => {
    expect((await verdict({ reply: { cname: toPrincipalName(mallory) } }))?.params.field).toBe('cname')
  })

  test('crealm of another realm', async () => {
    expect((await verdict({ reply: { crealm: 'S' } }))?.params).toMatchObject({ field: 'cname', asked: 'alice@R', received: 'alice@S' })
  })

  test('another name of ours, with canonicalize or for an enterprise name', async () => {
    const reply = { cname: toPrincipalName(mallory) }
    expect(await verdict({ reply }, { kdcOptions: KdcOptions.CANONICALIZE })).toBeUndefined()
    const enterprise = { ...parsePrincipal('alice@corp', { enterprise: true, defaultRealm: 'R' }), type: NameType.ENTERPRISE }
    expect(await verdict({ reply }, { client: enterprise })).toBeUndefined()
  })

  test('sname and srealm are those inside of the encryption', async () => {
    await refusesField('sname', { sname: toPrincipalName(parsePrincipal('kadmin/changepw@R')) })
    await refusesField('sname', { srealm: 'S' })
  })

  test('another ticket-granting service only with canonicalize, another service never', async () => {
    const other = tgtPrincipal('S')
    const ticket = preserve(Ticket, { realm: 'S', sname: toPrincipalName(other), encPart: { etype: AES256, cipher: random(20) } })
    const grant = { part: { sname: toPrincipalName(other), srealm: 'S' }, reply: { ticket } }
    expect(await verdict(grant, { kdcOptions: KdcOptions.CANONICALIZE })).toBeUndefined()
    expect((await verdict(grant))?.params.field).toBe('sname')
    const service = parsePrincipal('host/x@R')
    const wrong = { part: { sname: toPrincipalName(service) }, reply: {} }
    expect((await verdict(wrong, { kdcOptions: KdcOptions.CANONICALIZE }))?.params.field).toBe('sname')
  })

  test('the ticket is for the service inside', async () => {
    const ticket = preserve(Ticket, { realm: 'R', sname: toPrincipalName(mallory), encPart: { etype: AES256, cipher: random(20) } })
    expect((await verdict({ reply: { ticket } }))?.params.field).toBe('name of the ticket')
  })
})

describe('freshness and times', () => {
  test('nonce', () => refusesField('nonce', { nonce: 1 }))
  test('endtime after till', () => refusesField('endtime', { endtime: NOW + 36001 }))
  test('renew-till after rtime', () =>
    refusesField('renew-till', { renewTill: NOW + 72001, flags: TicketFlags.RENEWABLE }, { renewLife: 72000 }))
  test('renew-till after till under RENEWABLE-OK', () =>
    refusesField('renew-till', { renewTill: NOW + 36001, flags: TicketFlags.RENEWABLE }))
  test('a renewable ticket up to till under RENEWABLE-OK is fine', async () => {
    expect(await verdict({ part: { renewTill: NOW + 36000, endtime: NOW + 60, flags: TicketFlags.RENEWABLE } })).toBeUndefined()
  })
  test('starttime away from now', () => refusesField('starttime', { starttime: NOW + 301 }, { timesync: false }, 'KRB5_KDCREP_SKEW'))
  test('starttime in the past', () => refusesField('starttime', { starttime: NOW - 301 }, { timesync: false }, 'KRB5_KDCREP_SKEW'))
  test('authtime stands for an absent starttime', () =>
    refusesField('starttime', { authtime: NOW - 301 }, { timesync: false }, 'KRB5_KDCREP_SKEW'))
  test('with kdc_timesync the KDC is right about the time, but not in two ways', async () => {
    expect(await verdict({ part: { authtime: NOW + 9000, starttime: NOW + 9000 } })).toBeUndefined()
    await refusesField('starttime', { authtime: NOW, starttime: NOW + 9000 }, {}, 'KRB5_KDCREP_SKEW')
  })
  test('a postdated ticket starts when asked', async () => {
    const postdated = TicketFlags.POSTDATED | TicketFlags.INVALID | TicketFlags.MAY_POSTDATE
    expect(await verdict({ part: { starttime: NOW + 600, flags: postdated } }, { startOffset: 600 })).toBeUndefined()
    await refusesField('starttime', { starttime: NOW + 601, flags: postdated }, { startOffset: 600 })
  })
})

describe('flags that nobody asked for', () => {
  for (const name of ['FORWARDABLE', 'FORWARDED', 'PROXIABLE', 'PROXY', 'MAY_POSTDATE', 'POSTDATED', 'INVALID', 'ANONYMOUS'] as const) {
    test(name, async () => {
      const error = await verdict(flags(TicketFlags[name]))
      expect([error?.code, error?.params.received]).toEqual(['KRB5_KDCREP_MODIFIED', name.toLowerCase().replace('_', '-')])
    })
  }

  test('RENEWABLE without -r and without RENEWABLE-OK', async () => {
    expect((await verdict(flags(TicketFlags.RENEWABLE), { kdcOptions: 0 }))?.params.field).toBe('flags')
  })

  test('are taken when asked for, and so are those that the KDC alone decides', async () => {
    const asked = KdcOptions.FORWARDABLE | KdcOptions.PROXIABLE
    expect(await verdict(flags(TicketFlags.FORWARDABLE | TicketFlags.PROXIABLE), { kdcOptions: asked })).toBeUndefined()
    expect(await verdict(flags(TicketFlags.PRE_AUTHENT | TicketFlags.HW_AUTHENT | TicketFlags.OK_AS_DELEGATE))).toBeUndefined()
  })
})

describe('addresses', () => {
  const here = { addrType: 2, address: Uint8Array.of(10, 0, 0, 1) }
  const there = { addrType: 2, address: Uint8Array.of(10, 0, 0, 2) }

  test('as asked, in any order', async () => {
    expect(await verdict({ part: { caddr: [there, here] } }, { addresses: [here, there] })).toBeUndefined()
  })
  test('none where some were asked', () => refusesField('caddr', {}, { addresses: [here] }))
  test('some where none were asked', () => refusesField('caddr', { caddr: [here] }))
  test('others', () => refusesField('caddr', { caddr: [there] }, { addresses: [here] }))
})

describe('session key', () => {
  test('of an enctype that was not asked for', async () => {
    const key = { keytype: ETYPE.AES256_CTS_HMAC_SHA384_192, keyvalue: new Secret(random(32)) }
    await refusesField('enctype of the session key', { key })
  })
  test('of an enctype that nobody knows, though asked for', async () => {
    await refusesField('enctype of the session key', { key: { keytype: 3, keyvalue: new Secret(random(8)) } }, { etypes: [AES128, 3] })
  })
  test('of a wrong length', () => refusesField('length of the session key', { key: { keytype: AES256, keyvalue: new Secret(random(16)) } }))
  test('empty', () => refusesField('length of the session key', { key: { keytype: AES256, keyvalue: new Secret(EMPTY) } }))
})

describe('checksum of the request', () => {
  test('right', async () => {
    expect(await verdict({ encPaRep: 'right' })).toBeUndefined()
  })
  test('of another request: somebody changed ours on the way', async () => {
    expect((await verdict({ encPaRep: 'wrong' }))?.code).toBe('KRB5_KDCREP_MODIFIED')
  })
  test('announced by the flag but missing', async () => {
    expect((await verdict({ encPaRep: 'missing' }))?.code).toBe('KRB5_KDCREP_MODIFIED')
  })
})

describe('expiry', () => {
  async function expiry(part: Partial<EncKdcRepPart>) {
    const first = await asStep(asStart(asTerms()), { got: 'start' }, world())
    if (first.do !== 'send') throw new Error('no request')
    const step = await asStep(first.state, { got: 'reply', message: asReply(first.message, { part }) }, world())
    if (step.do !== 'ask') throw new Error('no question')
    const last = await asStep(step.state, { got: 'key', key: CLIENT_KEY }, world())
    return last.do === 'done' ? last.result.expiry : undefined
  }

  test('key-expiration is ambiguous, last-req is not and wins', async () => {
    expect(await expiry({})).toEqual({ password: 0, account: 0, announced: false })
    expect(await expiry({ keyExpiration: NOW + 5 })).toEqual({ password: NOW + 5, account: 0, announced: false })
    const lastReq = [
      { lrType: 6, lrValue: NOW + 7 },
      { lrType: -7, lrValue: NOW + 8 },
    ]
    expect(await expiry({ keyExpiration: NOW + 5, lastReq })).toEqual({ password: NOW + 7, account: NOW + 8, announced: true })
  })
})
