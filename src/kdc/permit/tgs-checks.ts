import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { fromPrincipalName, isTgtPrincipal, samePrincipal } from '../../core/principal/principal.ts'
import { isPacOfTicket } from '../pac/client.ts'
import { Refusal } from '../refusal.ts'
import { anonymousAstray, CHANGES, type Check, expired, secondTicketOutOfTime, startNotAhead } from './check.ts'
import { isDelegation } from './delegation.ts'
import type { TgsResolved } from './resolved.ts'
import { S4U_PROXY_CHECKS } from './s4u-proxy-checks.ts'
import { S4U_SELF_CHECKS } from './s4u-self-checks.ts'

export const TGS_CHECKS: readonly Check<TgsResolved>[] = [
  {
    // MIT grants a renewed ticket with POSTDATED a start of the client's choice, which nobody ever has to validate.
    name: 'one change of the ticket at a time',
    ref: 'RFC 4120 §3.3.3',
    run: ({ body: { kdcOptions } }) =>
      (kdcOptions & KdcOptions.RENEW && kdcOptions & KdcOptions.VALIDATE) ||
      (kdcOptions & (KdcOptions.RENEW | KdcOptions.VALIDATE) && kdcOptions & KdcOptions.POSTDATED)
        ? new Refusal('KRB5KDC_ERR_BADOPTION', 'INVALID TGS OPTIONS')
        : undefined,
  },
  needs(KdcOptions.FORWARDED, TicketFlags.FORWARDABLE, 'TGT NOT FORWARDABLE'),
  needs(KdcOptions.PROXY, TicketFlags.PROXIABLE, 'TGT NOT PROXIABLE'),
  needs(KdcOptions.ALLOW_POSTDATE | KdcOptions.POSTDATED, TicketFlags.MAY_POSTDATE, 'TGT NOT POSTDATABLE'),
  needs(KdcOptions.VALIDATE, TicketFlags.INVALID, 'VALIDATE VALID TICKET'),
  needs(KdcOptions.RENEW, TicketFlags.RENEWABLE, 'TICKET NOT RENEWABLE'),
  startNotAhead<TgsResolved>(),
  {
    name: 'an invalid ticket is good for validation only',
    ref: 'RFC 4120 §2.2',
    run: ({ header, body }) =>
      header.flags & TicketFlags.INVALID && !(body.kdcOptions & KdcOptions.VALIDATE)
        ? new Refusal('KRB5KRB_AP_ERR_TKT_NYV', 'TICKET NOT VALID')
        : undefined,
  },
  {
    name: 'validation not before the start, to the second',
    ref: 'RFC 4120 §3.3.3.1',
    run: ({ header, body, now }) =>
      body.kdcOptions & KdcOptions.VALIDATE && (header.starttime ?? header.authtime) > now
        ? new Refusal('KRB5KRB_AP_ERR_TKT_NYV', 'NOT_YET_VALID')
        : undefined,
  },
  {
    name: 'renewal not after renew-till',
    ref: 'RFC 4120 §3.3.3.1',
    run: ({ header, body, now }) =>
      body.kdcOptions & KdcOptions.RENEW && now > (header.renewTill ?? 0)
        ? new Refusal('KRB5KRB_AP_ERR_TKT_EXPIRED', 'TKT_EXPIRED')
        : undefined,
  },
  {
    name: 'a changed ticket stays one for the same server',
    ref: 'RFC 4120 §3.3.2',
    run: r =>
      r.body.kdcOptions & CHANGES && !samePrincipal(r.headerServer, r.requested) && !isProxyByTgt(r)
        ? new Refusal('KRB5KDC_ERR_SERVER_NOMATCH', "SERVER DIDN'T MATCH TICKET FOR RENEW/FORWARD/ETC")
        : undefined,
  },
  {
    name: 'no proxy of a TGT',
    ref: 'RFC 4120 §2.5',
    run: ({ body, requested }) =>
      body.kdcOptions & KdcOptions.PROXY && isTgtPrincipal(requested) ? new Refusal('KRB5KDC_ERR_BADOPTION', "CAN'T PROXY TGT") : undefined,
  },
  {
    name: 'no proxy by TGT for a server or client that forbids proxies',
    ref: 'kadmin -allow_proxiable',
    run: r =>
      isProxyByTgt(r) && ((r.client?.attributes ?? 0) | r.server.attributes) & Attributes.DISALLOW_PROXIABLE
        ? new Refusal('KRB5KDC_ERR_BADOPTION', 'PROXY NOT ALLOWED')
        : undefined,
  },
  {
    name: 'a new ticket needs a TGT',
    ref: 'RFC 4120 §3.3.2',
    run: ({ body, headerServer }) =>
      !(body.kdcOptions & CHANGES) && !isTgtPrincipal(headerServer)
        ? new Refusal('KRB5KRB_AP_ERR_NOT_US', 'BAD TGS SERVER NAME')
        : undefined,
  },
  {
    name: 'the TGT is for the realm of the server',
    ref: 'RFC 4120 §3.3.2',
    run: r =>
      (!(r.body.kdcOptions & CHANGES) || isProxyByTgt(r)) && r.headerServer.components[1] !== r.requested.realm
        ? new Refusal('KRB5KRB_AP_ERR_NOT_US', 'BAD TGS SERVER INSTANCE')
        : undefined,
  },
  ...S4U_SELF_CHECKS,
  {
    name: 'no client of ours out of a foreign realm',
    ref: 'RFC 4120 §3.3.3.2',
    run: ({ crossRealm, header, realm, s4u2self }) =>
      s4u2self === undefined && crossRealm && header.crealm === realm.realm
        ? new Refusal('KRB5KDC_ERR_POLICY', 'INVALID LINEAGE')
        : undefined,
  },
  secondTicket('user-to-user needs a second ticket', ({ second }) =>
    second === undefined ? new Refusal('KRB5KDC_ERR_BADOPTION', 'NO_2ND_TKT') : undefined,
  ),
  secondTicket('the second ticket is a TGT of this realm', ({ second, server }) =>
    isTgtPrincipal(second!.server) &&
    second!.server.components[1] === second!.server.realm &&
    second!.server.realm === server.principal.realm
      ? undefined
      : new Refusal('KRB5KDC_ERR_POLICY', '2ND_TKT_NOT_TGS'),
  ),
  secondTicket("the second ticket is the server's, by whatever name", ({ second, server }) =>
    second!.client !== undefined && samePrincipal(second!.client.principal, server.principal)
      ? undefined
      : new Refusal('KRB5KDC_ERR_SERVER_NOMATCH', '2ND_TKT_MISMATCH'),
  ),
  secondTicket('the second ticket is good at this time', secondTicketOutOfTime),
  {
    name: "the TGT's PAC is its client's",
    ref: 'MS-PAC §2.7',
    run: r =>
      r.headerPac === undefined || r.s4u2self !== undefined || isDelegation(r) || isPacOfTicket(r.headerPac, r.header)
        ? undefined
        : new Refusal('KRB5KDC_ERR_BADOPTION', 'HEADER_PAC'),
  },
  ...S4U_PROXY_CHECKS,
  {
    name: 'server takes no renewable tickets',
    ref: 'kadmin -allow_renewable',
    run: ({ body, server }) =>
      body.kdcOptions & KdcOptions.RENEWABLE && server.attributes & Attributes.DISALLOW_RENEWABLE
        ? new Refusal('KRB5KDC_ERR_POLICY', 'NON-RENEWABLE TICKET')
        : undefined,
  },
  {
    name: 'server takes no postdated tickets',
    ref: 'kadmin -allow_postdated',
    run: ({ body, server }) =>
      body.kdcOptions & (KdcOptions.ALLOW_POSTDATE | KdcOptions.POSTDATED) && server.attributes & Attributes.DISALLOW_POSTDATED
        ? new Refusal('KRB5KDC_ERR_CANNOT_POSTDATE', 'NON-POSTDATABLE TICKET')
        : undefined,
  },
  {
    name: 'server takes no user-to-user tickets',
    ref: 'kadmin -allow_dup_skey',
    run: ({ body, server }) =>
      body.kdcOptions & KdcOptions.ENC_TKT_IN_SKEY && server.attributes & Attributes.DISALLOW_DUP_SKEY
        ? new Refusal('KRB5KDC_ERR_POLICY', 'DUP_SKEY DISALLOWED')
        : undefined,
  },
  {
    name: 'server may have no tickets',
    ref: 'kadmin -allow_tix',
    run: ({ server }) =>
      server.attributes & Attributes.DISALLOW_ALL_TIX ? new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'SERVER LOCKED OUT') : undefined,
  },
  {
    name: 'server is no service, unless user to user',
    ref: 'kadmin -allow_svr',
    run: ({ body, server }) =>
      server.attributes & Attributes.DISALLOW_SVR && !(body.kdcOptions & KdcOptions.ENC_TKT_IN_SKEY)
        ? new Refusal('KRB5KDC_ERR_MUST_USE_USER2USER', 'SERVER NOT ALLOWED')
        : undefined,
  },
  {
    name: 'server wants initial tickets',
    ref: 'kadmin -allow_tgs_req',
    run: ({ server, headerServer }) =>
      server.attributes & Attributes.DISALLOW_TGT_BASED && isTgtPrincipal(headerServer)
        ? new Refusal('KRB5KDC_ERR_POLICY', 'TGT BASED NOT ALLOWED')
        : undefined,
  },
  {
    name: 'server wants clients with hardware authentication',
    ref: 'kadmin +requires_hwauth',
    run: ({ server, header }) =>
      server.attributes & Attributes.REQUIRES_HW_AUTH && !(header.flags & TicketFlags.HW_AUTHENT)
        ? new Refusal('KRB5KRB_ERR_GENERIC', 'NO HW PREAUTH')
        : undefined,
  },
  {
    name: 'server wants pre-authenticated clients',
    ref: 'kadmin +requires_preauth',
    run: ({ server, header }) =>
      server.attributes & Attributes.REQUIRES_PRE_AUTH && !(header.flags & TicketFlags.PRE_AUTHENT)
        ? new Refusal('KRB5KRB_ERR_GENERIC', 'NO PREAUTH')
        : undefined,
  },
  {
    name: 'server entry expired',
    ref: 'RFC 4120 §3.3.3',
    run: ({ server, now }) => (expired(server.expiration, now) ? new Refusal('KRB5KDC_ERR_SERVICE_EXP', 'SERVICE EXPIRED') : undefined),
  },
  {
    name: 'anonymous clients get TGTs only, where kdc.conf says so',
    ref: 'restrict_anonymous_to_tgt',
    run: ({ header, requested, realm }) => anonymousAstray(fromPrincipalName(header.cname, header.crealm), requested, realm),
  },
]

function needs(options: number, flag: number, status: string): Check<TgsResolved> {
  return {
    name: status,
    ref: 'RFC 4120 §3.3.3',
    run: ({ body, header }) =>
      body.kdcOptions & options && !(header.flags & flag) ? new Refusal('KRB5KDC_ERR_BADOPTION', status) : undefined,
  }
}

function secondTicket(name: string, run: Check<TgsResolved>['run']): Check<TgsResolved> {
  return { name, ref: 'RFC 4120 §3.3.3', run: r => (r.body.kdcOptions & KdcOptions.ENC_TKT_IN_SKEY ? run(r) : undefined) }
}

/**
 * A proxy can be asked for with the service's own proxiable ticket, as MIT's library does, or with a proxiable TGT, as Heimdal's does
 * (RFC 4120 §3.3.2 and §5.4.1). The second way gives nothing that two requests of the first would not.
 */
function isProxyByTgt({ body, headerServer, requested }: TgsResolved): boolean {
  return (body.kdcOptions & CHANGES) === KdcOptions.PROXY && isTgtPrincipal(headerServer) && !isTgtPrincipal(requested)
}
