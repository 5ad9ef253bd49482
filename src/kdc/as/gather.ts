import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { fromPrincipalName, type Principal, parsePrincipal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'
import type { AsResolved } from '../permit/resolved.ts'
import type { ServedRealm } from '../realm-settings.ts'
import { Refusal } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import { policyName } from '../store/kadm-data.ts'
import type { Store } from '../store/store.ts'

/** Looks up what an AS request names (RFC 4120 §3.1.3). Store failures are thrown. */
export async function gatherAs(body: KdcReqBody, { store, policy: realm }: ServedRealm, now: number): Promise<AsResolved | Refusal> {
  if (body.cname === undefined) return new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'NULL_CLIENT')
  if (body.sname === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'NULL_SERVER')
  const client = await clientEntry(fromPrincipalName(body.cname, body.realm), body.kdcOptions, store)
  if (client === undefined) return new Refusal('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN', 'CLIENT_NOT_FOUND')
  const server = await store.principal(fromPrincipalName(body.sname, body.realm))
  if (server === undefined) return new Refusal('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'SERVER_NOT_FOUND')
  const policy = policyName(client.tlData)
  const clientPolicy = policy === undefined ? undefined : await store.policy(policy)
  return { now, body, client, server, clientPolicy, realm }
}

/**
 * An enterprise name (RFC 6806 §5) is one component, `alice@REALM`. It is looked for as it stands, which an alias may do, then as the name that it spells;
 * the latter only if the client is ready to be called otherwise.
 */
export async function clientEntry(name: Principal, kdcOptions: number, store: Store): Promise<PrincipalEntry | undefined> {
  const found = await store.principal(name)
  if (found !== undefined || name.type !== NameType.ENTERPRISE || !(kdcOptions & KdcOptions.CANONICALIZE)) return found
  const spelt = spelledName(name)
  return spelt?.realm === name.realm ? store.principal(spelt) : undefined
}

function spelledName({ components, realm }: Principal): Principal | undefined {
  if (components.length !== 1) return undefined
  try {
    return parsePrincipal(components[0]!, { defaultRealm: realm })
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}
