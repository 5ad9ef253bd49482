import type { Bytes } from '../../bytes/bytes.ts'
import type { Cbc } from './cbc.ts'
import { ctsDecrypt, ctsEncrypt } from './cts.ts'

/** How a text that does not fill its last block is encrypted. */
export interface BlockMode {
  /** Texts are padded to a multiple of this many octets; 1 where they keep their length. */
  readonly padTo: number
  /** `padded` is `length` octets of text and zeros up to a whole block; the call spoils it. */
  encrypt(cbc: Cbc, padded: Bytes, length: number): Bytes
  /** undefined for a length that no ciphertext has. */
  decrypt(cbc: Cbc, ciphertext: Bytes): Bytes | undefined
}

/** CBC with ciphertext stealing, 16-octet blocks. */
export const CTS: BlockMode = { padTo: 1, encrypt: ctsEncrypt, decrypt: ctsDecrypt }

/** Plain CBC over text padded with zeros, 8-octet blocks. */
export const CBC_PADDED_8: BlockMode = {
  padTo: 8,
  encrypt: (cbc, padded) => cbc.encrypt(padded),
  decrypt: (cbc, ciphertext) => (ciphertext.length % 8 === 0 ? cbc.decrypt(ciphertext) : undefined),
}
