import { int32, kerberosString } from '../basic-types.ts'
import { field, type Infer, seqOf, sequence } from '../schema.ts'

/**
 * RFC 4120 §5.2.2.
 *
 *     PrincipalName   ::= SEQUENCE {
 *             name-type       [0] Int32,
 *             name-string     [1] SEQUENCE OF KerberosString
 *     }
 */
export const PrincipalName = sequence({
  nameType: field(0, int32),
  nameString: field(1, seqOf(kerberosString)),
})
export type PrincipalName = Infer<typeof PrincipalName>
