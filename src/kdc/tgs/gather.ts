import type { KdcReqBody, TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import type { Pac } from '../../core/pac/container.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import { believedPac } from '../pac/verified.ts'
import { vouchingKeys } from '../pac/vouching-keys.ts'
import type { SecondTicket, TgsResolved } from '../permit/resolved.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import { asksForRbcd } from '../s4u/reply.ts'
import { s4uSelf } from '../s4u/self.ts'
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
  const vouching = vouchingKeys(tgs, desk)
  if (vouching instanceof Refusal) return vouching
  const headerPac = pacOrRefusal(() => believedPac(header.pac(), header.serverEntry.principal, vouching), 'HEADER_PAC')
  if (headerPac instanceof Refusal) return headerPac
  const found = await findServer(body, requested, desk)
  if (found instanceof Refusal) return found
  const self = await s4uSelf(request, header, found.server, store)
  if (self instanceof Refusal) return self
  if (opened instanceof Refusal) return opened
  const secondPac = opened && pacOrRefusal(() => believedPac(opened.pac(), opened.serverEntry.principal, vouching), '2ND_TKT_PAC')
  if (secondPac instanceof Refusal) return secondPac
  const { server, referral } = found
  return {
    now,
    body,
    requested,
    server,
    referral,
    header: header.ticket,
    headerServer: header.server,
    headerPac,
    client: await store.principal(header.client),
    localTgs: tgs,
    vouching,
    second: opened && (await secondTicket(opened, secondPac, store)),
    crossRealm: header.serverEntry.principal.realm !== server.principal.realm,
    s4u2self: self,
    rbcd: asksForRbcd(request.padata ?? []),
    realm,
  }
}

function pacOrRefusal(verified: () => Pac | undefined, status: string): Pac | undefined | Refusal {
  try {
    return verified()
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, status)
    throw error
  }
}

/** A user-to-user request may leave the server out: it is the client of the second ticket (RFC 4120 §3.3.3). */
function requestedServer(
  { sname, realm, kdcOptions }: KdcReqBody,
  second: OpenedSecondTicket | Refusal | undefined,
): Principal | undefined {
  if (sname !== undefined) return fromPrincipalName(sname, realm)
  return !(kdcOptions & KdcOptions.ENC_TKT_IN_SKEY) || second === undefined || second instanceof Refusal ? undefined : second.client
}

async function secondTicket(opened: OpenedSecondTicket, pac: Pac | undefined, store: Store): Promise<SecondTicket> {
  return { ...opened, pac, client: await store.principal(opened.client) }
}
