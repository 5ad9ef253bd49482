import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { isTgtPrincipal, samePrincipal } from '../../core/principal/principal.ts'
import { Refusal } from '../refusal.ts'
import { isLockedOut } from './lockout.ts'
import type { AsResolved, TgsResolved } from './resolved.ts'

/** A rule that refuses a request; the first row that speaks decides. Codes, words and order are MIT's where it has the rule. */
export interface Check<R> {
  readonly name: string
  readonly ref: string
  run(r: R): Refusal | undefined
}

export function firstRefusal<R>(checks: readonly Check<R>[], resolved: R): Refusal | undefined {
  for (const check of checks) {
    const refusal = check.run(resolved)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** All of them come before any pre-authentication data is looked at. */
export const AS_CHECKS: readonly Check<AsResolved>[] = [
  {
    name: 'options that only the TGS knows',
    ref: 'RFC 4120 §3.1.3',
    run: ({ body }) => (body.kdcOptions & TGS_ONLY ? new Refusal('KRB5KDC_ERR_BADOPTION', 'INVALID AS OPTIONS') : undefined),
  },
  {
    name: 'client entry expired',
    ref: 'RFC 4120 §3.1.3',
    run: ({ client, now }) => (expired(client.expiration, now) ? new Refusal('KRB5KDC_ERR_NAME_EXP', 'CLIENT EXPIRED') : undefined),
  },
  {
    name: 'password expired, unless it is about to be changed',
    ref: 'RFC 4120 §3.1.3',
    run: ({ client, server, now }) =>
      expired(client.pwExpiration, now) && !(server.attributes & Attributes.PWCHANGE_SERVICE)
        ? new Refusal('KRB5KDC_ERR_KEY_EXP', 'CLIENT KEY EXPIRED')
        : undefined,
  },
  {
    name: 'server entry expired',
    ref: 'RFC 4120 §3.1.3',
    run: ({ server, now }) => (expired(server.expiration, now) ? new Refusal('KRB5KDC_ERR_SERVICE_EXP', 'SERVICE EXPIRED') : undefined),
  },
  {
    name: 'password must be changed first',
    ref: 'kadmin +needchange',
    run: ({ client, server }) =>
      client.attributes & Attributes.REQUIRES_PWCHANGE && !(server.attributes & Attributes.PWCHANGE_SERVICE)
        ? new Refusal('KRB5KDC_ERR_KEY_EXP', 'REQUIRED PWCHANGE')
        : undefined,
  },
  {
    name: 'postdating not allowed to client or server',
    ref: 'RFC 4120 §3.1.3',
    run: ({ body, client, server }) =>
      body.kdcOptions & (KdcOptions.ALLOW_POSTDATE | KdcOptions.POSTDATED) &&
      (client.attributes | server.attributes) & Attributes.DISALLOW_POSTDATED
        ? new Refusal('KRB5KDC_ERR_CANNOT_POSTDATE', 'POSTDATE NOT ALLOWED')
        : undefined,
  },
  {
    name: 'client may have no tickets',
    ref: 'kadmin -allow_tix',
    run: ({ client }) =>
      client.attributes & Attributes.DISALLOW_ALL_TIX ? new Refusal('KRB5KDC_ERR_CLIENT_REVOKED', 'CLIENT LOCKED OUT') : undefined,
  },
  {
    name: 'server may have no tickets',
    ref: 'kadmin -allow_tix',
    run: ({ server }) =>
      server.attributes & Attributes.DISALLOW_ALL_TIX ? new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'SERVICE LOCKED OUT') : undefined,
  },
  {
    name: 'server is no service',
    ref: 'kadmin -allow_svr',
    run: ({ server }) =>
      server.attributes & Attributes.DISALLOW_SVR ? new Refusal('KRB5KDC_ERR_MUST_USE_USER2USER', 'SERVICE NOT ALLOWED') : undefined,
  },
  {
    name: 'anonymous tickets need PKINIT',
    ref: 'RFC 8062 §4.1',
    run: ({ body }) =>
      body.kdcOptions & KdcOptions.REQUEST_ANONYMOUS ? new Refusal('KRB5KDC_ERR_BADOPTION', 'VALIDATE_ANONYMOUS_PRINCIPAL') : undefined,
  },
  {
    name: 'too many failures',
    ref: 'kadmin policy -maxfailure',
    run: ({ client, clientPolicy, realm, now }) =>
      !realm.disableLockout && isLockedOut(client, clientPolicy, now) ? new Refusal('KRB5KDC_ERR_CLIENT_REVOKED', 'LOCKED_OUT') : undefined,
  },
]

export const TGS_CHECKS: readonly Check<TgsResolved>[] = [
  {
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
    ref: 'RFC 4120 §3.3.3.1',
    run: ({ body, headerServer, requested }) =>
      body.kdcOptions & CHANGES && !samePrincipal(headerServer, requested)
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
    run: ({ body, headerServer, requested }) =>
      !(body.kdcOptions & CHANGES) && headerServer.components[1] !== requested.realm
        ? new Refusal('KRB5KRB_AP_ERR_NOT_US', 'BAD TGS SERVER INSTANCE')
        : undefined,
  },
  {
    name: 'S4U2Self is not offered',
    ref: 'MS-SFU §3.2.5.1',
    run: ({ s4u2self }) => (s4u2self ? new Refusal('KRB5KDC_ERR_PADATA_TYPE_NOSUPP', 'S4U2SELF_NOT_SUPPORTED') : undefined),
  },
  {
    name: 'no client of ours out of a foreign realm',
    ref: 'RFC 4120 §3.3.3.2',
    run: ({ crossRealm, header, realm }) =>
      crossRealm && header.crealm === realm.realm ? new Refusal('KRB5KDC_ERR_POLICY', 'INVALID LINEAGE') : undefined,
  },
  {
    name: 'user-to-user and constrained delegation need a second ticket',
    ref: 'RFC 4120 §3.3.3',
    run: ({ body }) =>
      body.kdcOptions & KdcOptions.ENC_TKT_IN_SKEY
        ? new Refusal('KRB5KDC_ERR_BADOPTION', 'NO_2ND_TKT')
        : body.kdcOptions & KdcOptions.CNAME_IN_ADDL_TKT
          ? new Refusal('KRB5KDC_ERR_BADOPTION', 'UNSUPPORTED_S4U2PROXY_REQUEST')
          : undefined,
  },
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
    name: 'server may have no tickets',
    ref: 'kadmin -allow_tix',
    run: ({ server }) =>
      server.attributes & Attributes.DISALLOW_ALL_TIX ? new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'SERVER LOCKED OUT') : undefined,
  },
  {
    name: 'server is no service',
    ref: 'kadmin -allow_svr',
    run: ({ server }) =>
      server.attributes & Attributes.DISALLOW_SVR ? new Refusal('KRB5KDC_ERR_MUST_USE_USER2USER', 'SERVER NOT ALLOWED') : undefined,
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
]

function needs(options: number, flag: number, status: string): Check<TgsResolved> {
  return {
    name: status,
    ref: 'RFC 4120 §3.3.3',
    run: ({ body, header }) =>
      body.kdcOptions & options && !(header.flags & flag) ? new Refusal('KRB5KDC_ERR_BADOPTION', status) : undefined,
  }
}

function expired(at: number, now: number): boolean {
  return at !== 0 && now > at
}

/** Options that change a ticket instead of getting a new one by a TGT. */
const CHANGES = KdcOptions.FORWARDED | KdcOptions.PROXY | KdcOptions.RENEW | KdcOptions.VALIDATE

const TGS_ONLY = CHANGES | KdcOptions.ENC_TKT_IN_SKEY | KdcOptions.CNAME_IN_ADDL_TKT
