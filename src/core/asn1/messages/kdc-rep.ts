import { MsgType, type MsgTypeId } from '../../registry/msg-type.ts'
import { int32, kerberosFlags, kerberosString, kerberosTime, signedUint32 } from '../basic-types.ts'
import { application, decoderOf, field, fixed, type Infer, opt, preserved, seqOf, sequence } from '../schema.ts'
import { EncryptedData, EncryptionKey } from './encrypted-data.ts'
import { HostAddresses } from './host-address.ts'
import { PaData } from './pa-data.ts'
import { PrincipalName } from './principal-name.ts'
import { Ticket } from './ticket.ts'

/** `AS-REP ::= [APPLICATION 11] KDC-REP` */
export const AsRep = kdcRep(MsgType.AS_REP)
export type AsRep = Infer<typeof AsRep>

/** `TGS-REP ::= [APPLICATION 13] KDC-REP` */
export const TgsRep = kdcRep(MsgType.TGS_REP)
export type TgsRep = Infer<typeof TgsRep>

/**
 * RFC 4120 §5.4.2.
 *
 *     LastReq         ::=     SEQUENCE OF SEQUENCE {
 *             lr-type         [0] Int32,
 *             lr-value        [1] KerberosTime
 *     }
 */
export const LastReq = seqOf(
  sequence({
    lrType: field(0, int32),
    lrValue: field(1, kerberosTime),
  }),
)
export type LastReq = Infer<typeof LastReq>

/**
 * RFC 4120 §5.4.2, with the field of RFC 6806 §11.
 *
 *     EncKDCRepPart   ::= SEQUENCE {
 *             key             [0] EncryptionKey,
 *             last-req        [1] LastReq,
 *             nonce           [2] UInt32,
 *             key-expiration  [3] KerberosTime OPTIONAL,
 *             flags           [4] TicketFlags,
 *             authtime        [5] KerberosTime,
 *             starttime       [6] KerberosTime OPTIONAL,
 *             endtime         [7] KerberosTime,
 *             renew-till      [8] KerberosTime OPTIONAL,
 *             srealm          [9] Realm,
 *             sname           [10] PrincipalName,
 *             caddr           [11] HostAddresses OPTIONAL,
 *             encrypted-pa-data [12] SEQUENCE OF PA-DATA OPTIONAL
 *     }
 */
const EncKdcRepFields = sequence({
  key: field(0, EncryptionKey),
  lastReq: field(1, LastReq),
  nonce: field(2, signedUint32),
  keyExpiration: opt(3, kerberosTime),
  flags: field(4, kerberosFlags),
  authtime: field(5, kerberosTime),
  starttime: opt(6, kerberosTime),
  endtime: field(7, kerberosTime),
  renewTill: opt(8, kerberosTime),
  srealm: field(9, kerberosString),
  sname: field(10, PrincipalName),
  caddr: opt(11, HostAddresses),
  encryptedPaData: opt(12, seqOf(PaData)),
})

/** `EncASRepPart ::= [APPLICATION 25] EncKDCRepPart`. MIT's KDC sends 26 in AS replies as well; read with `EncKdcRepPart`. */
export const EncAsRepPart = application(25, EncKdcRepFields)
export type EncAsRepPart = Infer<typeof EncAsRepPart>

/** `EncTGSRepPart ::= [APPLICATION 26] EncKDCRepPart` */
export const EncTgsRepPart = application(26, EncKdcRepFields)
export type EncTgsRepPart = Infer<typeof EncTgsRepPart>

/** Takes either tag, as every client must: MIT tags AS replies 26, Heimdal and Windows 25. */
export const EncKdcRepPart = decoderOf(EncAsRepPart, EncTgsRepPart)
export type EncKdcRepPart = Infer<typeof EncKdcRepFields>

/**
 * RFC 4120 §5.4.2.
 *
 *     KDC-REP         ::= SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (11 -- AS -- | 13 -- TGS --),
 *             padata          [2] SEQUENCE OF PA-DATA OPTIONAL
 *                                     -- NOTE: not empty --,
 *             crealm          [3] Realm,
 *             cname           [4] PrincipalName,
 *             ticket          [5] Ticket,
 *             enc-part        [6] EncryptedData
 *                                     -- EncASRepPart or EncTGSRepPart,
 *                                     -- as appropriate
 *     }
 */
function kdcRep(msgType: MsgTypeId) {
  return application(
    msgType,
    sequence({
      pvno: fixed(0, int32, 5, 'KRB5KDC_ERR_BAD_PVNO'),
      msgType: fixed(1, int32, msgType, 'KRB5_BADMSGTYPE'),
      padata: opt(2, seqOf(PaData)),
      crealm: field(3, kerberosString),
      cname: field(4, PrincipalName),
      ticket: field(5, preserved(Ticket)),
      encPart: field(6, EncryptedData),
    }),
  )
}
