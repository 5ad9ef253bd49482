import { KrbSafe, KrbSafeBody } from '../asn1/messages/krb-safe-priv.ts'
import { preserve } from '../asn1/schema.ts'
import { type Bytes, EMPTY } from '../bytes/bytes.ts'
import { makeChecksum, verifyChecksum } from '../crypto/checksum.ts'
import type { Key, PreparedKey } from '../crypto/etype.ts'
import { KrbError } from '../errors/krb-error.ts'
import { KeyUsage } from '../registry/key-usage.ts'
import { bodyOf, checkBody, type Expected, type MessageTerms } from './message-body.ts'

/** A KRB-SAFE (RFC 4120 §5.6.1) in DER, its checksum of the type that goes with the key. */
export function makeKrbSafe(userData: Bytes, key: Key | PreparedKey, terms: MessageTerms): Bytes {
  const safeBody = preserve(KrbSafeBody, bodyOf(userData, terms))
  const unsigned = KrbSafe.encode({ safeBody, cksum: NO_CHECKSUM })
  return KrbSafe.encode({ safeBody, cksum: makeChecksum(key, KeyUsage.KRB_SAFE_CKSUM, unsigned) })
}

/**
 * The user data of a KRB-SAFE (RFC 4120 §3.4.2), a view on the message. The checksum is over the message with an empty one in its
 * place, or, as RFC 1510 had it, over the body alone. Throws `KRB5KRB_AP_ERR_MODIFIED`, ASN1_*, and what `checkBody` throws.
 */
export function openKrbSafe(message: Bytes, key: Key | PreparedKey, expected: Expected): Bytes {
  const { safeBody, cksum } = KrbSafe.decode(message)
  const unsigned = KrbSafe.encode({ safeBody, cksum: NO_CHECKSUM })
  const signed = [unsigned, safeBody.octets].some(octets => verifyChecksum(key, KeyUsage.KRB_SAFE_CKSUM, octets, cksum))
  if (!signed) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  checkBody(safeBody.value, expected)
  return safeBody.value.userData
}

const NO_CHECKSUM = { cksumtype: 0, checksum: EMPTY }
