import { MsgType, type MsgTypeId } from '../../registry/msg-type.ts'
import { int32, kerberosFlags, kerberosString, kerberosTime, signedUint32 } from '../basic-types.ts'
import { application, field, fixed, type Infer, opt, preserved, seqOf, sequence } from '../schema.ts'
import { EncryptedData } from './encrypted-data.ts'
import { HostAddresses } from './host-address.ts'
import { PaData } from './pa-data.ts'
import { PrincipalName } from './principal-name.ts'
import { Ticket } from './ticket.ts'

/**
 * RFC 4120 §5.4.1. `till` is 0 when the client asks for the longest possible time.
 *
 *     KDC-REQ-BODY    ::= SEQUENCE {
 *             kdc-options             [0] KDCOptions,
 *             cname                   [1] PrincipalName OPTIONAL
 *                                         -- Used only in AS-REQ --,
 *             realm                   [2] Realm
 *                                         -- Server's realm
 *                                         -- Also client's in AS-REQ --,
 *             sname                   [3] PrincipalName OPTIONAL,
 *             from                    [4] KerberosTime OPTIONAL,
 *             till                    [5] KerberosTime,
 *             rtime                   [6] KerberosTime OPTIONAL,
 *             nonce                   [7] UInt32,
 *             etype                   [8] SEQUENCE OF Int32 -- EncryptionType
 *                                         -- in preference order --,
 *             addresses               [9] HostAddresses OPTIONAL,
 *             enc-authorization-data  [10] EncryptedData OPTIONAL
 *                                         -- AuthorizationData --,
 *             additional-tickets      [11] SEQUENCE OF Ticket OPTIONAL
 *                                         -- NOTE: not empty
 *     }
 */
export const KdcReqBody = sequence({
  kdcOptions: field(0, kerberosFlags),
  cname: opt(1, PrincipalName),
  realm: field(2, kerberosString),
  sname: opt(3, PrincipalName),
  from: opt(4, kerberosTime),
  till: field(5, kerberosTime),
  rtime: opt(6, kerberosTime),
  nonce: field(7, signedUint32),
  etype: field(8, seqOf(int32)),
  addresses: opt(9, HostAddresses),
  encAuthorizationData: opt(10, EncryptedData),
  additionalTickets: opt(11, seqOf(preserved(Ticket))),
})
export type KdcReqBody = Infer<typeof KdcReqBody>

/** `AS-REQ ::= [APPLICATION 10] KDC-REQ` */
export const AsReq = kdcReq(MsgType.AS_REQ)
export type AsReq = Infer<typeof AsReq>

/** `TGS-REQ ::= [APPLICATION 12] KDC-REQ` */
export const TgsReq = kdcReq(MsgType.TGS_REQ)
export type TgsReq = Infer<typeof TgsReq>

/**
 * RFC 4120 §5.4.1. Checksums and FAST are over the body as it came.
 *
 *     KDC-REQ         ::= SEQUENCE {
 *             -- NOTE: first tag is [1], not [0]
 *             pvno            [1] INTEGER (5) ,
 *             msg-type        [2] INTEGER (10 -- AS -- | 12 -- TGS --),
 *             padata          [3] SEQUENCE OF PA-DATA OPTIONAL
 *                                 -- NOTE: not empty --,
 *             req-body        [4] KDC-REQ-BODY
 *     }
 */
function kdcReq(msgType: MsgTypeId) {
  return application(
    msgType,
    sequence({
      pvno: fixed(1, int32, 5, 'KRB5KDC_ERR_BAD_PVNO'),
      msgType: fixed(2, int32, msgType, 'KRB5_BADMSGTYPE'),
      padata: opt(3, seqOf(PaData)),
      reqBody: field(4, preserved(KdcReqBody)),
    }),
  )
}
