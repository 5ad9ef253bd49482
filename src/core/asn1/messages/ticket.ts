import { int32, kerberosFlags, kerberosString, kerberosTime, octetString } from '../basic-types.ts'
import { application, field, fixed, type Infer, opt, sequence } from '../schema.ts'
import { AuthorizationData } from './authorization-data.ts'
import { EncryptedData, EncryptionKey } from './encrypted-data.ts'
import { HostAddresses } from './host-address.ts'
import { PrincipalName } from './principal-name.ts'

/**
 * RFC 4120 §5.3.
 *
 *     Ticket          ::= [APPLICATION 1] SEQUENCE {
 *             tkt-vno         [0] INTEGER (5),
 *             realm           [1] Realm,
 *             sname           [2] PrincipalName,
 *             enc-part        [3] EncryptedData -- EncTicketPart
 *     }
 */
export const Ticket = application(
  1,
  sequence({
    tktVno: fixed(0, int32, 5, 'KRB5KRB_AP_ERR_BADVERSION'),
    realm: field(1, kerberosString),
    sname: field(2, PrincipalName),
    encPart: field(3, EncryptedData),
  }),
)
export type Ticket = Infer<typeof Ticket>

/**
 * RFC 4120 §5.3.
 *
 *     TransitedEncoding       ::= SEQUENCE {
 *             tr-type         [0] Int32 -- must be registered --,
 *             contents        [1] OCTET STRING
 *     }
 */
export const TransitedEncoding = sequence({
  trType: field(0, int32),
  contents: field(1, octetString),
})
export type TransitedEncoding = Infer<typeof TransitedEncoding>

/**
 * RFC 4120 §5.3.
 *
 *     EncTicketPart   ::= [APPLICATION 3] SEQUENCE {
 *             flags                   [0] TicketFlags,
 *             key                     [1] EncryptionKey,
 *             crealm                  [2] Realm,
 *             cname                   [3] PrincipalName,
 *             transited               [4] TransitedEncoding,
 *             authtime                [5] KerberosTime,
 *             starttime               [6] KerberosTime OPTIONAL,
 *             endtime                 [7] KerberosTime,
 *             renew-till              [8] KerberosTime OPTIONAL,
 *             caddr                   [9] HostAddresses OPTIONAL,
 *             authorization-data      [10] AuthorizationData OPTIONAL
 *     }
 */
export const EncTicketPart = application(
  3,
  sequence({
    flags: field(0, kerberosFlags),
    key: field(1, EncryptionKey),
    crealm: field(2, kerberosString),
    cname: field(3, PrincipalName),
    transited: field(4, TransitedEncoding),
    authtime: field(5, kerberosTime),
    starttime: opt(6, kerberosTime),
    endtime: field(7, kerberosTime),
    renewTill: opt(8, kerberosTime),
    caddr: opt(9, HostAddresses),
    authorizationData: opt(10, AuthorizationData),
  }),
)
export type EncTicketPart = Infer<typeof EncTicketPart>
