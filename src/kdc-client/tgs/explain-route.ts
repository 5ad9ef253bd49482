import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import { placeText } from '../../core/config/realm-origin.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { isTgtPrincipal, type Principal, samePrincipal } from '../../core/principal/principal.ts'
import { shown } from '../check-reply.ts'
import { sealText } from './explain-refusal.ts'
import { crossesRealms, type Leg, realmsText } from './route.ts'

/** Where a request began, the realm of the service ('' when the KDC was to say it), and every ticket on the way. */
export interface Route {
  readonly from: string
  readonly to: string
  readonly legs: readonly Leg[]
}

/**
 * What a person needs when the way from realm to realm ends too early: every ticket on it, which one is missing, and on which side.
 * Nothing for a way that stays at home.
 */
export function routeHints(error: KrbError, route: Route, config: Pick<ClientConfig, 'capaths' | 'profile'>): readonly string[] {
  const { legs } = route
  if (!crossesRealms(legs)) return []
  // The same request with and without referrals is one line.
  const lines = new Set(legs.map(legText))
  const last = legs.find(leg => 'error' in leg && leg.error === error)
  return [...lines, ...(last === undefined ? [] : diagnosis(error, last, route, config))]
}

/** One ticket in one line, beginning with `ok` or `no`. */
export function legText(leg: Leg): string {
  const by = leg.from === 'cache' ? 'in the cache' : `from the KDC of ${displayText(leg.realm)}`
  if (!('credential' in leg)) return `no ${shown(leg.wanted)} ${by}: ${leg.error.message}`
  const { server } = leg.credential
  const other = isTgtPrincipal(server) && shown(server) !== shown(leg.wanted) ? `, instead of ${shown(leg.wanted)}` : ''
  return `ok ${shown(server)} ${by}${other}`
}

function diagnosis(
  error: KrbError,
  { wanted, using, realm }: Leg,
  route: Route,
  config: Pick<ClientConfig, 'capaths' | 'profile'>,
): readonly string[] {
  const { code, params } = error
  const here = displayText(realm)
  const foreign = using !== undefined && using.realm !== realm ? using : undefined
  if (foreign !== undefined && (NOT_OPENED.has(code) || params.said === 'PROCESS_TGS')) {
    const issuer = displayText(foreign.realm)
    return [
      `the KDC of ${here} does not accept ${shown(foreign)}, which the KDC of ${issuer} issued`,
      `in the database of realm ${here} ${shown(foreign)} is missing, or its key, kvno or encryption types are not those of realm ${issuer}`,
      ...sealHints(foreign, route.legs, here),
    ]
  }
  if (foreign !== undefined && code === 'KRB5KDC_ERR_POLICY') {
    return [
      `realms passed: ${realmsText(route.legs)}`,
      `the KDC of ${here} accepts those that [capaths] of its own krb5.conf names between the two ends, or the domain hierarchy has there`,
      ...pathOrigin(route, config),
    ]
  }
  if (code === 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN' && isTgtPrincipal(wanted)) {
    const there = displayText(wanted.components[1]!)
    return [
      `${shown(wanted)} is missing in the database of realm ${here}, and its KDC knows no other way to ${there}`,
      `a trust is one principal with the same key in both realms: addprinc ${shown(wanted)} in ${here} and in ${there}`,
      ...pathOrigin(route, config),
    ]
  }
  return []
}

/** Of which key the other half is wanted. */
function sealHints(foreign: Principal, legs: readonly Leg[], here: string): readonly string[] {
  const shownTicket = legs.find(leg => 'credential' in leg && samePrincipal(leg.credential.server, foreign))
  const seal = shownTicket !== undefined && 'credential' in shownTicket ? sealText(shownTicket.credential) : undefined
  return seal === undefined ? [] : [`the ticket was made with ${seal}: getprinc ${shown(foreign)} in realm ${here} has to show that key`]
}

/** Who said which way to go. */
function pathOrigin({ from, to }: Route, { capaths, profile }: Pick<ClientConfig, 'capaths' | 'profile'>): readonly string[] {
  if (to === '' || to === from) return []
  const between = capaths.between(from, to)
  const place = profile.where('capaths', from, to)
  const pair = `from ${displayText(from)} to ${displayText(to)}`
  if (between === undefined || place === undefined)
    return [`[capaths] of krb5.conf names no way ${pair}: the KDCs and the domain hierarchy decide`]
  const way = between.length === 0 ? 'directly' : `by way of ${between.map(displayText).join(', ')}`
  return [`[capaths] leads ${pair} ${way} (${placeText(place)})`]
}

/** How KDCs refuse a ticket-granting ticket of another realm that they cannot open. */
const NOT_OPENED: ReadonlySet<string> = new Set([
  'KRB5KRB_AP_ERR_BAD_INTEGRITY',
  'KRB5KRB_AP_ERR_MODIFIED',
  'KRB5KRB_AP_ERR_BADKEYVER',
  'KRB5KRB_AP_ERR_NOKEY',
  'KRB5KRB_AP_ERR_NOT_US',
  'KRB5KRB_AP_ERR_BADMATCH',
])
