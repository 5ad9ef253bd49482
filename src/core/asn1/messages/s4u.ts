import { kerberosFlags, kerberosString, octetString, signedUint32 } from '../basic-types.ts'
import { field, type Infer, opt, preserved, sequence } from '../schema.ts'
import { Checksum } from './encrypted-data.ts'
import { PrincipalName } from './principal-name.ts'

/**
 * MS-SFU §2.2.1.
 *
 *     PA-FOR-USER-ENC ::= SEQUENCE {
 *             userName[0] PrincipalName,
 *             userRealm[1] Realm,
 *             cksum[2] Checksum,
 *             auth-package[3] KerberosString
 *     }
 */
export const PaForUser = sequence({
  userName: field(0, PrincipalName),
  userRealm: field(1, kerberosString),
  cksum: field(2, Checksum),
  authPackage: field(3, kerberosString),
})
export type PaForUser = Infer<typeof PaForUser>

/**
 * MS-SFU §2.2.2. The nonce is the request's.
 *
 *     S4UUserID ::= SEQUENCE {
 *             nonce [0] UInt32, -- the nonce in KDC-REQ-BODY
 *             cname [1] PrincipalName OPTIONAL,
 *             crealm [2] Realm,
 *             subject-certificate [3] OCTET STRING OPTIONAL,
 *             options [4] KerberosFlags OPTIONAL -- a BIT STRING
 *     }
 */
export const S4uUserId = sequence({
  nonce: field(0, signedUint32),
  cname: opt(1, PrincipalName),
  crealm: field(2, kerberosString),
  subjectCertificate: opt(3, octetString),
  options: opt(4, kerberosFlags),
})
export type S4uUserId = Infer<typeof S4uUserId>

/**
 * MS-SFU §2.2.2. The checksum is over the user-id as it came.
 *
 *     PA-S4U-X509-USER::= SEQUENCE {
 *             user-id[0] S4UUserID,
 *             checksum[1] Checksum
 *     }
 */
export const PaS4uX509User = sequence({
  userId: field(0, preserved(S4uUserId)),
  checksum: field(1, Checksum),
})
export type PaS4uX509User = Infer<typeof PaS4uX509User>

/**
 * MS-KILE §2.2.10, MS-SFU §2.2.5.
 *
 *     PA-PAC-OPTIONS ::= SEQUENCE {
 *             flags [0] KerberosFlags -- bit 3: resource-based constrained delegation
 *     }
 */
export const PaPacOptions = sequence({ flags: field(0, kerberosFlags) })
export type PaPacOptions = Infer<typeof PaPacOptions>
