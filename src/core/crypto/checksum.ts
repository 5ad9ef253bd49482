import type { Checksum } from '../asn1/messages/encrypted-data.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { KrbError } from '../errors/krb-error.ts'
import { ChecksumType, type ChecksumTypeId } from '../registry/checksum-type.ts'
import type { KeyUsageId } from '../registry/key-usage.ts'
import { asPrepared } from './encrypted-data.ts'
import type { Key, PreparedKey } from './etype.ts'
import { ETYPES, etypeById } from './etypes/index.ts'
import { sameSecret } from './primitives/constant-time.ts'
import { digest, hasMd5 } from './primitives/hash.ts'
import { hmacMd5Checksum } from './profiles/rfc4757.ts'

/** Checksum (RFC 4120 §5.2.9) of the type that goes with the key's enctype. */
export function makeChecksum(key: Key | PreparedKey, usage: KeyUsageId, data: Bytes): Checksum {
  const prepared = asPrepared(key)
  const { etype } = prepared
  return { cksumtype: etype.checksumType, checksum: etype.checksum(prepared, usage, data) }
}

/**
 * Whether `checksum` is right for `data`, in constant time. Its type has to be that of the key's enctype; 0 means the same, as in MIT.
 * `allowRsaMd5` also accepts the unkeyed RSA-MD5, which proves something only when the checksum itself stands inside something encrypted.
 */
export function verifyChecksum(
  key: Key | PreparedKey,
  usage: KeyUsageId,
  data: Bytes,
  checksum: Checksum,
  { allowRsaMd5 = false }: { readonly allowRsaMd5?: boolean } = {},
): boolean {
  if (checksum.cksumtype === ChecksumType.RSA_MD5) return allowRsaMd5 && sameSecret(digest('md5', data), checksum.checksum)
  const prepared = asPrepared(key)
  const { etype } = prepared
  if (checksum.cksumtype !== etype.checksumType && checksum.cksumtype !== 0) return false
  return etype.verifyChecksum(prepared, usage, data, checksum.checksum)
}

/** KERB_CHECKSUM_HMAC_MD5 (RFC 4757 §4, type -138) under a key of any enctype. Throws `KRB5_PROG_SUMTYPE_NOSUPP` where there is no MD5. */
export function makeHmacMd5Checksum({ value }: Key, usage: KeyUsageId, data: Bytes): Checksum {
  if (!hasMd5()) throw new KrbError('KRB5_PROG_SUMTYPE_NOSUPP')
  return { cksumtype: ChecksumType.HMAC_MD5_ARCFOUR, checksum: value.use(key => hmacMd5Checksum(key, usage, data)) }
}

/** In constant time. Throws as `makeHmacMd5Checksum`. */
export function verifyHmacMd5Checksum(key: Key, usage: KeyUsageId, data: Bytes, { checksum }: Checksum): boolean {
  return sameSecret(makeHmacMd5Checksum(key, usage, data).checksum, checksum)
}

/** What a checksum type is good for; undefined for types that do not work here. */
export function checksumKind(type: ChecksumTypeId): 'keyed' | 'unkeyed' | undefined {
  if (type === ChecksumType.RSA_MD5) return 'unkeyed'
  return ETYPES.some(etype => etype.checksumType === type && etypeById(etype.id) !== undefined) ? 'keyed' : undefined
}
