import type { Credential } from '../../core/ccache/credential.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { isTgtPrincipal, type Principal, samePrincipal } from '../../core/principal/principal.ts'

/** One ticket on the way to a service: what was asked for, or taken from the cache, and what came of it. */
export type Leg = {
  readonly from: 'cache' | 'kdc'
  /** The realm whose KDC was asked; of a cached ticket the one that issued it. */
  readonly realm: string
  /** Address of the KDC that answered, as far as it is known. */
  readonly kdc?: string | undefined
  readonly wanted: Principal
  /** The service of the ticket that was shown to the KDC. */
  readonly using?: Principal
} & ({ readonly credential: Credential } | { readonly error: KrbError })

/** The KDC answered with a ticket for a realm that is nearer, or that it thinks to be nearer. */
export function isReferral(leg: Leg): leg is Leg & { readonly credential: Credential } {
  return 'credential' in leg && isTgtPrincipal(leg.credential.server) && !samePrincipal(leg.credential.server, leg.wanted)
}

/** Whether the way leaves the realm that it begins in, or was to. */
export function crossesRealms(legs: readonly Leg[]): boolean {
  return legs.some(leg => leadsTo(leg.wanted, leg.realm) !== leg.realm || isReferral(leg))
}

/** The realms that the tickets led to, in order, as text: `A -> B -> C`. */
export function realmsText(legs: readonly Leg[]): string {
  return realmsOf(legs).map(displayText).join(' -> ')
}

function realmsOf(legs: readonly Leg[]): readonly string[] {
  const realms: string[] = []
  for (const leg of legs) {
    if (realms.at(-1) !== leg.realm) realms.push(leg.realm)
    if (!('credential' in leg)) continue
    const realm = leadsTo(leg.credential.server, leg.realm)
    if (realms.at(-1) !== realm) realms.push(realm)
  }
  return realms
}

/** The realm that a ticket-granting ticket is for; a service's ticket leads nowhere. */
function leadsTo(server: Principal, realm: string): string {
  return isTgtPrincipal(server) ? server.components[1]! : realm
}
