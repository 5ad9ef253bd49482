export type ChecksumTypeId = number

/** Checksum types (IANA "Kerberos Checksum Type Numbers", RFC 3961 §8; the negative ones are Microsoft's, RFC 4757). */
export const ChecksumType = {
  CRC32: 1,
  RSA_MD4: 2,
  RSA_MD4_DES: 3,
  DES_MAC: 4,
  DES_MAC_K: 5,
  RSA_MD4_DES_K: 6,
  RSA_MD5: 7,
  RSA_MD5_DES: 8,
  RSA_MD5_DES3: 9,
  HMAC_SHA1_DES3: 12,
  HMAC_SHA1_DES3_KD: 13,
  SHA1: 14,
  HMAC_SHA1_96_AES128: 15,
  HMAC_SHA1_96_AES256: 16,
  CMAC_CAMELLIA128: 17,
  CMAC_CAMELLIA256: 18,
  HMAC_SHA256_128_AES128: 19,
  HMAC_SHA384_192_AES256: 20,
  /** RFC 4121 §4.1.1: flags and channel bindings in the place of a checksum. */
  GSSAPI: 0x8003,
  MD5_HMAC_ARCFOUR: -137,
  HMAC_MD5_ARCFOUR: -138,
} as const satisfies Record<string, ChecksumTypeId>
