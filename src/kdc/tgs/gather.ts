import type { KdcReqBody, TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import type { SecondTicket, TgsResolved } from '../permit/resolved.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal } from '../refusal.ts'
import type { Store } from '../store/store.ts'
import { findServer, localTgs } from './find-server.ts'
import type { HeaderTicket } from './header-ticket.ts'
import { type OpenedSecondTicket, openSecondTicket } from './second-ticket.ts'

/** Looks up what a TGS request names (RFC 4120 §3.3.3). Store failures are thrown. */
export async function gatherTgs(request: TgsReq, header: HeaderTicket, desk: RealmDesk, now: number): Promise<TgsResolved | Refusal> {
  const { store, policy: realm } = desk.realm
  const body = request.reqBody.value
  const opened = await openSecondTicket(body, desk)
  const requested = requestedServer(body, opened)
  if (requested === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'NULL_SERVER')
  const tgs = await localTgs(requested.realm, header.serverEntry, store)
  if (tgs instanceof Refusal) return tgs
  const found = await findServer(body, requested, desk)
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
    client: await store.principal(header.client),
    localTgs: tgs,
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

async function secondTicket(opened: OpenedSecondTicket, store: Store): Promise<SecondTicket> {
  return { ...opened, client: await store.principal(opened.client) }
}
