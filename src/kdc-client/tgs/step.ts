import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import type { Env, Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { displayText } from '../../core/principal/display.ts'
import { isTgtPrincipal, type Principal, sameComponents, tgtPrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { traced } from '../refusal.ts'
import { buildTgsRequest, inheritedOptions, type TgsSent } from './build-request.ts'
import { isTooBigForUdp, type Outcome, outcomeOf } from './outcome.ts'
import { type Leg, realmsText } from './route.ts'

export interface TgsTerms {
  /** The service; the empty realm leaves it to the KDC to say where it is. */
  readonly server: Principal
  /** The ticket-granting ticket to start with. */
  readonly tgt: Credential
  /** Other usable ticket-granting tickets in the cache, unexpired. */
  readonly tgts: readonly Credential[]
  /** Realms from that of `tgt` to another one, both included, as the configuration has it. */
  readonly pathTo: (realm: string) => readonly string[]
  /** The same by the domain hierarchy, for where the configuration is silent and the KDC knows no way. */
  readonly detourTo?: (realm: string) => readonly string[] | undefined
  /** The realm to guess when referrals lead nowhere, for a service without a realm. */
  readonly fallbackRealm: string | undefined
  /** kdc-options beside the inherited ones. */
  readonly kdcOptions: number
  /** Of every session key on the way; the service's own may be bound further. */
  readonly etypes: readonly EtypeId[]
  readonly serviceEtypes?: readonly EtypeId[]
  /** For a postdated ticket: when it starts. */
  readonly from?: number
  /** When the service ticket shall end at the latest; otherwise with the ticket-granting ticket. */
  readonly till?: number
  readonly secondTicket?: Bytes
  /** Name of the cache that `keep` goes to, for the trace: there it stands before what is done next. */
  readonly cache: string
  readonly clockskew: number
  /** KDC's clock minus ours in seconds. */
  readonly offset: number
}

/** What this point of the exchange knows. Never changed: each step hands out a new one. */
export interface TgsState {
  readonly terms: TgsTerms
  /** What the last request was for. */
  readonly phase: 'path' | 'off-path' | 'referrals' | 'plain'
  /** The service with the realm that it is looked for in now. */
  readonly server: Principal
  /** The ticket that the last request showed. */
  readonly tgt: Credential
  /** What to ask for with a ticket of the service's realm. */
  readonly goal: 'referrals' | 'plain'
  readonly path: readonly string[]
  readonly detour: boolean
  /** Places in `path`: of `tgt`, and of the realm asked for. */
  readonly at: number
  readonly next: number
  /** What came of asking for the far end with `tgt`. */
  readonly refused: KrbError | undefined
  /** Tickets for realms got on this path, or by these referrals. */
  readonly hops: number
  /** Realms already passed, against loops. */
  readonly seen: readonly string[]
  readonly tcpOnly: boolean
  readonly sent: TgsSent | undefined
  readonly legs: readonly Leg[]
}

/** `kdc`: who answered, for people. */
export type TgsInput = { readonly got: 'start' } | { readonly got: 'reply'; readonly message: Bytes; readonly kdc?: string }

/** `keep`: ticket-granting tickets for the cache, also when the exchange goes on or fails. */
export type TgsStep = { readonly keep: readonly Credential[] } & (
  | { readonly do: 'send'; readonly realm: string; readonly message: Bytes; readonly tcpOnly: boolean; readonly state: TgsState }
  | { readonly do: 'done'; readonly credential: Credential; readonly legs: readonly Leg[] }
  | { readonly do: 'fail'; readonly error: KrbError; readonly legs: readonly Leg[] }
)

export type TgsWorld = Pick<Env, 'clock' | 'random' | 'trace'>

export function tgsStart(terms: TgsTerms): TgsState {
  const realm = terms.server.realm === '' ? realmOf(terms.tgt) : terms.server.realm
  return {
    terms,
    phase: 'referrals',
    server: { ...terms.server, realm },
    tgt: terms.tgt,
    goal: 'referrals',
    path: [],
    detour: false,
    at: 0,
    next: 0,
    refused: undefined,
    hops: 0,
    seen: [],
    tcpOnly: false,
    sent: undefined,
    legs: [],
  }
}

/**
 * One step on the way to a service ticket (RFC 4120 §3.3, RFC 6806 §8), in MIT's order: a ticket-granting ticket of the service's
 * realm along the path; then the service with referrals allowed; then, when the first such request failed, without. Every KrbError
 * becomes `fail`.
 */
export function tgsStep(state: TgsState, input: TgsInput, world: TgsWorld): TgsStep {
  if (input.got === 'start') return orFailure(state, () => start(state, world))
  const { sent, tcpOnly, legs } = state
  if (sent === undefined) throw new Error('a reply came that nobody asked for')
  if (!tcpOnly && isTooBigForUdp(input.message)) {
    world.trace({ event: 'too-big-for-udp' })
    return transmit({ ...state, tcpOnly: true })
  }
  const outcome = outcomeOf(input.message, sent, state.terms.clockskew, world)
  world.trace({ event: 'tgs-result', result: traced('error' in outcome ? outcome.error : undefined) })
  const leg: Leg = {
    from: 'kdc',
    realm: realmOf(state.tgt),
    kdc: input.kdc,
    wanted: sent.making.server,
    using: state.tgt.server,
    ...outcome,
  }
  const further = { ...state, legs: [...legs, leg] }
  return orFailure(further, () => advance(further, outcome, world))
}

function orFailure({ legs }: TgsState, step: () => TgsStep): TgsStep {
  try {
    return step()
  } catch (error) {
    if (error instanceof KrbError) return { do: 'fail', error, keep: [], legs }
    throw error
  }
}

function start(state: TgsState, world: TgsWorld): TgsStep {
  if (state.terms.server.realm === '') world.trace({ event: 'referral-realm', server: state.server })
  return reachRealm(state, world)
}

/** A ticket of the service's realm first: there already, in the cache, or along the path. */
function reachRealm(state: TgsState, world: TgsWorld): TgsStep {
  const { server, terms } = state
  const home = realmOf(terms.tgt)
  const cached = server.realm === home ? undefined : terms.tgts.find(tgt => realmOf(tgt) === server.realm)
  if (cached !== undefined) {
    world.trace({ event: 'cached-service-tgt', client: cached.client, server: cached.server })
    return ask(withCached(state, cached), state.goal, world)
  }
  world.trace({ event: 'local-tgt', client: terms.tgt.client, server: terms.tgt.server })
  const begun = withCached(state, terms.tgt)
  if (server.realm === home) return ask(begun, state.goal, world)
  return setOut(begun, terms.pathTo(server.realm), world)
}

function setOut(state: TgsState, path: readonly string[], world: TgsWorld): TgsStep {
  return walk({ ...state, path, at: 0, next: path.length - 1, refused: undefined, hops: 0, seen: [] }, world)
}

function withCached(state: TgsState, tgt: Credential): TgsState {
  const leg: Leg = { from: 'cache', realm: tgt.server.realm, wanted: tgt.server, credential: tgt }
  return { ...state, tgt, legs: [...state.legs, leg] }
}

function advance(state: TgsState, outcome: Outcome, world: TgsWorld): TgsStep {
  switch (state.phase) {
    case 'path':
      return 'error' in outcome ? closer(state, outcome.error, world) : arrive(state, outcome.credential, world)
    case 'off-path':
      if ('error' in outcome) throw outcome.error
      return chase(state, outcome.credential, world)
    case 'referrals':
      return 'error' in outcome ? fallBack(state, outcome.error, world) : refer(state, outcome.credential, world)
    case 'plain':
      if ('error' in outcome) throw outcome.error
      return complete(state, outcome.credential, world)
  }
}

/** The next request along the path, past all realms whose ticket is in the cache. */
function walk(state: TgsState, world: TgsWorld): TgsStep {
  const { path } = state
  const { tgts } = state.terms
  const last = path.length - 1
  const cached = tgts.find(tgt => realmOf(tgt) === path[state.next])
  if (cached === undefined) return askTgt({ ...state, phase: 'path' }, path[state.next]!, world)
  world.trace({ event: 'cached-intermediate-tgt', client: cached.client, server: cached.server })
  const further = withCached(state, cached)
  if (state.next === last) return ask(further, state.goal, world)
  return walk({ ...further, at: state.next, next: last, refused: undefined }, world)
}

/** The realm asked for was not to be had: one nearer. */
function closer(state: TgsState, error: KrbError, world: TgsWorld): TgsStep {
  const next = state.next - 1
  const refused = state.refused ?? error
  if (next > state.at) {
    world.trace({ event: 'closer-realm', realm: state.path[next]! })
    return walk({ ...state, next, refused }, world)
  }
  // On a path that nobody configured, the refusal for the realm that is wanted says more than that for one that was a guess.
  if (state.detour) throw refused
  const path = state.at > 0 || error.code !== 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN' ? undefined : state.terms.detourTo?.(state.server.realm)
  if (path === undefined || path.length <= state.path.length) throw error
  world.trace({ event: 'closer-realm', realm: path.at(-2)! })
  return walk({ ...state, detour: true, path, next: path.length - 2, refused }, world)
}

function arrive(state: TgsState, tgt: Credential, world: TgsWorld): TgsStep {
  const realm = tgtRealm(tgt)
  const { path } = state
  const at = path.indexOf(realm, state.at + 1)
  const hops = state.hops + 1
  const seen = [...state.seen, realm]
  // Only what was asked for by name is worth keeping: the rest would be there twice.
  const keep = at === state.next ? [tgt] : []
  const { client, server } = tgt
  if (at === state.next) world.trace({ event: 'cache-stored', client, server, cache: state.terms.cache })
  if (at === path.length - 1) {
    world.trace({ event: 'service-realm-tgt', server: tgt.server })
    return keeping(keep, ask({ ...state, tgt }, state.goal, world))
  }
  if (at >= 0) {
    world.trace({ event: 'next-realm', realm })
    if (hops >= MAX_HOPS) return { do: 'fail', error: tooFar(state, 'KRB5_KDC_UNREACH'), keep, legs: state.legs }
    return keeping(keep, walk({ ...state, tgt, at, next: path.length - 1, refused: undefined, hops, seen }, world))
  }
  if (realm === realmOf(state.terms.tgt))
    throw new KrbError('KRB5_KDCREP_MODIFIED', { realm }, { hints: [`the KDC sent us back to realm ${displayText(realm)}`] })
  if (state.seen.includes(realm)) throw circle(state)
  world.trace({ event: 'off-path-realm', realm })
  return askTgt({ ...state, tgt, phase: 'off-path', hops: 1, seen }, state.server.realm, world)
}

/** The KDC knows another path: each is asked for the service's realm. */
function chase(state: TgsState, tgt: Credential, world: TgsWorld): TgsStep {
  const realm = tgtRealm(tgt)
  if (state.seen.includes(realm)) throw circle(state)
  if (realm === state.server.realm) {
    world.trace({ event: 'service-realm-tgt', server: tgt.server })
    return ask({ ...state, tgt }, state.goal, world)
  }
  if (state.hops >= MAX_HOPS) throw tooFar(state, 'KRB5_KDCREP_MODIFIED')
  return askTgt({ ...state, tgt, hops: state.hops + 1, seen: [...state.seen, realm] }, state.server.realm, world)
}

function refer(state: TgsState, credential: Credential, world: TgsWorld): TgsStep {
  const { server } = credential
  if (sameComponents(server, state.server)) return complete(state, credential, world)
  if (!isTgtPrincipal(server)) {
    // Old Active Directory renames services instead.
    world.trace({ event: 'referral-is-no-tgt', server })
    return ask(state, 'plain', world)
  }
  const realm = realmOf(credential)
  if (realm === realmOf(state.tgt)) {
    world.trace({ event: 'referral-to-same-realm', realm })
    return ask(state, 'plain', world)
  }
  if (state.hops >= MAX_HOPS) throw tooFar(state, 'KRB5_KDC_UNREACH')
  if (state.seen.includes(realm)) throw circle(state)
  world.trace({ event: 'following-referral', server })
  const next = { ...state, tgt: credential, server: { ...state.server, realm }, seen: [...state.seen, realm], hops: state.hops + 1 }
  return request(next, next.server, KdcOptions.CANONICALIZE, world)
}

/** Only when the first request failed: a KDC may dislike the canonicalize option, or the service's realm is to be guessed. */
function fallBack(state: TgsState, error: KrbError, world: TgsWorld): TgsStep {
  if (state.hops > 1) throw error
  const { terms } = state
  if (terms.server.realm !== '') return ask(state, 'plain', world)
  if (terms.server.components.length < 2) throw new KrbError('KRB5_ERR_HOST_REALM_UNKNOWN')
  const realm = terms.fallbackRealm
  if (realm === undefined || realm === state.server.realm) return ask(state, 'plain', world)
  world.trace({ event: 'fallback-realm', realm })
  return reachRealm({ ...state, goal: 'plain', server: { ...state.server, realm } }, world)
}

function complete({ terms, legs }: TgsState, credential: Credential, world: TgsWorld): TgsStep {
  world.trace({ event: 'service-creds-received', server: credential.server })
  // Under the name that was asked for, so that it is found again.
  return { do: 'done', credential: { ...credential, server: terms.server }, keep: [], legs }
}

function ask(state: TgsState, phase: 'referrals' | 'plain', world: TgsWorld): TgsStep {
  const { server } = state
  world.trace({ event: 'requesting-service', server, referrals: phase === 'referrals' })
  const next: TgsState = phase === 'referrals' ? { ...state, phase, hops: 1, seen: [] } : { ...state, phase }
  return request(next, server, phase === 'referrals' ? KdcOptions.CANONICALIZE : 0, world)
}

function askTgt(state: TgsState, realm: string, world: TgsWorld): TgsStep {
  const wanted = tgtPrincipal(realm, realmOf(state.tgt))
  world.trace({ event: 'requesting-tgt', wanted, using: state.tgt.server })
  return request(state, wanted, 0, world)
}

function request(state: TgsState, server: Principal, option: number, world: TgsWorld): TgsStep {
  const { terms, tgt, phase } = state
  const forService = phase === 'referrals' || phase === 'plain'
  const { etypes } = terms
  const now = kdcNow(terms, world)
  const making = forService
    ? { tgt, server, kdcOptions: (inheritedOptions(tgt) | option | serviceOptions(terms)) >>> 0, etypes, now, ...serviceTerms(terms) }
    : { tgt, server, kdcOptions: (inheritedOptions(tgt) | option) >>> 0, etypes, now }
  const sent = buildTgsRequest(making, world)
  return transmit({ ...state, sent })
}

function serviceOptions({ kdcOptions, secondTicket, from }: TgsTerms): number {
  return kdcOptions | (secondTicket === undefined ? 0 : KdcOptions.ENC_TKT_IN_SKEY) | (from === undefined ? 0 : KdcOptions.POSTDATED)
}

/** What holds for the service's own ticket, and not for those on the way to its realm. */
function serviceTerms({ serviceEtypes, from, till, secondTicket }: TgsTerms) {
  return {
    ...(serviceEtypes !== undefined && { etypes: serviceEtypes }),
    ...(from !== undefined && { from }),
    ...(till !== undefined && { till }),
    ...(secondTicket !== undefined && { secondTicket }),
  }
}

/** To the realm whose ticket is shown: its KDC alone can read that. */
function transmit(state: TgsState): TgsStep {
  return { do: 'send', realm: realmOf(state.tgt), message: state.sent!.message, tcpOnly: state.tcpOnly, state, keep: [] }
}

function keeping(keep: readonly Credential[], step: TgsStep): TgsStep {
  return { ...step, keep: [...keep, ...step.keep] }
}

/** The realm that a krbtgt ticket leads to. */
function realmOf(tgt: Credential): string {
  return tgt.server.components[1] ?? ''
}

function tgtRealm(credential: Credential): string {
  if (isTgtPrincipal(credential.server)) return realmOf(credential)
  throw new KrbError('KRB5_KDCREP_MODIFIED', {}, { hints: ['the KDC answered with a service ticket where one for a realm was asked for'] })
}

function circle({ server, legs }: TgsState): KrbError {
  return new KrbError('KRB5_KDC_UNREACH', { realm: server.realm }, { hints: [`the referrals go in a circle: ${realmsText(legs)}`] })
}

function tooFar({ server, legs }: TgsState, code: 'KRB5_KDC_UNREACH' | 'KRB5_KDCREP_MODIFIED'): KrbError {
  return new KrbError(code, { realm: server.realm }, { hints: [`more than ${MAX_HOPS} realms on the way: ${realmsText(legs)}`] })
}

function kdcNow(terms: TgsTerms, world: TgsWorld): Instant {
  const { seconds, micros } = world.clock.now()
  return { seconds: seconds + terms.offset, micros }
}

/** As MIT's KRB5_REFERRAL_MAXHOPS. */
const MAX_HOPS = 10
