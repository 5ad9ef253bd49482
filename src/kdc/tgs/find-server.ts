import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { isTgtPrincipal, type Principal, samePrincipal, tgtPrincipal } from '../../core/principal/principal.ts'
import { alternateTgt } from '../audit/log-line.ts'
import type { RealmDesk } from '../realm-desk.ts'
import type { ServedRealm } from '../realm-settings.ts'
import { Refusal } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import type { Store } from '../store/store.ts'
import { hostReferral, UNMOVED } from './host-referral.ts'

/** `referral`: not the server that was asked for, but a ticket-granting service on the way to it (RFC 4120 §1.2, RFC 6806 §8). */
export interface FoundServer {
  readonly server: PrincipalEntry
  readonly referral: boolean
}

/**
 * The server's entry. Where there is none: for another realm's ticket-granting service that of the realm farthest along the way to it, and so too
 * for a host of another realm, which [domain_realm] tells.
 */
export async function findServer(body: KdcReqBody, requested: Principal, desk: RealmDesk): Promise<FoundServer | Refusal> {
  const { store, policy } = desk.realm
  const server = await store.principal(requested)
  if (server !== undefined) return { server, referral: false }
  const elsewhere = isForeignTgs(requested) ? requested : hostReferral(body, requested, policy)
  if (elsewhere === undefined || body.kdcOptions & UNMOVED) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'LOOKING_UP_SERVER')
  const direct = elsewhere === requested ? undefined : await store.principal(elsewhere)
  if (direct !== undefined) return { server: direct, referral: true }
  const next = await nextOnTheWay(elsewhere, desk.realm)
  if (next === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'UNKNOWN_SERVER')
  desk.log('info', alternateTgt(next.principal))
  return { server: next, referral: true }
}

/** The ticket-granting service of a realm, which vouches for what is issued there; mostly it is what opened the header ticket. */
export async function localTgs(realm: string, headerServer: PrincipalEntry, store: Store): Promise<PrincipalEntry | Refusal> {
  const name = tgtPrincipal(realm)
  if (samePrincipal(headerServer.principal, name)) return headerServer
  return (await store.principal(name)) ?? new Refusal('KRB5_KDB_NOENTRY', 'GET_LOCAL_TGT')
}

async function nextOnTheWay(elsewhere: Principal, { store, policy }: ServedRealm): Promise<PrincipalEntry | undefined> {
  const [, ...onTheWay] = policy.realmPath(elsewhere.realm, elsewhere.components[1]!)
  for (const realm of onTheWay.slice(-FARTHEST).reverse()) {
    const entry = await store.principal(tgtPrincipal(realm, elsewhere.realm))
    if (entry !== undefined) return entry
  }
  return undefined
}

function isForeignTgs(name: Principal): boolean {
  return isTgtPrincipal(name) && name.components[1] !== name.realm
}

/** No honest path is longer; strangers choose the names that the hierarchy is made of. */
const FARTHEST = 32
