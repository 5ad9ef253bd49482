import { int32, kerberosString, octetString } from '../basic-types.ts'
import { field, type Infer, opt, preserved, seqOf, sequence } from '../schema.ts'
import { Checksum } from './encrypted-data.ts'
import { PrincipalName } from './principal-name.ts'

const Element = sequence({
  adType: field(0, int32),
  adData: field(1, octetString),
})

/**
 * RFC 4120 §5.2.6.
 *
 *     AuthorizationData       ::= SEQUENCE OF SEQUENCE {
 *             ad-type         [0] Int32,
 *             ad-data         [1] OCTET STRING
 *     }
 */
export const AuthorizationData = seqOf(Element)
export type AuthorizationData = Infer<typeof AuthorizationData>

/** `AD-IF-RELEVANT ::= AuthorizationData`, RFC 4120 §5.2.6.1. */
export const AdIfRelevant = seqOf(Element)
export type AdIfRelevant = Infer<typeof AdIfRelevant>

/**
 * RFC 4120 §5.2.6.2. The checksum is over the elements as they came.
 *
 *     AD-KDCIssued            ::= SEQUENCE {
 *             ad-checksum     [0] Checksum,
 *             i-realm         [1] Realm OPTIONAL,
 *             i-sname         [2] PrincipalName OPTIONAL,
 *             elements        [3] AuthorizationData
 *     }
 */
export const AdKdcIssued = sequence({
  adChecksum: field(0, Checksum),
  iRealm: opt(1, kerberosString),
  iSname: opt(2, PrincipalName),
  elements: field(3, preserved(AuthorizationData)),
})
export type AdKdcIssued = Infer<typeof AdKdcIssued>

/**
 * RFC 4120 §5.2.6.3.
 *
 *     AD-AND-OR               ::= SEQUENCE {
 *             condition-count [0] Int32,
 *             elements        [1] AuthorizationData
 *     }
 */
export const AdAndOr = sequence({
  conditionCount: field(0, int32),
  elements: field(1, AuthorizationData),
})
export type AdAndOr = Infer<typeof AdAndOr>

/** `AD-MANDATORY-FOR-KDC ::= AuthorizationData`, RFC 4120 §5.2.6.4. */
export const AdMandatoryForKdc = seqOf(Element)
export type AdMandatoryForKdc = Infer<typeof AdMandatoryForKdc>
