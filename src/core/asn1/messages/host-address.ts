import type { Bytes } from '../../bytes/bytes.ts'
import { AddressType } from '../../registry/address-type.ts'
import { int32, octetString } from '../basic-types.ts'
import { field, type Infer, seqOf, sequence } from '../schema.ts'

/**
 * RFC 4120 §5.2.5.
 *
 *     HostAddress     ::= SEQUENCE  {
 *             addr-type       [0] Int32,
 *             address         [1] OCTET STRING
 *     }
 */
export const HostAddress = sequence({
  addrType: field(0, int32),
  address: field(1, octetString),
})
export type HostAddress = Infer<typeof HostAddress>

/** `HostAddresses ::= SEQUENCE OF HostAddress` */
export const HostAddresses = seqOf(HostAddress)
export type HostAddresses = Infer<typeof HostAddresses>

/** An IPv4 or IPv6 address of 4 or 16 octets. */
export function internetAddress(octets: Bytes): HostAddress {
  return { addrType: octets.length === 4 ? AddressType.INET : AddressType.INET6, address: octets }
}
