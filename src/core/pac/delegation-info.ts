import type { Bytes } from '../bytes/bytes.ts'
import { NdrReader, NdrWriter } from './ndr.ts'

/** S4U_DELEGATION_INFO (MS-PAC §2.9): the service that the ticket is for, without realm, and through whom it was got, with realms, the first one first. */
export interface DelegationInfo {
  readonly proxyTarget: string
  readonly transitedServices: readonly string[]
}

/** Throws `EINVAL`, `ERANGE`. */
export function decodeDelegationInfo(octets: Bytes): DelegationInfo {
  const input = new NdrReader(octets)
  input.u32('top pointer')
  const target = input.string('S4U2proxyTarget')
  input.u32('TransitedListSize')
  const services = input.pointer('S4UTransitedServices')
  const proxyTarget = target ? input.text('S4U2proxyTarget') : ''
  const pointers = services ? input.array(8, 'S4UTransitedServices', () => input.string('service')) : []
  return { proxyTarget, transitedServices: pointers.map(present => (present ? input.text('service') : '')) }
}

export function encodeDelegationInfo({ proxyTarget, transitedServices }: DelegationInfo): Bytes {
  const out = new NdrWriter().pointer().string(proxyTarget).u32(transitedServices.length).pointer().text(proxyTarget)
  out.u32(transitedServices.length)
  for (const service of transitedServices) out.string(service)
  for (const service of transitedServices) out.text(service)
  return out.finish()
}
