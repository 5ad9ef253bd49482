import { int32, octetString, secretOctets, signedUint32 } from '../basic-types.ts'
import { field, type Infer, opt, sequence } from '../schema.ts'

/**
 * RFC 4120 §5.2.9.
 *
 *     EncryptedData   ::= SEQUENCE {
 *             etype   [0] Int32 -- EncryptionType --,
 *             kvno    [1] UInt32 OPTIONAL,
 *             cipher  [2] OCTET STRING -- ciphertext
 *     }
 */
export const EncryptedData = sequence({
  etype: field(0, int32),
  kvno: opt(1, signedUint32),
  cipher: field(2, octetString),
})
export type EncryptedData = Infer<typeof EncryptedData>

/**
 * RFC 4120 §5.2.9. The value is a `Secret` that belongs to whoever decoded it.
 *
 *     EncryptionKey   ::= SEQUENCE {
 *             keytype         [0] Int32 -- actually encryption type --,
 *             keyvalue        [1] OCTET STRING
 *     }
 */
export const EncryptionKey = sequence({
  keytype: field(0, int32),
  keyvalue: field(1, secretOctets),
})
export type EncryptionKey = Infer<typeof EncryptionKey>

/**
 * RFC 4120 §5.2.9.
 *
 *     Checksum        ::= SEQUENCE {
 *             cksumtype       [0] Int32,
 *             checksum        [1] OCTET STRING
 *     }
 */
export const Checksum = sequence({
  cksumtype: field(0, int32),
  checksum: field(1, octetString),
})
export type Checksum = Infer<typeof Checksum>
