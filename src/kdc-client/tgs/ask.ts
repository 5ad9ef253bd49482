import type { Instant } from '../../core/env.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { type Principal, tgtPrincipal } from '../../core/principal/principal.ts'
import { buildTgsRequest, inheritedOptions } from './build-request.ts'
import { realmOf, type TgsState, type TgsStep, type TgsTerms, type TgsWorld } from './state.ts'

/** For the service itself, with the ticket at hand. */
export function ask(state: TgsState, phase: 'referrals' | 'plain', world: TgsWorld): TgsStep {
  const { server } = state
  world.trace({ event: 'requesting-service', server, referrals: phase === 'referrals' })
  const next: TgsState = phase === 'referrals' ? { ...state, phase, hops: 1, seen: [] } : { ...state, phase }
  return request(next, server, phase === 'referrals' ? KdcOptions.CANONICALIZE : 0, world)
}

/** For a ticket of a realm. */
export function askTgt(state: TgsState, realm: string, world: TgsWorld): TgsStep {
  const wanted = tgtPrincipal(realm, realmOf(state.tgt))
  world.trace({ event: 'requesting-tgt', wanted, using: state.tgt.server })
  return request(state, wanted, 0, world)
}

/** A fresh request for `server` with `option` beside the inherited ones; what the terms ask of the service ticket goes into no other. */
export function request(state: TgsState, server: Principal, option: number, world: TgsWorld): TgsStep {
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
export function transmit(state: TgsState): TgsStep {
  return { do: 'send', realm: realmOf(state.tgt), message: state.sent!.message, tcpOnly: state.tcpOnly, state, keep: [] }
}

function kdcNow(terms: TgsTerms, world: TgsWorld): Instant {
  const { seconds, micros } = world.clock.now()
  return { seconds: seconds + terms.offset, micros }
}
