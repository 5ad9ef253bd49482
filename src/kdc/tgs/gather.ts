import type { TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import { fromPrincipalName, isTgtPrincipal } from '../../core/principal/principal.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import type { ServedRealm } from '../realm-settings.ts'
import { Refusal } from '../refusal.ts'
import type { HeaderTicket } from './header-ticket.ts'

/** Looks up what a TGS request names (RFC 4120 §3.3.3). Store failures are thrown. */
export async function gatherTgs(
  request: TgsReq,
  header: HeaderTicket,
  { store, policy: realm }: ServedRealm,
  now: number,
): Promise<TgsResolved | Refusal> {
  const body = request.reqBody.value
  if (body.sname === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'NULL_SERVER')
  const requested = fromPrincipalName(body.sname, body.realm)
  const server = await store.principal(requested)
  if (server === undefined) {
    const foreignTgs = isTgtPrincipal(requested) && requested.components[1] !== requested.realm
    return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', foreignTgs ? 'UNKNOWN_SERVER' : 'LOOKING_UP_SERVER')
  }
  return {
    now,
    body,
    requested,
    server,
    header: header.ticket,
    headerServer: header.server,
    client: header.client.realm === realm.realm ? await store.principal(header.client) : undefined,
    crossRealm: header.serverEntry.principal.realm !== server.principal.realm,
    s4u2self: request.padata?.some(({ padataType }) => padataType === PaType.FOR_USER || padataType === PaType.S4U_X509_USER) ?? false,
    realm,
  }
}
