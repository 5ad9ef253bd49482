import { MsgType } from '../../registry/msg-type.ts'
import { int32, kerberosString, kerberosTime, microseconds, octetString } from '../basic-types.ts'
import { application, field, fixed, type Infer, opt, seqOf, sequence } from '../schema.ts'
import { PrincipalName } from './principal-name.ts'

/**
 * KRB-ERROR, RFC 4120 §5.9.1; named apart from our own `KrbError`.
 *
 *     KRB-ERROR       ::= [APPLICATION 30] SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (30),
 *             ctime           [2] KerberosTime OPTIONAL,
 *             cusec           [3] Microseconds OPTIONAL,
 *             stime           [4] KerberosTime,
 *             susec           [5] Microseconds,
 *             error-code      [6] Int32,
 *             crealm          [7] Realm OPTIONAL,
 *             cname           [8] PrincipalName OPTIONAL,
 *             realm           [9] Realm -- service realm --,
 *             sname           [10] PrincipalName -- service name --,
 *             e-text          [11] KerberosString OPTIONAL,
 *             e-data          [12] OCTET STRING OPTIONAL
 *     }
 */
export const KrbErrorMessage = application(
  MsgType.ERROR,
  sequence({
    pvno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    msgType: fixed(1, int32, MsgType.ERROR, 'KRB5KRB_AP_ERR_MSG_TYPE'),
    ctime: opt(2, kerberosTime),
    cusec: opt(3, microseconds),
    stime: field(4, kerberosTime),
    susec: field(5, microseconds),
    errorCode: field(6, int32),
    crealm: opt(7, kerberosString),
    cname: opt(8, PrincipalName),
    realm: field(9, kerberosString),
    sname: field(10, PrincipalName),
    eText: opt(11, kerberosString),
    eData: opt(12, octetString),
  }),
)
export type KrbErrorMessage = Infer<typeof KrbErrorMessage>

/**
 * RFC 4120 §5.9.1.
 *
 *     TYPED-DATA      ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE {
 *             data-type       [0] Int32,
 *             data-value      [1] OCTET STRING OPTIONAL
 *     }
 */
export const TypedData = seqOf(
  sequence({
    dataType: field(0, int32),
    dataValue: opt(1, octetString),
  }),
)
export type TypedData = Infer<typeof TypedData>
