import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { isTgtPrincipal } from '../../core/principal/principal.ts'
import { ask, askTgt } from './ask.ts'
import { type Leg, realmsText } from './route.ts'
import { realmOf, type TgsState, type TgsStep, type TgsWorld } from './state.ts'

/*
 * The way to the service's realm: along a path, nearer where the far end is not to be had at once, and off it where a KDC knows another.
 */

/** With the ticket at hand, to the end of `path`, where that ticket's realm is the first. */
export function setOut(state: TgsState, path: readonly string[], world: TgsWorld): TgsStep {
  return walk({ ...state, path, at: 0, next: path.length - 1, refused: undefined, hops: 0, seen: [] }, world)
}

/** Going on with a ticket of the cache. */
export function withCached(state: TgsState, tgt: Credential): TgsState {
  const leg: Leg = { from: 'cache', realm: tgt.server.realm, wanted: tgt.server, credential: tgt }
  return { ...state, tgt, legs: [...state.legs, leg] }
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
export function closer(state: TgsState, error: KrbError, world: TgsWorld): TgsStep {
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

/** A ticket of some realm came: on the path, at its end, or off it. */
export function arrive(state: TgsState, tgt: Credential, world: TgsWorld): TgsStep {
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
export function chase(state: TgsState, tgt: Credential, world: TgsWorld): TgsStep {
  const realm = tgtRealm(tgt)
  if (state.seen.includes(realm)) throw circle(state)
  if (realm === state.server.realm) {
    world.trace({ event: 'service-realm-tgt', server: tgt.server })
    return ask({ ...state, tgt }, state.goal, world)
  }
  if (state.hops >= MAX_HOPS) throw tooFar(state, 'KRB5_KDCREP_MODIFIED')
  return askTgt({ ...state, tgt, hops: state.hops + 1, seen: [...state.seen, realm] }, state.server.realm, world)
}

export function circle({ server, legs }: TgsState): KrbError {
  return new KrbError('KRB5_KDC_UNREACH', { realm: server.realm }, { hints: [`the referrals go in a circle: ${realmsText(legs)}`] })
}

export function tooFar({ server, legs }: TgsState, code: 'KRB5_KDC_UNREACH' | 'KRB5_KDCREP_MODIFIED'): KrbError {
  return new KrbError(code, { realm: server.realm }, { hints: [`more than ${MAX_HOPS} realms on the way: ${realmsText(legs)}`] })
}

function keeping(keep: readonly Credential[], step: TgsStep): TgsStep {
  return { ...step, keep: [...keep, ...step.keep] }
}

function tgtRealm(credential: Credential): string {
  if (isTgtPrincipal(credential.server)) return realmOf(credential)
  throw new KrbError('KRB5_KDCREP_MODIFIED', {}, { hints: ['the KDC answered with a service ticket where one for a realm was asked for'] })
}

/** As MIT's KRB5_REFERRAL_MAXHOPS. */
export const MAX_HOPS = 10
