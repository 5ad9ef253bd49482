import { kerberosString, secretOctets } from '../basic-types.ts'
import { field, type Infer, opt, sequence } from '../schema.ts'
import { PrincipalName } from './principal-name.ts'

/**
 * RFC 3244 §2.
 *
 *     ChangePasswdData ::= SEQUENCE {
 *             newpasswd[0]   OCTET STRING,
 *             targname[1]    PrincipalName OPTIONAL,
 *             targrealm[2]   Realm OPTIONAL
 *     }
 */
export const ChangePasswdData = sequence({
  newpasswd: field(0, secretOctets),
  targname: opt(1, PrincipalName),
  targrealm: opt(2, kerberosString),
})
export type ChangePasswdData = Infer<typeof ChangePasswdData>
