import type { Credential } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { isTgtPrincipal, sameComponents } from '../../core/principal/principal.ts'
import { traced } from '../refusal.ts'
import { ask, request, transmit } from './ask.ts'
import { isTooBigForUdp, type Outcome, outcomeOf } from './outcome.ts'
import type { Leg } from './route.ts'
import { realmOf, type TgsInput, type TgsState, type TgsStep, type TgsWorld } from './state.ts'
import { arrive, chase, circle, closer, MAX_HOPS, setOut, tooFar, withCached } from './walk.ts'

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
