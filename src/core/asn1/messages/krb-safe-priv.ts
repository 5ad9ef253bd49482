import { MsgType } from '../../registry/msg-type.ts'
import { int32, kerberosTime, microseconds, octetString, uint32 } from '../basic-types.ts'
import { application, field, fixed, type Infer, opt, preserved, sequence } from '../schema.ts'
import { Checksum, EncryptedData } from './encrypted-data.ts'
import { HostAddress } from './host-address.ts'

/**
 * RFC 4120 §5.6.1.
 *
 *     KRB-SAFE-BODY   ::= SEQUENCE {
 *             user-data       [0] OCTET STRING,
 *             timestamp       [1] KerberosTime OPTIONAL,
 *             usec            [2] Microseconds OPTIONAL,
 *             seq-number      [3] UInt32 OPTIONAL,
 *             s-address       [4] HostAddress,
 *             r-address       [5] HostAddress OPTIONAL
 *     }
 */
export const KrbSafeBody = sequence({
  userData: field(0, octetString),
  timestamp: opt(1, kerberosTime),
  usec: opt(2, microseconds),
  seqNumber: opt(3, uint32),
  sAddress: field(4, HostAddress),
  rAddress: opt(5, HostAddress),
})
export type KrbSafeBody = Infer<typeof KrbSafeBody>

/**
 * RFC 4120 §5.6.1. The checksum is over the body as it came.
 *
 *     KRB-SAFE        ::= [APPLICATION 20] SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (20),
 *             safe-body       [2] KRB-SAFE-BODY,
 *             cksum           [3] Checksum
 *     }
 */
export const KrbSafe = application(
  MsgType.SAFE,
  sequence({
    pvno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    msgType: fixed(1, int32, MsgType.SAFE, 'KRB5KRB_AP_ERR_MSG_TYPE'),
    safeBody: field(2, preserved(KrbSafeBody)),
    cksum: field(3, Checksum),
  }),
)
export type KrbSafe = Infer<typeof KrbSafe>

/**
 * RFC 4120 §5.7.1.
 *
 *     KRB-PRIV        ::= [APPLICATION 21] SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (21),
 *                             -- NOTE: there is no [2] tag
 *             enc-part        [3] EncryptedData -- EncKrbPrivPart
 *     }
 */
export const KrbPriv = application(
  MsgType.PRIV,
  sequence({
    pvno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    msgType: fixed(1, int32, MsgType.PRIV, 'KRB5KRB_AP_ERR_MSG_TYPE'),
    encPart: field(3, EncryptedData),
  }),
)
export type KrbPriv = Infer<typeof KrbPriv>

/**
 * RFC 4120 §5.7.1.
 *
 *     EncKrbPrivPart  ::= [APPLICATION 28] SEQUENCE {
 *             user-data       [0] OCTET STRING,
 *             timestamp       [1] KerberosTime OPTIONAL,
 *             usec            [2] Microseconds OPTIONAL,
 *             seq-number      [3] UInt32 OPTIONAL,
 *             s-address       [4] HostAddress -- sender's addr --,
 *             r-address       [5] HostAddress OPTIONAL -- recip's addr
 *     }
 */
export const EncKrbPrivPart = application(28, KrbSafeBody)
export type EncKrbPrivPart = Infer<typeof EncKrbPrivPart>
