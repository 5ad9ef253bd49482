import type { EncryptionKey } from '../asn1/messages/encrypted-data.ts'
import { prepareKey, type RandomSource } from '../crypto/encrypted-data.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { KrbError } from '../errors/krb-error.ts'
import { ETYPE, type EtypeId } from '../registry/etype.ts'

/**
 * Throws `KRB5_PROG_ETYPE_NOSUPP` for the enctypes whose tokens are those of RFC 1964 and RFC 4757 (single and triple DES, RC4): only
 * the later ones have the tokens of RFC 4121 (its §1).
 */
export function requireTokenEtype(etype: EtypeId): void {
  if (!OLDER.has(etype)) return
  throw new KrbError('KRB5_PROG_ETYPE_NOSUPP', { etype }, { hints: ['GSS-API contexts here need AES or Camellia keys (RFC 4121)'] })
}

/** The key that another side asserted, ready for tokens. Throws as `requireTokenEtype`, and `KRB5_BAD_KEYSIZE`. */
export function tokenKey(key: EncryptionKey): PreparedKey {
  requireTokenEtype(key.keytype)
  return prepareKey({ etype: key.keytype, value: key.keyvalue })
}

/** A first token number of 30 bits, which nobody takes for a negative one (RFC 4120 §5.5.1). */
export function initialNumber(random: RandomSource): number {
  return new DataView(random(4).slice().buffer).getUint32(0) & 0x3fff_ffff
}

const OLDER: ReadonlySet<EtypeId> = new Set([
  ETYPE.DES_CBC_CRC,
  ETYPE.DES_CBC_MD4,
  ETYPE.DES_CBC_MD5,
  ETYPE.DES3_CBC_SHA1,
  ETYPE.ARCFOUR_HMAC,
  ETYPE.ARCFOUR_HMAC_EXP,
])
