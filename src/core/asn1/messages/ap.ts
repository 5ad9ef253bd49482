import { MsgType } from '../../registry/msg-type.ts'
import { int32, kerberosFlags, kerberosString, kerberosTime, microseconds, uint32 } from '../basic-types.ts'
import { application, field, fixed, type Infer, opt, preserved, sequence } from '../schema.ts'
import { AuthorizationData } from './authorization-data.ts'
import { Checksum, EncryptedData, EncryptionKey } from './encrypted-data.ts'
import { PrincipalName } from './principal-name.ts'
import { Ticket } from './ticket.ts'

/**
 * RFC 4120 §5.5.1.
 *
 *     AP-REQ          ::= [APPLICATION 14] SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (14),
 *             ap-options      [2] APOptions,
 *             ticket          [3] Ticket,
 *             authenticator   [4] EncryptedData -- Authenticator
 *     }
 */
export const ApReq = application(
  MsgType.AP_REQ,
  sequence({
    pvno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    msgType: fixed(1, int32, MsgType.AP_REQ, 'KRB5KRB_AP_ERR_MSG_TYPE'),
    apOptions: field(2, kerberosFlags),
    ticket: field(3, preserved(Ticket)),
    authenticator: field(4, EncryptedData),
  }),
)
export type ApReq = Infer<typeof ApReq>

/**
 * RFC 4120 §5.5.1.
 *
 *     Authenticator   ::= [APPLICATION 2] SEQUENCE  {
 *             authenticator-vno       [0] INTEGER (5),
 *             crealm                  [1] Realm,
 *             cname                   [2] PrincipalName,
 *             cksum                   [3] Checksum OPTIONAL,
 *             cusec                   [4] Microseconds,
 *             ctime                   [5] KerberosTime,
 *             subkey                  [6] EncryptionKey OPTIONAL,
 *             seq-number              [7] UInt32 OPTIONAL,
 *             authorization-data      [8] AuthorizationData OPTIONAL
 *     }
 */
export const Authenticator = application(
  2,
  sequence({
    authenticatorVno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    crealm: field(1, kerberosString),
    cname: field(2, PrincipalName),
    cksum: opt(3, Checksum),
    cusec: field(4, microseconds),
    ctime: field(5, kerberosTime),
    subkey: opt(6, EncryptionKey),
    seqNumber: opt(7, uint32),
    authorizationData: opt(8, AuthorizationData),
  }),
)
export type Authenticator = Infer<typeof Authenticator>

/**
 * RFC 4120 §5.5.2.
 *
 *     AP-REP          ::= [APPLICATION 15] SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (15),
 *             enc-part        [2] EncryptedData -- EncAPRepPart
 *     }
 */
export const ApRep = application(
  MsgType.AP_REP,
  sequence({
    pvno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    msgType: fixed(1, int32, MsgType.AP_REP, 'KRB5KRB_AP_ERR_MSG_TYPE'),
    encPart: field(2, EncryptedData),
  }),
)
export type ApRep = Infer<typeof ApRep>

/**
 * RFC 4120 §5.5.2.
 *
 *     EncAPRepPart    ::= [APPLICATION 27] SEQUENCE {
 *             ctime           [0] KerberosTime,
 *             cusec           [1] Microseconds,
 *             subkey          [2] EncryptionKey OPTIONAL,
 *             seq-number      [3] UInt32 OPTIONAL
 *     }
 */
export const EncApRepPart = application(
  27,
  sequence({
    ctime: field(0, kerberosTime),
    cusec: field(1, microseconds),
    subkey: opt(2, EncryptionKey),
    seqNumber: opt(3, uint32),
  }),
)
export type EncApRepPart = Infer<typeof EncApRepPart>
