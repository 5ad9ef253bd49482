import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { type Principal, tgtPrincipal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'
import type { RealmPolicy } from '../realm-settings.ts'

/**
 * The ticket-granting service that a client should go on with who asks here for a host's service that [domain_realm] puts into another realm
 * (RFC 6806 §8). undefined when the request wants no referral, or nothing is known about the host.
 */
export function hostReferral(
  { kdcOptions }: Pick<KdcReqBody, 'kdcOptions'>,
  { type, realm, components }: Principal,
  policy: Pick<RealmPolicy, 'hostBasedServices' | 'noHostReferral' | 'realmOfHost'>,
): Principal | undefined {
  if (!(kdcOptions & KdcOptions.CANONICALIZE) || kdcOptions & UNMOVED) return undefined
  const [service, host] = components
  if (components.length !== 2 || !host!.includes('.')) return undefined
  const forHosts = type === NameType.SRV_HST || type === NameType.SRV_INST
  if (!forHosts && !(type === NameType.UNKNOWN && lists(policy.hostBasedServices, service!))) return undefined
  if (lists(policy.noHostReferral, service!)) return undefined
  const other = policy.realmOfHost(host!)
  return other === undefined || other === '' || other === realm ? undefined : tgtPrincipal(other, realm)
}

function lists(services: readonly string[], service: string): boolean {
  return services.includes(service) || services.includes('*')
}

/** Options about tickets that are there already: their server is the one that is named. */
export const UNMOVED = KdcOptions.FORWARDED | KdcOptions.PROXY | KdcOptions.RENEW | KdcOptions.VALIDATE | KdcOptions.ENC_TKT_IN_SKEY
