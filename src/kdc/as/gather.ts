import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { fromPrincipalName } from '../../core/principal/principal.ts'
import type { AsResolved } from '../permit/resolved.ts'
import type { ServedRealm } from '../realm-settings.ts'
import { Refusal } from '../refusal.ts'
import { policyName } from '../store/kadm-data.ts'

/** Looks up what an AS request names (RFC 4120 §3.1.3). Store failures are thrown. */
export async function gatherAs(body: KdcReqBody, { store, policy: realm }: ServedRealm, now: number): Promise<AsResolved | Refusal> {
  if (body.cname === undefined) return new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'NULL_CLIENT')
  if (body.sname === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'NULL_SERVER')
  const client = await store.principal(fromPrincipalName(body.cname, body.realm))
  if (client === undefined) return new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'CLIENT_NOT_FOUND')
  const server = await store.principal(fromPrincipalName(body.sname, body.realm))
  if (server === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'SERVER_NOT_FOUND')
  const policy = policyName(client.tlData)
  const clientPolicy = policy === undefined ? undefined : await store.policy(policy)
  return { now, body, client, server, clientPolicy, realm }
}
