import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EncKdcRepPart, TgsRep } from '../../../src/core/asn1/messages/kdc-rep.ts'
import { TgsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import type { Credential } from '../../../src/core/ccache/credential.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { parsePrincipal, tgtPrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { legText } from '../../../src/kdc-client/tgs/explain-route.ts'
import { type TgsState, type TgsStep, type TgsTerms, tgsStart } from '../../../src/kdc-client/tgs/state.ts'
import { tgsStep } from '../../../src/kdc-client/tgs/step.ts'
import {
  AES128,
  AES256,
  ALICE,
  kdcError,
  NOW,
  openedTgsRequest,
  random,
  type TgsGrant,
  tgsReply,
  ticketGrantingTicket,
  world,
} from './fake-kdc.ts'

const HOST = parsePrincipal('host/x@R')

function terms(more: Partial<TgsTerms> = {}): TgsTerms {
  return {
    server: HOST,
    tgt: ticketGrantingTicket(),
    tgts: [],
    pathTo: realm => ['R', realm],
    fallbackRealm: undefined,
    kdcOptions: 0,
    etypes: [AES256, AES128],
    cache: 'MEMORY:cache',
    clockskew: 300,
    offset: 0,
    ...more,
  }
}

type Sent = Extract<TgsStep, { do: 'send' }>

function begin(more: Partial<TgsTerms> = {}): Sent {
  return sent(tgsStep(tgsStart(terms(more)), { got: 'start' }, world()))
}

function reply(from: { readonly state: TgsState }, message: Bytes): TgsStep {
  return tgsStep(from.state, { got: 'reply', message }, world())
}

function sent(step: TgsStep): Sent {
  if (step.do !== 'send')
    throw new Error(`expected a request, got ${step.do === 'fail' ? `${step.error.code} ${step.error.hints}` : step.do}`)
  return step
}

function done(step: TgsStep): Credential {
  if (step.do !== 'done')
    throw new Error(`expected the end, got ${step.do === 'fail' ? `${step.error.code} ${step.error.hints}` : step.do}`)
  return step.credential
}

function failure(step: TgsStep) {
  if (step.do !== 'fail') throw new Error(`expected a failure, got ${step.do}`)
  return step.error
}

function body(step: Sent) {
  return TgsReq.decode(step.message).reqBody.value
}

function nameOf(step: Sent): string {
  return `${body(step).sname!.nameString.join('/')}@${body(step).realm}`
}

/** A reply that is a ticket-granting ticket for another realm. */
function referralTo(realm: string, from: Sent, inRealm = 'R'): Bytes {
  const sname = toPrincipalName(tgtPrincipal(realm))
  return tgsReply(from.message, { part: { sname, srealm: inRealm } })
}

describe('a service of the own realm', () => {
  test('one request with referrals on, subkey and body checksum; the ticket comes back', () => {
    const first = begin()
    expect(first.realm).toBe('R')
    expect(body(first)).toMatchObject({ kdcOptions: KdcOptions.CANONICALIZE, till: NOW + 36000, etype: [AES256, AES128] })
    expect(nameOf(first)).toBe('host/x@R')
    expect(openedTgsRequest(first.message).authenticator).toMatchObject({ crealm: 'R', ctime: NOW, subkey: { keytype: AES256 } })
    expect(done(reply(first, tgsReply(first.message)))).toMatchObject({ client: ALICE, server: HOST, endtime: NOW + 36000, isSkey: false })
  })

  test('inherits forwardable, proxiable, postdatable, renewable of the ticket-granting ticket as options', () => {
    const flags = TicketFlags.FORWARDABLE | TicketFlags.PROXIABLE | TicketFlags.MAY_POSTDATE | TicketFlags.RENEWABLE | TicketFlags.INITIAL
    const first = begin({ tgt: ticketGrantingTicket({ flags, renewTill: NOW + 72000 }) })
    expect(body(first).kdcOptions).toBe(0x54810000)
    const got = done(reply(first, tgsReply(first.message, { part: { flags: 0x50800000, renewTill: NOW + 72000 } })))
    expect(got.flags).toBe(0x50800000)
  })

  test('carries the addresses of the ticket-granting ticket, and keeps them when the reply names none', () => {
    const addresses = [{ type: 2, data: Uint8Array.of(10, 0, 0, 1) }]
    const first = begin({ tgt: ticketGrantingTicket({ addresses }) })
    expect(body(first).addresses).toEqual([{ addrType: 2, address: Uint8Array.of(10, 0, 0, 1) }])
    expect(done(reply(first, tgsReply(first.message))).addresses).toEqual(addresses)
  })

  test("the authenticator's time is the KDC's", () => {
    const first = begin({ offset: -200 })
    expect(openedTgsRequest(first.message).authenticator.ctime).toBe(NOW - 200)
  })

  test('a reply under the session key, as from old KDCs', () => {
    const first = begin()
    expect(done(reply(first, tgsReply(first.message, { underSessionKey: true }))).server).toEqual(HOST)
  })

  test('refused: once more without referrals, then the refusal in MIT words', () => {
    const refusal = kdcError(7, { sname: toPrincipalName(HOST), eText: 'LOOKING_UP_SERVER' })
    const second = sent(reply(begin(), refusal))
    expect(body(second).kdcOptions).toBe(0)
    const error = failure(reply(second, refusal))
    expect([error.code, error.message]).toEqual(['KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'Server host/x@R not found in Kerberos database'])
  })

  test('what the KDC says of a generic error', () => {
    const refusal = kdcError(60, { eText: 'out of paper' })
    expect(failure(reply(sent(reply(begin(), refusal)), refusal)).message).toBe('KDC returned error string: out of paper')
  })

  test('too big for UDP: the same octets by TCP', () => {
    const first = begin()
    const again = sent(reply(first, kdcError(52)))
    expect([again.tcpOnly, again.message]).toEqual([true, first.message])
    done(reply(again, tgsReply(again.message)))
  })

  test('each request has its own nonce and subkey', () => {
    const first = begin()
    const second = sent(reply(first, kdcError(7)))
    expect(body(second).nonce).not.toBe(body(first).nonce)
    const key = (step: Sent) => openedTgsRequest(step.message).authenticator.subkey!.keyvalue.use(k => k.join())
    expect(key(second)).not.toBe(key(first))
  })

  test('a renamed service is asked for again without referrals', () => {
    const first = begin()
    const renamed = tgsReply(first.message, { part: { sname: toPrincipalName(parsePrincipal('HOST/X@R')) } })
    expect(body(sent(reply(first, renamed))).kdcOptions).toBe(0)
  })
})

describe('referrals', () => {
  test('are followed with the ticket that came, to the KDC of the realm that it is for', () => {
    const first = begin()
    const second = sent(reply(first, referralTo('EAST', first)))
    expect([second.realm, nameOf(second), second.keep]).toEqual(['EAST', 'host/x@EAST', []])
  })

  test('the ticket is kept under the name that was asked for', () => {
    const first = begin()
    const east = { ...HOST, realm: 'EAST' }
    const got = done(reply(first, tgsReply(first.message, { part: { srealm: 'EAST', sname: toPrincipalName(east) } })))
    expect(got.server).toEqual(HOST)
  })

  test('to the same realm: asked again without', () => {
    const first = begin()
    expect(body(sent(reply(first, referralTo('R', first)))).kdcOptions).toBe(0)
  })
})

describe('a service of another realm', () => {
  const EAST = parsePrincipal('host/y@EAST')
  const eastTgt = () => ticketGrantingTicket({ server: tgtPrincipal('EAST', 'R') })

  test('a ticket for that realm first, which is kept, then the service there', () => {
    const first = begin({ server: EAST })
    expect([first.realm, nameOf(first), body(first).kdcOptions]).toEqual(['R', 'krbtgt/EAST@R', 0])
    const second = sent(reply(first, tgsReply(first.message)))
    expect(second.keep.map(c => c.server.components)).toEqual([['krbtgt', 'EAST']])
    expect([second.realm, nameOf(second)]).toEqual(['EAST', 'host/y@EAST'])
  })

  test('a cached ticket for that realm saves the first step', () => {
    const first = begin({ server: EAST, tgts: [eastTgt()] })
    expect([first.realm, nameOf(first)]).toEqual(['EAST', 'host/y@EAST'])
    done(reply(first, tgsReply(first.message)))
  })

  test('along a path: the far end first, then nearer, each as far as it goes', () => {
    const pathTo = () => ['R', 'CORP', 'EAST']
    const first = begin({ server: EAST, pathTo })
    const second = sent(reply(first, kdcError(7)))
    expect(nameOf(second)).toBe('krbtgt/CORP@R')
    const third = sent(reply(second, tgsReply(second.message)))
    expect([third.realm, nameOf(third)]).toEqual(['CORP', 'krbtgt/EAST@CORP'])
  })

  test('no way: the refusal of the last KDC', () => {
    expect(failure(reply(begin({ server: EAST }), kdcError(7))).code).toBe('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN')
  })

  test('off the path the KDCs are followed, in circles not', () => {
    const first = begin({ server: EAST })
    const off = sent(reply(first, referralTo('WEST', first)))
    expect([off.realm, nameOf(off), off.keep]).toEqual(['WEST', 'krbtgt/EAST@WEST', []])
    const further = sent(reply(off, referralTo('NORTH', off, 'WEST')))
    expect([further.realm, nameOf(further), further.keep]).toEqual(['NORTH', 'krbtgt/EAST@NORTH', []])
    const error = failure(reply(further, referralTo('WEST', further, 'NORTH')))
    expect([error.code, error.hints]).toEqual(['KRB5_KDC_UNREACH', ['the referrals go in a circle: R -> WEST -> NORTH -> WEST']])
  })

  test('a KDC on the path that points back to a realm passed before goes in a circle', () => {
    const first = begin({ server: EAST, pathTo: () => ['R', 'CORP', 'WEST', 'EAST'] })
    const second = sent(reply(first, referralTo('CORP', first)))
    const third = sent(reply(second, referralTo('WEST', second, 'CORP')))
    expect(failure(reply(third, referralTo('CORP', third, 'WEST')))).toMatchObject({
      code: 'KRB5_KDC_UNREACH',
      hints: ['the referrals go in a circle: R -> CORP -> WEST -> CORP'],
    })
  })

  test('only what was asked for by name is kept: not what a KDC on the path gave instead', () => {
    const first = begin({ server: EAST, pathTo: () => ['R', 'CORP', 'EAST'] })
    const second = sent(reply(first, referralTo('CORP', first)))
    expect([second.keep, nameOf(second)]).toEqual([[], 'krbtgt/EAST@CORP'])
    expect(sent(reply(second, tgsReply(second.message))).keep.map(c => c.server)).toMatchObject([{ realm: 'CORP' }])
  })

  test('a ticket for a realm is believed of its issuer alone', () => {
    const first = begin({ server: EAST })
    expect(failure(reply(first, referralTo('EAST', first, 'WEST')))).toMatchObject({
      code: 'KRB5_KDCREP_MODIFIED',
      params: { field: 'srealm', asked: 'R', received: 'WEST' },
    })
    const service = begin()
    const plain = sent(reply(service, referralTo('EAST', service, 'WEST')))
    expect([nameOf(plain), body(plain).kdcOptions]).toEqual(['host/x@R', 0])
  })

  describe('where nobody configured a way and the KDC knows none', () => {
    const LEAF = parsePrincipal('host/y@B.EX')
    const more: Partial<TgsTerms> = {
      server: LEAF,
      tgt: ticketGrantingTicket({ server: tgtPrincipal('A.EX') }),
      pathTo: realm => ['A.EX', realm],
      detourTo: realm => ['A.EX', 'EX', realm],
    }

    test('the hierarchy is asked, nearest to the end first', () => {
      const first = begin(more)
      expect(nameOf(first)).toBe('krbtgt/B.EX@A.EX')
      const second = sent(reply(first, kdcError(7)))
      expect([second.realm, nameOf(second)]).toEqual(['A.EX', 'krbtgt/EX@A.EX'])
      const third = sent(reply(second, tgsReply(second.message)))
      expect([third.realm, nameOf(third), third.keep.length]).toEqual(['EX', 'krbtgt/B.EX@EX', 1])
      const fourth = sent(reply(third, tgsReply(third.message)))
      expect([fourth.realm, nameOf(fourth), fourth.keep.length]).toEqual(['B.EX', 'host/y@B.EX', 1])
    })

    test('and when that leads nowhere, the first refusal is the one that is told', () => {
      const named = (name: string) => kdcError(7, { eText: 'NO', sname: toPrincipalName(parsePrincipal(name)), realm: 'A.EX' })
      const second = sent(reply(begin(more), named('krbtgt/B.EX@A.EX')))
      expect(failure(reply(second, named('krbtgt/EX@A.EX'))).message).toBe('Server krbtgt/B.EX@A.EX not found in Kerberos database')
      const further = sent(reply(second, tgsReply(second.message)))
      expect(failure(reply(further, kdcError(7))).code).toBe('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN')
    })

    test('another refusal ends the search', () => {
      expect(failure(reply(begin(more), kdcError(12))).code).toBe('KRB5KDC_ERR_POLICY')
    })

    test('as does a configured path', () => {
      expect(failure(reply(begin({ ...more, detourTo: () => undefined }), kdcError(7))).code).toBe('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN')
    })
  })

  test('ten realms and no more, on a path, off it and by referrals', () => {
    const realms = Array.from({ length: 14 }, (_, n) => `R${n}`)
    const counts = [
      [{ server: { ...EAST, realm: 'R13' }, pathTo: () => ['R', ...realms] }, 'KRB5_KDC_UNREACH', 10],
      [{ server: EAST }, 'KRB5_KDCREP_MODIFIED', 11],
      [{}, 'KRB5_KDC_UNREACH', 10],
    ] as const
    for (const [more, code, requests] of counts) {
      let step: TgsStep = begin(more)
      let from = 'R'
      let asked = 0
      for (; step.do === 'send'; asked++) {
        step = reply(step, referralTo(`R${asked}`, step, from))
        from = `R${asked}`
      }
      const error = failure(step)
      expect([error.code, asked]).toEqual([code, requests])
      expect(error.hints[0]).toMatch(/^more than 10 realms on the way: R -> R0 -> R1 ->/)
    }
  })

  test('every ticket on the way is told, those of the cache too', () => {
    const corp = ticketGrantingTicket({ server: tgtPrincipal('CORP', 'R') })
    const first = begin({ server: EAST, pathTo: () => ['R', 'CORP', 'EAST'], tgts: [corp] })
    const second = sent(reply(first, kdcError(7)))
    const third = sent(reply(second, referralTo('EAST', second, 'CORP')))
    const end = tgsStep(third.state, { got: 'reply', message: tgsReply(third.message), kdc: '10.0.0.1' }, world())
    if (end.do !== 'done') throw new Error('it should be done')
    expect(end.legs.map(legText)).toEqual([
      'ok krbtgt/R@R in the cache',
      'no krbtgt/EAST@R from the KDC of R: Server not found in Kerberos database',
      'ok krbtgt/CORP@R in the cache',
      'ok krbtgt/EAST@CORP from the KDC of CORP',
      'ok host/y@EAST from the KDC of EAST',
    ])
    expect(end.legs.at(-1)).toMatchObject({ kdc: '10.0.0.1', using: { realm: 'CORP' } })
  })

  test('a service ticket in place of a realm ticket is a changed reply', () => {
    const first = begin({ server: EAST })
    expect(failure(reply(first, tgsReply(first.message, { part: { sname: toPrincipalName(HOST) } }))).code).toBe('KRB5_KDCREP_MODIFIED')
  })

  test('a reply that was changed does not open, and the hint says what was tried', () => {
    const spoiled = (message: Bytes) => {
      const { encPart } = TgsRep.decode(tgsReply(message))
      return tgsReply(message, { reply: { encPart: { ...encPart, cipher: encPart.cipher.map(octet => octet ^ 1) } } })
    }
    const first = begin()
    const again = sent(reply(first, spoiled(first.message)))
    const error = failure(reply(again, spoiled(again.message)))
    expect([error.code, ...error.hints]).toEqual([
      'KRB5KRB_AP_ERR_BAD_INTEGRITY',
      expect.stringMatching(/^the KDC's answer opens neither with the request's subkey nor with the ticket's session key/),
    ])
  })

  test('ok-as-delegate of a foreign KDC does not count', () => {
    const first = begin({ server: EAST, tgts: [eastTgt()] })
    expect(done(reply(first, tgsReply(first.message, { part: { flags: TicketFlags.OK_AS_DELEGATE } }))).flags).toBe(0)
    const home = begin()
    expect(done(reply(home, tgsReply(home.message, { part: { flags: TicketFlags.OK_AS_DELEGATE } }))).flags).toBe(
      TicketFlags.OK_AS_DELEGATE,
    )
  })
})

describe('a service without a realm', () => {
  const somewhere = { ...HOST, realm: '' }

  test('the own realm is asked first, then the realm guessed', () => {
    const first = begin({ server: somewhere, fallbackRealm: 'EAST' })
    expect([first.realm, nameOf(first)]).toEqual(['R', 'host/x@R'])
    const second = sent(reply(first, kdcError(7)))
    expect(nameOf(second)).toBe('krbtgt/EAST@R')
    const third = sent(reply(second, tgsReply(second.message)))
    expect([nameOf(third), body(third).kdcOptions]).toEqual(['host/x@EAST', 0])
  })

  test('that is no host cannot be guessed', () => {
    const first = begin({ server: { ...parsePrincipal('db@R'), realm: '' } })
    expect(failure(reply(first, kdcError(7))).code).toBe('KRB5_ERR_HOST_REALM_UNKNOWN')
  })
})

describe('checks of the reply', () => {
  /** With referrals off, so that a bad reply is the end. */
  function verdict(grant: TgsGrant, more: Partial<TgsTerms> = {}) {
    const plain = sent(reply(begin(more), kdcError(7)))
    const step = reply(plain, tgsReply(plain.message, grant))
    return step.do === 'fail' ? [step.error.code, step.error.params.field] : step.do
  }
  const modified = (field: string, part: Partial<EncKdcRepPart>, more: Partial<TgsTerms> = {}) =>
    expect(verdict({ part }, more)).toEqual(['KRB5_KDCREP_MODIFIED', field])

  test('an honest one', () => expect(verdict({})).toBe('done'))
  test('nonce', () => modified('nonce', { nonce: 1 }))
  test('client', () =>
    expect(verdict({ reply: { cname: { nameType: 1, nameString: ['eve'] } } })).toEqual(['KRB5_KDCREP_MODIFIED', 'cname']))
  test('client realm', () => expect(verdict({ reply: { crealm: 'S' } })).toEqual(['KRB5_KDCREP_MODIFIED', 'cname']))
  test('service, when referrals are off', () => modified('sname', { sname: toPrincipalName(parsePrincipal('host/z@R')) }))
  test('service realm, when referrals are off', () => modified('sname', { srealm: 'S' }))
  test('not longer than the ticket-granting ticket', () => modified('endtime', { endtime: NOW + 36001 }))
  test('not longer renewable than that', () =>
    modified(
      'renew-till',
      { flags: TicketFlags.RENEWABLE, renewTill: NOW + 72001 },
      { tgt: ticketGrantingTicket({ flags: TicketFlags.RENEWABLE, renewTill: NOW + 72000 }) },
    ))
  test('session key enctype', () => modified('enctype of the session key', { key: { keytype: 20, keyvalue: new Secret(random(32)) } }))
  test('session key length', () => modified('length of the session key', { key: { keytype: AES256, keyvalue: new Secret(random(31)) } }))
  test('start', () => expect(verdict({ part: { starttime: NOW + 301 } })).toEqual(['KRB5_KDCREP_SKEW', 'starttime']))
  test('flags that the ticket-granting ticket has not', () => {
    for (const flag of [TicketFlags.FORWARDABLE, TicketFlags.FORWARDED, TicketFlags.PROXY, TicketFlags.INVALID, TicketFlags.RENEWABLE]) {
      modified('flags', { flags: flag })
    }
  })
  test('forwarded from a forwarded one is right', () => {
    expect(verdict({ part: { flags: TicketFlags.FORWARDED } }, { tgt: ticketGrantingTicket({ flags: TicketFlags.FORWARDED }) })).toBe(
      'done',
    )
  })
})

test('any change to a valid answer gives a step, never another exception', () => {
  const first = begin()
  const answers = [tgsReply(first.message), kdcError(7, { eText: 'x' })]
  fc.assert(
    fc.property(
      fc.nat(1),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(1500),
      (which, changes, cut) => {
        const mutated = new Uint8Array(answers[which]!)
        for (const [at, value] of changes) mutated[at % mutated.length] = value
        const step = reply(first, cut < mutated.length ? mutated.subarray(0, cut) : mutated)
        expect(['send', 'done', 'fail']).toContain(step.do)
      },
    ),
    { numRuns: 300 },
  )
})
