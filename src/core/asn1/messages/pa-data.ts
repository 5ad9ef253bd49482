import { boolean, int32, kerberosOctets, kerberosTime, microseconds, octetString } from '../basic-types.ts'
import { field, type Infer, opt, seqOf, sequence } from '../schema.ts'
import { EncryptedData } from './encrypted-data.ts'

/**
 * RFC 4120 §5.2.7.
 *
 *     PA-DATA         ::= SEQUENCE {
 *             -- NOTE: first tag is [1], not [0]
 *             padata-type     [1] Int32,
 *             padata-value    [2] OCTET STRING -- might be encoded AP-REQ
 *     }
 */
export const PaData = sequence({
  padataType: field(1, int32),
  padataValue: field(2, octetString),
})
export type PaData = Infer<typeof PaData>

/** `METHOD-DATA ::= SEQUENCE OF PA-DATA`, RFC 4120 §5.9.1: e-data of KDC_ERR_PREAUTH_REQUIRED and its kin. */
export const MethodData = seqOf(PaData)
export type MethodData = Infer<typeof MethodData>

/** `PA-ENC-TIMESTAMP ::= EncryptedData -- PA-ENC-TS-ENC`, RFC 4120 §5.2.7.2. */
export const PaEncTimestamp = EncryptedData
export type PaEncTimestamp = EncryptedData

/**
 * RFC 4120 §5.2.7.2.
 *
 *     PA-ENC-TS-ENC           ::= SEQUENCE {
 *             patimestamp     [0] KerberosTime -- client's time --,
 *             pausec          [1] Microseconds OPTIONAL
 *     }
 */
export const PaEncTsEnc = sequence({
  patimestamp: field(0, kerberosTime),
  pausec: opt(1, microseconds),
})
export type PaEncTsEnc = Infer<typeof PaEncTsEnc>

/**
 * RFC 4120 §5.2.7.4.
 *
 *     ETYPE-INFO-ENTRY        ::= SEQUENCE {
 *             etype           [0] Int32,
 *             salt            [1] OCTET STRING OPTIONAL
 *     }
 *     ETYPE-INFO              ::= SEQUENCE OF ETYPE-INFO-ENTRY
 */
export const EtypeInfo = seqOf(
  sequence({
    etype: field(0, int32),
    salt: opt(1, octetString),
  }),
)
export type EtypeInfo = Infer<typeof EtypeInfo>

/**
 * RFC 4120 §5.2.7.5. The salt is a KerberosString on the wire; its octets go into the string-to-key function as they are.
 *
 *     ETYPE-INFO2-ENTRY       ::= SEQUENCE {
 *             etype           [0] Int32,
 *             salt            [1] KerberosString OPTIONAL,
 *             s2kparams       [2] OCTET STRING OPTIONAL
 *     }
 *     ETYPE-INFO2             ::= SEQUENCE SIZE (1..MAX) OF ETYPE-INFO2-ENTRY
 */
export const EtypeInfo2 = seqOf(
  sequence({
    etype: field(0, int32),
    salt: opt(1, kerberosOctets),
    s2kparams: opt(2, octetString),
  }),
)
export type EtypeInfo2 = Infer<typeof EtypeInfo2>

/**
 * MS-KILE §2.2.3.
 *
 *     KERB-PA-PAC-REQUEST ::= SEQUENCE {
 *             include-pac[0] BOOLEAN -- If TRUE, and no PAC present, include PAC.
 *                                    -- If FALSE, and PAC present, remove PAC.
 *     }
 */
export const PaPacRequest = sequence({ includePac: field(0, boolean) })
export type PaPacRequest = Infer<typeof PaPacRequest>
