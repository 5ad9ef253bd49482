import { type Bytes, concat } from '../../bytes/bytes.ts'
import { encodeText } from '../../bytes/text.ts'
import { type EtypeId, etypeName } from '../../registry/etype.ts'

/** The salt of RFC 6803 §4 and RFC 8009 §4: the enctype's name and a zero octet come before the principal's. */
export function namedSalt(etype: EtypeId, salt: Bytes): Bytes {
  return concat(encodeText(etypeName(etype)), Uint8Array.of(0), salt)
}
