import { MsgType } from '../../registry/msg-type.ts'
import { int32, kerberosFlags, kerberosString, kerberosTime, microseconds, signedUint32 } from '../basic-types.ts'
import { application, field, fixed, type Infer, opt, preserved, seqOf, sequence } from '../schema.ts'
import { EncryptedData, EncryptionKey } from './encrypted-data.ts'
import { HostAddress, HostAddresses } from './host-address.ts'
import { PrincipalName } from './principal-name.ts'
import { Ticket } from './ticket.ts'

/**
 * RFC 4120 §5.8.1.
 *
 *     KRB-CRED        ::= [APPLICATION 22] SEQUENCE {
 *             pvno            [0] INTEGER (5),
 *             msg-type        [1] INTEGER (22),
 *             tickets         [2] SEQUENCE OF Ticket,
 *             enc-part        [3] EncryptedData -- EncKrbCredPart
 *     }
 */
export const KrbCred = application(
  MsgType.CRED,
  sequence({
    pvno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    msgType: fixed(1, int32, MsgType.CRED, 'KRB5KRB_AP_ERR_MSG_TYPE'),
    tickets: field(2, seqOf(preserved(Ticket))),
    encPart: field(3, EncryptedData),
  }),
)
export type KrbCred = Infer<typeof KrbCred>

/**
 * RFC 4120 §5.8.1.
 *
 *     KrbCredInfo     ::= SEQUENCE {
 *             key             [0] EncryptionKey,
 *             prealm          [1] Realm OPTIONAL,
 *             pname           [2] PrincipalName OPTIONAL,
 *             flags           [3] TicketFlags OPTIONAL,
 *             authtime        [4] KerberosTime OPTIONAL,
 *             starttime       [5] KerberosTime OPTIONAL,
 *             endtime         [6] KerberosTime OPTIONAL,
 *             renew-till      [7] KerberosTime OPTIONAL,
 *             srealm          [8] Realm OPTIONAL,
 *             sname           [9] PrincipalName OPTIONAL,
 *             caddr           [10] HostAddresses OPTIONAL
 *     }
 */
export const KrbCredInfo = sequence({
  key: field(0, EncryptionKey),
  prealm: opt(1, kerberosString),
  pname: opt(2, PrincipalName),
  flags: opt(3, kerberosFlags),
  authtime: opt(4, kerberosTime),
  starttime: opt(5, kerberosTime),
  endtime: opt(6, kerberosTime),
  renewTill: opt(7, kerberosTime),
  srealm: opt(8, kerberosString),
  sname: opt(9, PrincipalName),
  caddr: opt(10, HostAddresses),
})
export type KrbCredInfo = Infer<typeof KrbCredInfo>

/**
 * RFC 4120 §5.8.1.
 *
 *     EncKrbCredPart  ::= [APPLICATION 29] SEQUENCE {
 *             ticket-info     [0] SEQUENCE OF KrbCredInfo,
 *             nonce           [1] UInt32 OPTIONAL,
 *             timestamp       [2] KerberosTime OPTIONAL,
 *             usec            [3] Microseconds OPTIONAL,
 *             s-address       [4] HostAddress OPTIONAL,
 *             r-address       [5] HostAddress OPTIONAL
 *     }
 */
export const EncKrbCredPart = application(
  29,
  sequence({
    ticketInfo: field(0, seqOf(KrbCredInfo)),
    nonce: opt(1, signedUint32),
    timestamp: opt(2, kerberosTime),
    usec: opt(3, microseconds),
    sAddress: opt(4, HostAddress),
    rAddress: opt(5, HostAddress),
  }),
)
export type EncKrbCredPart = Infer<typeof EncKrbCredPart>
