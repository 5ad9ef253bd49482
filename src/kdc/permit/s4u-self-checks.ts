import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import { isPacOfClient, isPacOfTicket } from '../pac/client.ts'
import { Refusal } from '../refusal.ts'
import type { S4uSelf } from '../s4u/self.ts'
import { AS_CHECKS } from './as-checks.ts'
import { CHANGES, type Check, firstRefusal } from './check.ts'
import type { TgsResolved } from './resolved.ts'

/** S4U2Self in MIT's order: a service of ours for a user of ours, or at the ends and in the middle of a way through realms. */
export const S4U_SELF_CHECKS: readonly Check<TgsResolved>[] = [
  self('a service asks for tickets to itself only', (_, { referral, client, server }) =>
    !referral && (client === undefined || !samePrincipal(client.principal, server.principal))
      ? new Refusal('KRB5KRB_AP_ERR_BADMATCH', 'INVALID_S4U2SELF_REQUEST_SERVER_MISMATCH')
      : undefined,
  ),
  self('options that a log-in could have', (_, { body }) =>
    body.kdcOptions & (CHANGES | KdcOptions.ENC_TKT_IN_SKEY | KdcOptions.CNAME_IN_ADDL_TKT)
      ? new Refusal('KRB5KDC_ERR_BADOPTION', 'INVALID S4U2SELF OPTIONS')
      : undefined,
  ),
  self('no referral for a service of ours', (_, { crossRealm, referral }) =>
    !crossRealm && referral ? new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'LOOKING_UP_SERVER') : undefined,
  ),
  self('no way round for a user of ours', ({ entry }, { crossRealm, referral }) =>
    entry !== undefined && crossRealm && !referral ? new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'NOT_CROSS_REALM_REQUEST') : undefined,
  ),
  self('a foreign user comes by the foreign realm', ({ entry }, { crossRealm }) =>
    entry === undefined && !crossRealm ? new Refusal('KRB5KDC_ERR_POLICY', 'S4U2SELF_CLIENT_NOT_OURS') : undefined,
  ),
  self('a foreign user has a name', ({ entry, user }) =>
    entry === undefined && user.components.length === 0 ? new Refusal('KRB5KDC_ERR_POLICY', 'INVALID_XREALM_S4U2SELF_REQUEST') : undefined,
  ),
  self('the TGT has a PAC', (_, { headerPac }) =>
    headerPac === undefined ? new Refusal('KRB5KDC_ERR_TGT_REVOKED', 'S4U2SELF_NO_PAC') : undefined,
  ),
  self("the TGT's PAC is the service's", ({ entry }, { headerPac, header }) =>
    entry !== undefined && !isPacOfTicket(headerPac!, header)
      ? new Refusal('KRB5KDC_ERR_BADOPTION', 'S4U2SELF_LOCAL_PAC_CLIENT')
      : undefined,
  ),
  self('the user could log in, but for the password', userRefusal),
  self("the PAC of a foreign user's TGT is the user's, with realm", ({ entry, user }, { headerPac, header }) =>
    entry === undefined && !isPacOfClient(headerPac!, user, header.authtime, 'with-realm')
      ? new Refusal('KRB5KDC_ERR_BADOPTION', 'S4U2SELF_FOREIGN_PAC_CLIENT')
      : undefined,
  ),
]

/** Expiry and change of passwords do not count: none is used. The server's own bounds are looked at elsewhere. */
function userRefusal({ entry, policy }: S4uSelf, { now, body, server, realm }: TgsResolved): Refusal | undefined {
  if (entry === undefined) return undefined
  const client = { ...entry, pwExpiration: 0, attributes: entry.attributes & ~Attributes.REQUIRES_PWCHANGE }
  return firstRefusal(AS_CHECKS, { now, body, client, server: { ...server, attributes: 0, expiration: 0 }, clientPolicy: policy, realm })
}

function self(name: string, run: (user: S4uSelf, r: TgsResolved) => Refusal | undefined): Check<TgsResolved> {
  return { name, ref: 'MS-SFU §3.2.5.1', run: r => (r.s4u2self === undefined ? undefined : run(r.s4u2self, r)) }
}
