import type { KdcReqBody, TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import { fromPrincipalName, isTgtPrincipal, type Principal } from '../../core/principal/principal.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import type { SecondTicket, TgsResolved } from '../permit/resolved.ts'
import type { RealmDesk } from '../realm-desk.ts'
import type { ServedRealm } from '../realm-settings.ts'
import { Refusal } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import type { Store } from '../store/store.ts'
import type { HeaderTicket } from './header-ticket.ts'
import { hostReferral } from './host-referral.ts'
import { type OpenedSecondTicket, openSecondTicket } from './second-ticket.ts'

/** Looks up what a TGS request names (RFC 4120 §3.3.3). Store failures are thrown. */
export async function gatherTgs(request: TgsReq, header: HeaderTicket, desk: RealmDesk, now: number): Promise<TgsResolved | Refusal> {
  const { store, policy: realm } = desk.realm
  const body = request.reqBody.value
  const opened = await openSecondTicket(body, desk)
  const requested = requestedServer(body, opened)
  if (requested === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'NULL_SERVER')
  const found = await serverFor(body, requested, desk.realm)
  if (found instanceof Refusal) return found
  if (opened instanceof Refusal) return opened
  const { server, referral } = found
  return {
    now,
    body,
    requested,
    server,
    referral,
    header: header.ticket,
    headerServer: header.server,
    client: header.client.realm === realm.realm ? await store.principal(header.client) : undefined,
    second: opened && (await secondTicket(opened, store)),
    crossRealm: header.serverEntry.principal.realm !== server.principal.realm,
    s4u2self: request.padata?.some(({ padataType }) => padataType === PaType.FOR_USER || padataType === PaType.S4U_X509_USER) ?? false,
    realm,
  }
}

/** A user-to-user request may leave the server out: it is the client of the second ticket (RFC 4120 §3.3.3). */
function requestedServer({ sname, realm }: KdcReqBody, second: OpenedSecondTicket | Refusal | undefined): Principal | undefined {
  if (sname !== undefined) return fromPrincipalName(sname, realm)
  return second === undefined || second instanceof Refusal ? undefined : second.client
}

async function serverFor(
  body: KdcReqBody,
  requested: Principal,
  { store, policy }: ServedRealm,
): Promise<{ readonly server: PrincipalEntry; readonly referral: boolean } | Refusal> {
  const server = await store.principal(requested)
  if (server !== undefined) return { server, referral: false }
  const elsewhere = isTgtPrincipal(requested) ? undefined : hostReferral(body, requested, policy)
  const other = elsewhere && (await store.principal(elsewhere))
  if (other !== undefined) return { server: other, referral: true }
  const foreignTgs = elsewhere !== undefined || (isTgtPrincipal(requested) && requested.components[1] !== requested.realm)
  return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', foreignTgs ? 'UNKNOWN_SERVER' : 'LOOKING_UP_SERVER')
}

async function secondTicket({ ticket, sessionKey, server, client }: OpenedSecondTicket, store: Store): Promise<SecondTicket> {
  return { ticket, sessionKey, server, client: await store.principal(client) }
}
