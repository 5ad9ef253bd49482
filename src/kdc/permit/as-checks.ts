import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { Refusal } from '../refusal.ts'
import { anonymousAstray, CHANGES, type Check, expired, startNotAhead } from './check.ts'
import { isLockedOut } from './lockout.ts'
import type { AsResolved } from './resolved.ts'

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
  startNotAhead<AsResolved>(),
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
    name: 'anonymous clients get TGTs only, where kdc.conf says so',
    ref: 'restrict_anonymous_to_tgt',
    run: ({ client, server, realm }) => anonymousAstray(client.principal, server.principal, realm),
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

const TGS_ONLY = CHANGES | KdcOptions.ENC_TKT_IN_SKEY | KdcOptions.CNAME_IN_ADDL_TKT
