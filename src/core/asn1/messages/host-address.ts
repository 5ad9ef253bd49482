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
