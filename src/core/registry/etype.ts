export type EtypeId = number

/** Encryption types (IANA "Kerberos Encryption Type Numbers", RFC 3961 §8) under MIT's constant names. */
export const ETYPE = {
  DES_CBC_CRC: 1,
  DES_CBC_MD4: 2,
  DES_CBC_MD5: 3,
  DES_CBC_RAW: 4,
  DES3_CBC_SHA: 5,
  DES3_CBC_RAW: 6,
  DES_HMAC_SHA1: 8,
  DSA_SHA1_CMS: 9,
  MD5_RSA_CMS: 10,
  SHA1_RSA_CMS: 11,
  RC2_CBC_ENV: 12,
  RSA_ENV: 13,
  RSA_ES_OAEP_ENV: 14,
  DES3_CBC_ENV: 15,
  DES3_CBC_SHA1: 16,
  AES128_CTS_HMAC_SHA1_96: 17,
  AES256_CTS_HMAC_SHA1_96: 18,
  AES128_CTS_HMAC_SHA256_128: 19,
  AES256_CTS_HMAC_SHA384_192: 20,
  ARCFOUR_HMAC: 23,
  ARCFOUR_HMAC_EXP: 24,
  CAMELLIA128_CTS_CMAC: 25,
  CAMELLIA256_CTS_CMAC: 26,
} as const satisfies Record<string, EtypeId>

export type EtypeStanding = 'current' | 'deprecated' | 'weak' | 'unknown'

/** MIT's canonical name (`aes256-cts-hmac-sha1-96`), as klist and kadmin print it; `etype N` for types that MIT no longer knows, DES included. */
export function etypeName(id: EtypeId): string {
  return BY_ID.get(id)?.names[0] ?? `etype ${id}`
}

/** Canonical name first, then MIT's aliases; undefined for types without a name. */
export function etypeNames(id: EtypeId): readonly [string, ...string[]] | undefined {
  return BY_ID.get(id)?.names
}

/** The type that a name or an alias stands for, in any case, as in krb5.conf and `-e`. */
export function etypeIdByName(name: string): EtypeId | undefined {
  return BY_NAME.get(name.toLowerCase())
}

/** `weak` needs allow_weak_crypto; `deprecated` is marked `DEPRECATED:` in listings, and so is `weak`. */
export function etypeStanding(id: EtypeId): EtypeStanding {
  return BY_ID.get(id)?.standing ?? 'unknown'
}

/** Name as the KDC's log writes it: MIT has names for the public-key types of RFC 4556 there and marks what it cannot use. */
export function etypeLogName(id: EtypeId): string {
  const row = BY_ID.get(id)
  if (row === undefined) return `UNSUPPORTED:${PKINIT_NAMES.get(id) ?? `etype ${id}`}`
  return row.standing === 'current' ? row.names[0] : `DEPRECATED:${row.names[0]}`
}

interface EtypeRow {
  readonly id: EtypeId
  readonly standing: Exclude<EtypeStanding, 'unknown'>
  readonly names: readonly [string, ...string[]]
}

const ROWS: readonly EtypeRow[] = [
  { id: ETYPE.DES3_CBC_RAW, standing: 'weak', names: ['des3-cbc-raw'] },
  { id: ETYPE.DES3_CBC_SHA1, standing: 'deprecated', names: ['des3-cbc-sha1', 'des3-hmac-sha1', 'des3-cbc-sha1-kd'] },
  { id: ETYPE.ARCFOUR_HMAC, standing: 'deprecated', names: ['arcfour-hmac', 'rc4-hmac', 'arcfour-hmac-md5'] },
  { id: ETYPE.ARCFOUR_HMAC_EXP, standing: 'weak', names: ['arcfour-hmac-exp', 'rc4-hmac-exp', 'arcfour-hmac-md5-exp'] },
  { id: ETYPE.AES128_CTS_HMAC_SHA1_96, standing: 'current', names: ['aes128-cts-hmac-sha1-96', 'aes128-cts', 'aes128-sha1'] },
  { id: ETYPE.AES256_CTS_HMAC_SHA1_96, standing: 'current', names: ['aes256-cts-hmac-sha1-96', 'aes256-cts', 'aes256-sha1'] },
  { id: ETYPE.AES128_CTS_HMAC_SHA256_128, standing: 'current', names: ['aes128-cts-hmac-sha256-128', 'aes128-sha2'] },
  { id: ETYPE.AES256_CTS_HMAC_SHA384_192, standing: 'current', names: ['aes256-cts-hmac-sha384-192', 'aes256-sha2'] },
  { id: ETYPE.CAMELLIA128_CTS_CMAC, standing: 'current', names: ['camellia128-cts-cmac', 'camellia128-cts'] },
  { id: ETYPE.CAMELLIA256_CTS_CMAC, standing: 'current', names: ['camellia256-cts-cmac', 'camellia256-cts'] },
]

const BY_ID = new Map(ROWS.map(row => [row.id, row]))

const BY_NAME = new Map(ROWS.flatMap(row => row.names.map(name => [name, row.id] as const)))

const PKINIT_NAMES = new Map<EtypeId, string>([
  [ETYPE.DSA_SHA1_CMS, 'id-dsa-with-sha1-CmsOID'],
  [ETYPE.MD5_RSA_CMS, 'md5WithRSAEncryption-CmsOID'],
  [ETYPE.SHA1_RSA_CMS, 'sha-1WithRSAEncryption-CmsOID'],
  [ETYPE.RC2_CBC_ENV, 'rc2-cbc-EnvOID'],
  [ETYPE.RSA_ENV, 'rsaEncryption-EnvOID'],
  [ETYPE.RSA_ES_OAEP_ENV, 'id-RSAES-OAEP-EnvOID'],
  [ETYPE.DES3_CBC_ENV, 'des-ede3-cbc-EnvOID'],
])
