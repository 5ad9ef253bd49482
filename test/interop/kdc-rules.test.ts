import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { messageType } from '../../src/core/asn1/messages/message-type.ts'
import type { Ticket } from '../../src/core/asn1/messages/ticket.ts'
import type { Preserved } from '../../src/core/asn1/schema.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { KdcOptions, kdcOptionNames } from '../../src/core/flags/kdc-options.ts'
import { ticketFlagLetters } from '../../src/core/flags/ticket-flags.ts'
import { MsgType } from '../../src/core/registry/msg-type.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { asReq, encryptedTimestamp, type Held, openAsRep, openTgsRep, refusal, tgsReq } from '../helpers/kdc-talk.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { askUdp } from '../helpers/udp.ts'
import { DIFFERENCES } from './kdc-rules-differences.ts'

/**
 * Issue 3, shown by 2: the same random requests go to MIT's krb5kdc and to tkrb5kdc, which have the same principals and limits; flags, times (within a
 * second) and error codes are the same, or the difference stands in a table with its reason.
 */
const REALM = 'RULES.TEST'
const CLIENTS: Readonly<Record<string, string>> = {
  plain: '',
  short: '-maxlife 2h -maxrenewlife 3h',
  tied: '-allow_forwardable -allow_proxiable',
  once: '-allow_renewable',
  prompt: '-allow_postdated',
  barred: '-allow_tix',
  careful: '+requires_preauth',
  hard: '+requires_hwauth',
  changing: '+needchange',
  gone: '-expire 2020-01-01',
  stale: '-pwexpire 2020-01-01',
}
const SERVERS: Readonly<Record<string, string>> = {
  'host/plain': '',
  'host/short': '-maxlife 1h -maxrenewlife 90m',
  'host/tied': '-allow_forwardable -allow_proxiable',
  'host/once': '-allow_renewable',
  'host/prompt': '-allow_postdated',
  'host/barred': '-allow_tix',
  'host/user': '-allow_svr',
  'host/initial': '-allow_tgs_req',
  'host/careful': '+requires_preauth',
  'host/hard': '+requires_hwauth',
  'host/gone': '-expire 2020-01-01',
  'host/trusted': '+ok_as_delegate',
  'host/single': '-allow_dup_skey',
  'host/change': '+password_changing_service',
  'host/strict': '',
}
const TGS = `krbtgt/${REALM}`
const SETUP = [
  ...Object.entries({ ...CLIENTS, ...SERVERS }).map(([name, options]) => `addprinc -pw ${name}-pw ${options} ${name}`),
  'setstr host/strict require_auth otp',
]
/** Any other will do; RULES_SEED tries one. */
const SEED = Number(process.env.RULES_SEED ?? 3)

/** What a request asks for. Times are seconds from now; `undefined` leaves the field out, and `till` undefined is 0. */
export interface Wish {
  readonly options: number
  readonly from: number | undefined
  readonly till: number | undefined
  readonly rtime: number | undefined
}

export interface AsCase extends Wish {
  readonly kind: 'AS'
  readonly client: string
  readonly server: string
  readonly proof: boolean
}

export interface TgsCase extends Wish {
  readonly kind: 'TGS'
  /** Which ticket goes along; see `HELD`. */
  readonly ticket: string
  /** undefined: the server of that ticket. */
  readonly server: string | undefined
  readonly second: string | undefined
}

/** Times in seconds from the request's. */
export interface Granted {
  readonly flags: string
  readonly start: number
  readonly end: number
  readonly renew: number | undefined
}

export type Outcome = Granted | { readonly error: number }

/** Tickets that each KDC issues first; each is used by many requests. */
const HELD: Readonly<Record<string, Omit<AsCase, 'kind' | 'proof'>>> = {
  rich: { client: 'plain', server: TGS, options: 0x54800000, from: undefined, till: 36_000, rtime: 200_000 },
  careful: { client: 'careful', server: TGS, options: 0x50800000, from: undefined, till: 20_000, rtime: 50_000 },
  bare: { client: 'plain', server: TGS, options: 0, from: undefined, till: 36_000, rtime: undefined },
  short: { client: 'short', server: TGS, options: 0x54800000, from: undefined, till: undefined, rtime: undefined },
  later: { client: 'plain', server: TGS, options: 0x56800000, from: 3600, till: 36_000, rtime: 200_000 },
  started: { client: 'plain', server: TGS, options: 0x56800000, from: 1, till: 36_000, rtime: 200_000 },
  service: { client: 'plain', server: 'host/plain', options: 0x54800000, from: undefined, till: 36_000, rtime: 200_000 },
  'tgt of host/plain': { client: 'host/plain', server: TGS, options: 0, from: undefined, till: 36_000, rtime: undefined },
  'tgt of host/user': { client: 'host/user', server: TGS, options: 0, from: undefined, till: 36_000, rtime: undefined },
  'tgt of host/single': { client: 'host/single', server: TGS, options: 0, from: undefined, till: 36_000, rtime: undefined },
  'later tgt of host/user': { client: 'host/user', server: TGS, options: 0x02000000, from: 3600, till: 36_000, rtime: undefined },
}

/** What chance seldom asks for. */
const RARE: readonly TgsCase[] = [
  { server: 'host/prompt', options: KdcOptions.POSTDATED, from: 600, second: undefined },
  { server: 'host/user', options: KdcOptions.ENC_TKT_IN_SKEY, from: undefined, second: 'later tgt of host/user' },
].map(rare => ({ kind: 'TGS', ticket: 'rich', till: 7200, rtime: undefined, ...rare }))

const SECOND = Object.keys(HELD).filter(name => name === 'service' || name.includes('tgt of'))

describeWith([mit()], "random requests to MIT's KDC and ours", () => {
  let sides: readonly { readonly realm: PeerRealm; readonly held: Map<string, Held> }[]
  const keys = new Map<string, Key>()
  const seen = new Set<string>()

  beforeAll(async () => {
    const [theirs, ours] = await Promise.all([startMitRealm({ realm: REALM, setup: SETUP }), startOwnRealm({ realm: REALM, setup: SETUP })])
    sides = [theirs!, ours!].map(realm => ({ realm, held: new Map<string, Held>() }))
    for (const name of [...Object.keys(CLIENTS), ...Object.keys(SERVERS)])
      keys.set(name, await keyFromPassword(18, new Secret(Buffer.from(`${name}-pw`)), Buffer.from(REALM + name.replace('/', ''))))
    for (const [name, ask] of Object.entries(HELD)) {
      const replies = await send({ ...ask, kind: 'AS', proof: true })
      for (const [i, { held }] of sides.entries()) held.set(name, openAsRep(replies[i]!, keys.get(ask.client)!))
    }
    // Until `started` is past its start.
    await setTimeout(2000)
  })
  afterAll(async () => {
    await Promise.all(sides?.map(({ realm }) => realm.stop()) ?? [])
  })

  it('AS', async () => {
    expect(await surprises(fc.sample(asCase, { numRuns: 400, seed: SEED }))).toEqual([])
  })

  it('TGS', async () => {
    expect(await surprises([...RARE, ...fc.sample(tgsCase, { numRuns: 1200, seed: SEED })])).toEqual([])
  })

  it('every difference in the table is one', () => {
    expect(DIFFERENCES.map(({ name }) => name).filter(name => !seen.has(name))).toEqual([])
  })

  /** The requests that the two answer otherwise, without a reason in the table. */
  async function surprises(requests: readonly (AsCase | TgsCase)[]): Promise<string[]> {
    const found: string[] = []
    for (const one of requests) {
      const now = Math.floor(Date.now() / 1000)
      const replies = await send(one)
      const [theirs, ours] = replies.map((reply, i) => outcome(one, reply, sides[i]!.held, now)) as [Outcome, Outcome]
      if (same(theirs, ours)) continue
      const difference = DIFFERENCES.find(row => row.applies(one, theirs, ours))
      if (difference !== undefined) seen.add(difference.name)
      else found.push(JSON.stringify({ ...one, options: kdcOptionNames(one.options).join(' '), theirs, ours }))
    }
    return found
  }

  function send(one: AsCase | TgsCase): Promise<Uint8Array[]> {
    const now = Math.floor(Date.now() / 1000)
    return Promise.all(
      sides.map(({ realm, held }) => askUdp(realm.port, one.kind === 'AS' ? asMessage(one, now) : tgsMessage(one, held, now))),
    )
  }

  function asMessage(one: AsCase, now: number): Uint8Array {
    const padata = one.proof ? [encryptedTimestamp(keys.get(one.client)!, now, Math.floor(Math.random() * 1e6))] : []
    return asReq(REALM, { client: one.client, server: one.server, padata, ...times(one, now) })
  }

  function tgsMessage(one: TgsCase, held: Map<string, Held>, now: number): Uint8Array {
    const tgt = held.get(one.ticket)!
    const second = one.second === undefined ? undefined : held.get(one.second)!
    const more: { additionalTickets?: Preserved<Ticket>[] } = second === undefined ? {} : { additionalTickets: [second.ticket] }
    return tgsReq(REALM, tgt, { server: one.server ?? HELD[one.ticket]!.server, now, more, ...times(one, now) })
  }

  function outcome(one: AsCase | TgsCase, reply: Uint8Array, held: Map<string, Held>, now: number): Outcome {
    if (messageType(reply) === MsgType.ERROR) return { error: refusal(reply).errorCode }
    const { part } = one.kind === 'AS' ? openAsRep(reply, keys.get(one.client)!) : openTgsRep(reply, held.get(one.ticket)!)
    const { flags, authtime, starttime = authtime, endtime, renewTill } = part
    return { flags: ticketFlagLetters(flags), start: starttime - now, end: endtime - now, renew: renewTill && renewTill - now }
  }
})

function times({ options, from, till, rtime }: Wish, now: number) {
  return {
    options,
    till: till === undefined ? 0 : now + till,
    ...(from !== undefined && { from: now + from }),
    ...(rtime !== undefined && { rtime: now + rtime }),
  }
}

function same(a: Outcome, b: Outcome): boolean {
  if ('error' in a || 'error' in b) return 'error' in a && 'error' in b && a.error === b.error
  return a.flags === b.flags && near(a.start, b.start) && near(a.end, b.end) && near(a.renew, b.renew)
}

function near(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Math.abs(a - b) <= 1
}

const seconds = fc.oneof(fc.integer({ min: 60, max: 40_000 }), fc.constantFrom(3600, 7200, 86_400, 700_000, -100))
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const bits = (list: readonly number[], max: number) =>
  fc.subarray([...list], { maxLength: max }).map(some => some.reduce((sum, bit) => sum | bit, 0) >>> 0)
const wish = {
  from: maybe(fc.constantFrom(600, 30, -600, 100_000)),
  till: maybe(seconds),
  rtime: maybe(seconds),
}

const { FORWARDABLE, PROXIABLE, ALLOW_POSTDATE, POSTDATED, RENEWABLE, RENEWABLE_OK, CANONICALIZE } = KdcOptions
const { FORWARDED, PROXY, RENEW, VALIDATE, ENC_TKT_IN_SKEY, DISABLE_TRANSITED_CHECK } = KdcOptions

const asCase: fc.Arbitrary<AsCase> = fc.record({
  kind: fc.constant('AS' as const),
  client: fc.constantFrom(...Object.keys(CLIENTS)),
  server: fc.oneof(
    { weight: 3, arbitrary: fc.constant(TGS) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.keys(SERVERS), 'host/nosuch') },
  ),
  proof: fc.boolean(),
  options: fc.oneof(
    { weight: 9, arbitrary: bits([FORWARDABLE, PROXIABLE, ALLOW_POSTDATE, POSTDATED, RENEWABLE, RENEWABLE_OK, CANONICALIZE], 7) },
    { weight: 1, arbitrary: bits([FORWARDED, PROXY, RENEW, VALIDATE, ENC_TKT_IN_SKEY], 2) },
  ),
  ...wish,
})

const wishes = bits([FORWARDABLE, PROXIABLE, ALLOW_POSTDATE, RENEWABLE, RENEWABLE_OK, CANONICALIZE], 6)
const changes = bits([FORWARDED, PROXY, POSTDATED, RENEW, VALIDATE, ENC_TKT_IN_SKEY, DISABLE_TRANSITED_CHECK], 2)
const oneOfAll = fc.record({
  kind: fc.constant('TGS' as const),
  ticket: fc.constantFrom('rich', 'careful', 'bare', 'short', 'later', 'started', 'service'),
  server: maybe(fc.constantFrom(TGS, ...Object.keys(SERVERS), 'host/nosuch')),
  second: maybe(fc.constantFrom(...SECOND)),
  options: fc.tuple(wishes, changes).map(([asked, changed]) => (asked | changed) >>> 0),
  ...wish,
})
const userToUser = fc.record({
  kind: fc.constant('TGS' as const),
  ticket: fc.constantFrom('rich', 'bare'),
  server: fc.constantFrom('host/plain', 'host/user', 'host/single'),
  second: fc.constantFrom(...SECOND),
  options: wishes.map(asked => (asked | ENC_TKT_IN_SKEY) >>> 0),
  ...wish,
})
const tgsCase: fc.Arbitrary<TgsCase> = fc.oneof({ weight: 9, arbitrary: oneOfAll }, { weight: 1, arbitrary: userToUser })
