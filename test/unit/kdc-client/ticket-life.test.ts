import { describe, expect, test } from 'vitest'
import { internetAddress } from '../../../src/core/asn1/messages/host-address.ts'
import type { EncKdcRepPart } from '../../../src/core/asn1/messages/kdc-rep.ts'
import { TgsReq } from '../../../src/core/asn1/messages/kdc-req.ts'
import type { Bytes } from '../../../src/core/bytes/bytes.ts'
import type { Ccache } from '../../../src/core/ccache/ccache.ts'
import type { Credential } from '../../../src/core/ccache/credential.ts'
import { memoryCcache } from '../../../src/core/ccache/types/memory.ts'
import type { KrbError } from '../../../src/core/errors/krb-error.ts'
import { KdcOptions, kdcOptionNames } from '../../../src/core/flags/kdc-options.ts'
import { TicketFlags as F } from '../../../src/core/flags/ticket-flags.ts'
import { parsePrincipal, tgtPrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import type { ClientContext } from '../../../src/kdc-client/context.ts'
import { forwardedTicket } from '../../../src/kdc-client/forward.ts'
import { proxyTicket } from '../../../src/kdc-client/proxy.ts'
import { renewedTicket, validatedTicket } from '../../../src/kdc-client/renew.ts'
import { serviceCredential } from '../../../src/kdc-client/service.ts'
import { contextOf, type Kdc } from './fake-context.ts'
import { AES128, ALICE, kdcError, NOW, openedTgsRequest, TGS, tgsReply, ticketGrantingTicket } from './fake-kdc.ts'

const HOST = parsePrincipal('host/x@R')
const HOUR = 3600
const MALLORY = toPrincipalName(parsePrincipal('mallory@R'))
const HERE = internetAddress(Uint8Array.of(10, 0, 0, 1))
const THERE = internetAddress(Uint8Array.of(10, 0, 0, 2))

type Part = Partial<EncKdcRepPart>
type Act = (cache: Ccache, context: ClientContext) => Promise<Credential>

/** A ticket in the cache, what is done with it, and what an honest KDC answers. */
interface Kind {
  readonly ticket: Credential
  readonly act: Act
  readonly honest: Part
}

const bits = (...flags: readonly number[]) => flags.reduce((all, flag) => (all | flag) >>> 0, 0)
const TGT_FLAGS = bits(F.FORWARDABLE, F.PROXIABLE, F.MAY_POSTDATE, F.RENEWABLE, F.INITIAL, F.PRE_AUTHENT)

const renewable = ticketGrantingTicket({
  flags: TGT_FLAGS,
  authtime: NOW - HOUR,
  starttime: NOW - HOUR,
  endtime: NOW + HOUR,
  renewTill: NOW + 5 * HOUR,
})
const postdated = ticketGrantingTicket({
  flags: bits(TGT_FLAGS, F.POSTDATED, F.INVALID),
  authtime: NOW - HOUR,
  starttime: NOW - 10,
  endtime: NOW + HOUR,
  renewTill: NOW + 5 * HOUR,
})
const plain = ticketGrantingTicket({ flags: TGT_FLAGS, endtime: NOW + HOUR, renewTill: NOW + 5 * HOUR })
const service = ticketGrantingTicket({ server: HOST, flags: TGT_FLAGS & ~F.INITIAL, endtime: NOW + HOUR, renewTill: NOW + 5 * HOUR })

const KINDS = {
  renewal: {
    ticket: renewable,
    act: async (cache, context) => (await renewedTicket(ALICE, TGS, cache, context)).credential,
    honest: { authtime: NOW - HOUR, flags: TGT_FLAGS, endtime: NOW + 2 * HOUR, renewTill: NOW + 5 * HOUR },
  },
  'validation, from its own start': {
    ticket: postdated,
    act: async (cache, context) => (await validatedTicket(ALICE, TGS, cache, context)).credential,
    honest: { flags: bits(TGT_FLAGS, F.POSTDATED), starttime: NOW - 10, endtime: NOW + HOUR, renewTill: NOW + 5 * HOUR },
  },
  'validation, from now': {
    ticket: postdated,
    act: async (cache, context) => (await validatedTicket(ALICE, TGS, cache, context)).credential,
    honest: { flags: bits(TGT_FLAGS, F.POSTDATED), starttime: NOW, endtime: NOW + HOUR, renewTill: NOW + 5 * HOUR },
  },
  forwarding: {
    ticket: plain,
    act: (cache, context) => forwardedTicket({ addresses: [HERE] }, cache, context),
    honest: { flags: bits(TGT_FLAGS & ~F.INITIAL, F.FORWARDED), caddr: [HERE], renewTill: NOW + 5 * HOUR },
  },
  'a proxy with the ticket-granting ticket': {
    ticket: plain,
    act: (cache, context) => proxyTicket(HOST, { addresses: [HERE] }, cache, context),
    honest: { flags: bits(TGT_FLAGS & ~F.INITIAL, F.PROXY), caddr: [HERE], renewTill: NOW + 5 * HOUR },
  },
  'a postdated service ticket': {
    ticket: plain,
    act: (cache, context) => serviceCredential(HOST, cache, context, { startOffset: 600, lifetime: 60 }),
    honest: {
      flags: bits(TGT_FLAGS & ~F.INITIAL, F.POSTDATED, F.INVALID),
      starttime: NOW + 600,
      endtime: NOW + 660,
      renewTill: NOW + 5 * HOUR,
    },
  },
  'a service ticket': {
    ticket: plain,
    act: (cache, context) => serviceCredential(HOST, cache, context),
    honest: { flags: TGT_FLAGS & ~F.INITIAL, endtime: NOW + HOUR, renewTill: NOW + 5 * HOUR },
  },
} satisfies Record<string, Kind>

type Name = keyof typeof KINDS
const ALL = Object.keys(KINDS) as Name[]
const SAME_TICKET: readonly Name[] = ['renewal', 'validation, from now']

async function cacheWith(...credentials: readonly Credential[]): Promise<Ccache> {
  const cache = memoryCcache('t')
  await cache.replace(ALICE, credentials, [])
  return cache
}

async function run(kind: Kind, kdc: Kdc) {
  const { context, asked } = await contextOf(kdc)
  const cache = await cacheWith(kind.ticket)
  const credential = await kind.act(cache, context).catch((error: KrbError) => error)
  return { credential, requests: asked.map(({ message }) => ({ ...UNSAID, ...TgsReq.decode(message).reqBody.value })), asked, cache }
}

/** The field in which the reply differs from what may be believed. */
async function complaint(name: Name, change: Part, reply: object = {}): Promise<unknown> {
  const kind: Kind = KINDS[name]
  const { credential } = await run(kind, message => tgsReply(message, { part: { ...kind.honest, ...change }, reply }))
  return credential instanceof Error ? `${credential.code} ${credential.params.field}` : 'believed'
}

const UNSAID = { addresses: undefined, from: undefined, rtime: undefined }
const modified = (field: string) => `KRB5_KDCREP_MODIFIED ${field}`

describe('what an honest KDC answers is believed', () => {
  test.each(ALL)('%s', async name => {
    const kind: Kind = KINDS[name]
    const { credential } = await run(kind, message => tgsReply(message, { part: kind.honest }))
    expect(credential).toMatchObject({ flags: kind.honest.flags, client: ALICE })
  })
})

describe('what is asked', () => {
  const options = async (name: Name) => {
    const kind: Kind = KINDS[name]
    const { requests } = await run(kind, message => tgsReply(message, { part: kind.honest }))
    const [body] = requests
    return { ...body!, kdcOptions: kdcOptionNames(body!.kdcOptions).join(' ') }
  }
  test.each([
    ['renewal', 'forwardable proxiable allow-postdate renewable renew'],
    ['validation, from now', 'forwardable proxiable allow-postdate renewable validate'],
    ['forwarding', 'forwardable forwarded proxiable allow-postdate renewable'],
    ['a proxy with the ticket-granting ticket', 'forwardable proxiable proxy allow-postdate renewable'],
    ['a postdated service ticket', 'forwardable proxiable allow-postdate postdated renewable canonicalize'],
  ] as const)('%s: %s', async (name, expected) => {
    expect((await options(name)).kdcOptions).toBe(expected)
  })

  test('addresses for elsewhere, and nothing but the end otherwise', async () => {
    expect(await options('forwarding')).toMatchObject({ addresses: [HERE], from: undefined, till: NOW + HOUR, rtime: undefined })
    expect(await options('renewal')).toMatchObject({ addresses: undefined, from: undefined, till: NOW + HOUR, rtime: undefined })
    expect(await options('a postdated service ticket')).toMatchObject({ from: NOW + 600, till: NOW + 660 })
  })

  test('the ticket itself is shown for its renewal, and a service ticket can be renewed', async () => {
    const kdc: Kdc = message => {
      expect(openedTgsRequest(message).authenticator.cname).toEqual(toPrincipalName(ALICE))
      return tgsReply(message, { part: { flags: service.flags, renewTill: NOW + 5 * HOUR } })
    }
    const act: Act = async (cache, context) => (await renewedTicket(ALICE, HOST, cache, context)).credential
    const { credential, requests } = await run({ ticket: service, act, honest: {} }, kdc)
    expect(credential).toMatchObject({ server: HOST })
    expect(requests[0]).toMatchObject({ realm: 'R', sname: toPrincipalName(HOST) })
  })

  test('a life of its own, and an enctype', async () => {
    const act: Act = (cache, context) => forwardedTicket({ addresses: [], lifetime: 60, etypes: [AES128] }, cache, context)
    const { requests } = await run({ ticket: plain, act, honest: {} }, message => tgsReply(message, { part: { flags: F.FORWARDED } }))
    expect(requests[0]).toMatchObject({ till: NOW + 60, etype: [AES128], addresses: undefined })
  })
})

describe('no flag appears that was not earned', () => {
  const guarded = [F.FORWARDED, F.PROXY, F.POSTDATED, F.INVALID, F.HW_AUTHENT, F.ANONYMOUS, F.INITIAL] as const
  const cases = ALL.flatMap(name => guarded.filter(flag => !(KINDS[name].honest.flags & flag)).map(flag => [name, flag] as const))

  test.each(cases)('%s: %i', async (name, flag) => {
    expect(await complaint(name, { flags: bits(KINDS[name].honest.flags, flag) })).toBe(modified('flags'))
  })

  test.each([F.FORWARDABLE, F.PROXIABLE, F.MAY_POSTDATE, F.RENEWABLE, F.PRE_AUTHENT])(
    'nor one that the first ticket lacks: %i',
    async flag => {
      const lacking = { ...plain, flags: (TGT_FLAGS & ~flag) >>> 0, renewTill: flag === F.RENEWABLE ? 0 : plain.renewTill }
      const act: Act = (cache, context) => serviceCredential(HOST, cache, context, { forwardable: true })
      const part = { flags: (TGT_FLAGS & ~F.INITIAL) >>> 0, endtime: NOW + HOUR, renewTill: lacking.renewTill }
      const { credential } = await run({ ticket: lacking, act, honest: {} }, message => tgsReply(message, { part }))
      expect(credential).toMatchObject({ code: 'KRB5_KDCREP_MODIFIED', params: { field: 'flags' } })
    },
  )

  test('forwarding without FORWARDABLE, a proxy without PROXIABLE, postdating without MAY-POSTDATE', async () => {
    const bare = { ...plain, flags: bits(F.INITIAL) }
    for (const name of ['forwarding', 'a proxy with the ticket-granting ticket', 'a postdated service ticket'] as const) {
      const kind: Kind = KINDS[name]
      const part = { ...kind.honest, flags: (kind.honest.flags ?? 0) & (F.FORWARDED | F.PROXY | F.POSTDATED) }
      const { credential } = await run({ ...kind, ticket: bare }, message => tgsReply(message, { part }))
      expect(credential).toMatchObject({ params: { field: 'flags' } })
    }
  })

  test('flags may be missing', async () => {
    for (const name of ALL) expect(await complaint(name, { flags: 0, renewTill: undefined })).toBe('believed')
  })
})

describe('no life is gained', () => {
  test.each([
    ['renewal', NOW + 2 * HOUR + 1],
    ['validation, from now', NOW + HOUR + 1],
    ['forwarding', NOW + HOUR + 1],
    ['a proxy with the ticket-granting ticket', NOW + HOUR + 1],
    ['a postdated service ticket', NOW + 661],
    ['a service ticket', NOW + HOUR + 1],
  ] as const)('%s ends too late', async (name, endtime) => {
    expect(await complaint(name, { endtime })).toBe(modified('endtime'))
  })

  test('a renewed ticket ends at renew-till', async () => {
    const short = { ...renewable, renewTill: NOW + HOUR }
    const part = { ...KINDS.renewal.honest, renewTill: NOW + HOUR }
    const { credential } = await run({ ...KINDS.renewal, ticket: short }, message => tgsReply(message, { part }))
    expect(credential).toMatchObject({ params: { field: 'endtime' } })
  })

  test.each(ALL)('%s: a later renew-till', async name => {
    expect(await complaint(name, { renewTill: NOW + 5 * HOUR + 1 })).toBe(modified('renew-till'))
  })

  test.each(ALL.filter(name => name !== 'a postdated service ticket'))('%s: a start to come', async name => {
    const { honest }: Kind = KINDS[name]
    expect(await complaint(name, { starttime: NOW + 301, endtime: honest.endtime ?? NOW + HOUR })).toBe('KRB5_KDCREP_SKEW starttime')
  })

  test('a validated ticket does not start before the postdated one', async () => {
    expect(await complaint('validation, from now', { starttime: NOW - 11 })).toBe('KRB5_KDCREP_SKEW starttime')
  })

  test.each([NOW, NOW + 599, NOW + 601])('a postdated ticket starts when it was asked to, not at %i', async starttime => {
    expect(await complaint('a postdated service ticket', { starttime })).toBe(modified('starttime'))
  })
})

describe('names and addresses stay', () => {
  test.each(ALL)('%s: the client', async name => {
    expect(await complaint(name, {}, { cname: MALLORY })).toBe(modified('cname'))
  })

  test.each([...SAME_TICKET, 'forwarding' as const])('%s: not another ticket-granting service either', async name => {
    expect(await complaint(name, { sname: toPrincipalName(tgtPrincipal('S')) })).toBe(modified('sname'))
  })

  test('a proxy for another service', async () => {
    expect(await complaint('a proxy with the ticket-granting ticket', { sname: MALLORY })).toBe(modified('sname'))
  })

  test.each([
    ['another', [THERE]],
    ['one more', [HERE, THERE]],
  ] as const)('%s address', async (_, caddr) => {
    expect(await complaint('forwarding', { caddr })).toBe(modified('caddr'))
  })

  test('absent addresses are those that were asked for', async () => {
    const { credential } = await run(KINDS.forwarding, message =>
      tgsReply(message, { part: { ...KINDS.forwarding.honest, caddr: undefined } }),
    )
    expect(credential).toMatchObject({ addresses: [{ type: HERE.addrType, data: HERE.address }] })
  })
})

describe('what the KDC refuses', () => {
  const refusing = async (act: Act, ticket: Credential, answer: (message: Bytes) => Bytes) =>
    (await run({ ticket, act, honest: {} }, answer)).credential as KrbError

  test.each([
    ['renewal', 'renew', /tkinit -r/],
    ['forwarding', 'forwarded', /tkinit -f/],
    ['a proxy with the ticket-granting ticket', 'proxy', /tkinit -p/],
  ] as const)('%s: the hint says what the ticket lacks', async (name, option, hint) => {
    const error = await refusing(KINDS[name].act, { ...plain, flags: 0 }, () => kdcError(13))
    expect([error.code, error.message]).toEqual(['KRB5KDC_ERR_BADOPTION', "KDC can't fulfill requested option"])
    expect(error.hints).toEqual([`asked for: ${option}`, expect.stringMatching(hint)])
  })

  test('a proxy by the service’s own ticket where the KDC wants that', async () => {
    const { context, asked } = await contextOf((message: Bytes) => {
      const { value } = TgsReq.decode(message).reqBody
      const proxy = (value.kdcOptions & KdcOptions.PROXY) !== 0
      if (proxy && asked.length === 1) return kdcError(26)
      return tgsReply(message, { part: { flags: bits(F.PROXIABLE, proxy ? F.PROXY : 0), endtime: NOW + HOUR } })
    })
    const cache = await cacheWith(plain)
    // The service ticket of this fake cannot be opened, so it is put there.
    await cache.store(service)
    const credential = await proxyTicket(HOST, { addresses: [] }, cache, context)
    expect(asked).toHaveLength(2)
    expect([credential.flags, credential.server]).toEqual([bits(F.PROXIABLE, F.PROXY), HOST])
  })

  test('too big for UDP: once more by TCP', async () => {
    const kdc: Kdc = (message, _realm, { tcpOnly }) => (tcpOnly ? tgsReply(message, { part: KINDS.renewal.honest }) : kdcError(52))
    const { asked } = await run(KINDS.renewal, kdc)
    expect(asked.map(({ tcpOnly }) => tcpOnly)).toEqual([false, true])
  })

  test('a ticket that is over is shown for renewal, and for nothing else', async () => {
    const over = { ...renewable, endtime: NOW - 10 }
    const renewed = await run({ ...KINDS.renewal, ticket: over }, message =>
      tgsReply(message, { part: { ...KINDS.renewal.honest, endtime: NOW + HOUR - 10 } }),
    )
    expect(renewed.credential).toMatchObject({ endtime: NOW + HOUR - 10 })
    for (const name of ['forwarding', 'a proxy with the ticket-granting ticket', 'a service ticket'] as const) {
      const { credential, asked } = await run({ ...KINDS[name], ticket: over }, () => kdcError(60))
      expect(credential).toMatchObject({ code: 'KRB5KRB_AP_ERR_TKT_EXPIRED' })
      expect(asked).toEqual([])
    }
  })
})

describe('an INVALID ticket is good for its validation alone', () => {
  test.each([
    'renewal',
    'forwarding',
    'a proxy with the ticket-granting ticket',
    'a postdated service ticket',
    'a service ticket',
  ] as const)('%s', async name => {
    const { credential, asked } = await run({ ...KINDS[name], ticket: postdated }, () => kdcError(60))
    expect(credential).toMatchObject({ code: 'KRB5KRB_AP_ERR_TKT_NYV', message: 'Ticket not yet valid' })
    expect(asked).toEqual([])
  })

  test('one that has started and is not renewable cannot be renewed, as MIT’s KDC says', async () => {
    const bare = { ...postdated, flags: bits(F.POSTDATED, F.INVALID) }
    const { credential } = await run({ ...KINDS.renewal, ticket: bare }, () => kdcError(60))
    expect(credential).toMatchObject({ code: 'KRB5KDC_ERR_BADOPTION' })
  })
})

describe('what the cache keeps', () => {
  test('postdated, forwarded and proxy tickets are not for it', async () => {
    for (const name of ['forwarding', 'a proxy with the ticket-granting ticket', 'a postdated service ticket'] as const) {
      const kind: Kind = KINDS[name]
      const { cache } = await run(kind, message => tgsReply(message, { part: kind.honest }))
      const kept: Credential[] = []
      for await (const credential of cache.credentials()) kept.push(credential)
      expect(kept).toEqual([kind.ticket])
    }
  })

  test('nothing is taken from it for a postdated one', async () => {
    const { context, asked } = await contextOf(message => tgsReply(message, { part: KINDS['a postdated service ticket'].honest }))
    await serviceCredential(HOST, await cacheWith(plain, service), context, { startOffset: 600, lifetime: 60 })
    expect(asked).toHaveLength(1)
  })

  test('one with the enctype that is wanted, and no other', async () => {
    const { context } = await contextOf(() => kdcError(7, { eText: 'LOOKING_UP_SERVER' }))
    const cache = await cacheWith(plain, service)
    expect(await serviceCredential(HOST, cache, context, { etype: service.key.etype })).toBe(service)
    await expect(serviceCredential(HOST, cache, context, { etype: AES128, cachedOnly: true })).rejects.toMatchObject({
      code: 'KRB5_CC_NOTFOUND',
    })
    const { context: narrow } = await contextOf(() => kdcError(7), '[libdefaults]\n permitted_enctypes = aes256-cts\n')
    await expect(serviceCredential(HOST, cache, narrow, { etype: AES128, cachedOnly: true })).rejects.toMatchObject({
      code: 'KRB5_CC_NOT_KTYPE',
    })
  })

  test('a service without a realm is found in the client’s', async () => {
    const { context } = await contextOf(() => kdcError(7))
    expect(await serviceCredential({ ...HOST, realm: '' }, await cacheWith(plain, service), context)).toBe(service)
  })
})

describe('a host whose name is not settled', () => {
  async function* names() {
    yield parsePrincipal('host/short@R')
    yield parsePrincipal('host/long.name@R')
  }

  test('the next name is tried when the KDC does not know the first, and the ticket goes by the name asked for', async () => {
    const server = parsePrincipal('host/short@', {})
    const { context, asked } = await contextOf(message => {
      const { sname } = TgsReq.decode(message).reqBody.value
      return sname?.nameString[1] === 'long.name' ? tgsReply(message) : kdcError(7, { eText: 'LOOKING_UP_SERVER' })
    })
    const cache = await cacheWith(plain)
    expect((await serviceCredential(server, cache, context, { candidates: names() })).server).toEqual(server)
    expect(asked).toHaveLength(3)
  })

  test('the last refusal is told', async () => {
    const { context } = await contextOf(() => kdcError(7, { eText: 'x', sname: toPrincipalName(HOST) }))
    await expect(serviceCredential(HOST, await cacheWith(plain), context, { candidates: names() })).rejects.toMatchObject({
      code: 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN',
    })
  })
})
