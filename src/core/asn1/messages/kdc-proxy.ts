import { int32, kerberosString, octetString } from '../basic-types.ts'
import { field, type Infer, opt, sequence } from '../schema.ts'

/**
 * [MS-KKDCP] §2.2.2, the body of both HTTPS request and response. The message has the 4-octet length of RFC 4120 §7.2.2 in front.
 *
 *     KDC-PROXY-MESSAGE ::= SEQUENCE {
 *             kerb-message    [0] OCTET STRING,
 *             target-domain   [1] Realm OPTIONAL,
 *             dclocator-hint  [2] Int32 OPTIONAL
 *     }
 */
export const KdcProxyMessage = sequence({
  kerbMessage: field(0, octetString),
  targetDomain: opt(1, kerberosString),
  dclocatorHint: opt(2, int32),
})
export type KdcProxyMessage = Infer<typeof KdcProxyMessage>
