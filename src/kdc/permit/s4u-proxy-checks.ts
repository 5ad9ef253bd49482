import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { hasTicketSignature } from '../../core/pac/sign.ts'
import { isTgtPrincipal, samePrincipal } from '../../core/principal/principal.ts'
import { isPacOfTicket } from '../pac/client.ts'
import { Refusal } from '../refusal.ts'
import { CHANGES, type Check, secondTicketOutOfTime } from './check.ts'
import type { SecondTicket, TgsResolved } from './resolved.ts'

/**
 * S4U2Proxy in MIT's order: a service shows a ticket that somebody used with it, the evidence, and wants one in that client's name for another service. All of
 * it within our realm. Who may do so is `delegation.ts`.
 */
export const S4U_PROXY_CHECKS: readonly Check<TgsResolved>[] = [
  proxy('there is evidence', ({ second }) => (second === undefined ? new Refusal('KRB5KDC_ERR_BADOPTION', 'NO_2ND_TKT') : undefined)),
  // Ours, as with user to user.
  proxy('it is good at this time', secondTicketOutOfTime),
  evidence('its client may be delegated', ({ ticket, client }) =>
    // The second half is ours: who was marked since the ticket was issued is not delegated any more.
    !(ticket.flags & TicketFlags.FORWARDABLE) || (client !== undefined && client.attributes & Attributes.DISALLOW_FORWARDABLE)
      ? new Refusal('KRB5KDC_ERR_BADOPTION', 'EVIDENCE_TKT_NOT_FORWARDABLE')
      : undefined,
  ),
  proxy('nothing else is asked for', ({ body }) =>
    body.kdcOptions & (CHANGES | KdcOptions.ENC_TKT_IN_SKEY)
      ? new Refusal('KRB5KDC_ERR_BADOPTION', 'INVALID_S4U2PROXY_OPTIONS')
      : undefined,
  ),
  proxy('no TGT, which would be delegation without bounds', ({ requested, server }) =>
    isTgtPrincipal(requested) || isTgtPrincipal(server.principal)
      ? new Refusal('KRB5KDC_ERR_POLICY', 'NOT_ALLOWED_TO_DELEGATE')
      : undefined,
  ),
  proxy('the TGT has a PAC', ({ headerPac }) =>
    headerPac === undefined ? new Refusal('KRB5KDC_ERR_TGT_REVOKED', 'S4U2PROXY_NO_HEADER_PAC') : undefined,
  ),
  proxy("the TGT's PAC is the service's", ({ headerPac, header }) =>
    isPacOfTicket(headerPac!, header) ? undefined : new Refusal('KRB5KDC_ERR_BADOPTION', 'S4U2PROXY_HEADER_PAC'),
  ),
  evidence('it has a PAC', ({ pac }) => (pac === undefined ? new Refusal('KRB5KRB_AP_ERR_MODIFIED', 'S4U2PROXY_NO_STKT_PAC') : undefined)),
  proxy('nobody comes from another realm', ({ crossRealm }) =>
    crossRealm ? new Refusal('KRB5KDC_ERR_BADOPTION', 'XREALM_EVIDENCE_TICKET_MISMATCH') : undefined,
  ),
  evidence('it is for who shows it', ({ serverEntry }, { client }) =>
    client !== undefined && samePrincipal(serverEntry.principal, client.principal)
      ? undefined
      : new Refusal('KRB5KDC_ERR_SERVER_NOMATCH', 'EVIDENCE_TICKET_MISMATCH'),
  ),
  evidence("its PAC is its client's, and KDCs vouch for the ticket around it", ({ serverEntry, pac, ticket }) =>
    hasTicketSignature(serverEntry.principal) && isPacOfTicket(pac!, ticket)
      ? undefined
      : new Refusal('KRB5KDC_ERR_BADOPTION', 'S4U2PROXY_LOCAL_STKT_PAC'),
  ),
]

function proxy(name: string, run: Check<TgsResolved>['run']): Check<TgsResolved> {
  return { name, ref: 'MS-SFU §3.2.5.2', run: r => (r.body.kdcOptions & KdcOptions.CNAME_IN_ADDL_TKT ? run(r) : undefined) }
}

function evidence(name: string, run: (second: SecondTicket, r: TgsResolved) => Refusal | undefined): Check<TgsResolved> {
  return proxy(name, r => run(r.second!, r))
}
