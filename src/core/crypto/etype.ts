import type { Bytes } from '../bytes/bytes.ts'
import type { ChecksumTypeId } from '../registry/checksum-type.ts'
import type { EtypeId, EtypeStanding } from '../registry/etype.ts'
import type { KeyUsageId } from '../registry/key-usage.ts'
import type { Secret } from '../secret/secret.ts'

/** A protocol key: the enctype's number and its octets (EncryptionKey, RFC 4120 §5.2.9). */
export interface Key {
  readonly etype: EtypeId
  readonly value: Secret
}

/**
 * A key with whatever its enctype keeps ready for work (derived keys, cipher objects). Opaque to everybody but the enctype.
 * Long-lived keys are prepared once and kept; a key used once may be prepared on the spot.
 */
export interface PreparedKey {
  readonly etype: Etype
}

/** One encryption type (RFC 3961 §3), one file in `etypes/`, one line in `etypes/index.ts`. */
export interface Etype {
  readonly id: EtypeId
  /** Canonical name first, then MIT's aliases. */
  readonly names: readonly [string, ...string[]]
  readonly keyBytes: number
  readonly seedBytes: number
  readonly confounderBytes: number
  /** Octets of the integrity tag in a ciphertext. */
  readonly tagBytes: number
  /** Plaintexts come back padded to a multiple of this many octets, less the confounder: 8 for triple DES, 1 for all others. */
  readonly padTo: number
  readonly checksumType: ChecksumTypeId
  readonly checksumBytes: number
  readonly prfBytes: number
  readonly standing: EtypeStanding
  /** Iteration count used when no parameters are given. */
  readonly defaultIterations: number
  /** `params` as in ETYPE-INFO2 s2kparams. Throws `KRB5_ERR_BAD_S2K_PARAMS` for refused ones (too many iterations included). Runs off the main thread. */
  stringToKey(password: Bytes, salt: Bytes, params?: Bytes): Promise<Secret>
  randomToKey(seed: Bytes): Secret
  prepare(key: Secret): PreparedKey
  /** confounder | plaintext, encrypted, with its tag. `confounder` has confounderBytes octets; it is an argument so that vectors run. */
  encrypt(key: PreparedKey, usage: KeyUsageId, plaintext: Bytes, confounder: Bytes): Bytes
  /** Throws `KRB5KRB_AP_ERR_BAD_INTEGRITY`, and nothing else, for any octets. */
  decrypt(key: PreparedKey, usage: KeyUsageId, ciphertext: Bytes): Bytes
  checksum(key: PreparedKey, usage: KeyUsageId, data: Bytes): Bytes
  /** Constant-time comparison with the checksum of `data`. */
  verifyChecksum(key: PreparedKey, usage: KeyUsageId, data: Bytes, checksum: Bytes): boolean
  prf(key: PreparedKey, data: Bytes): Bytes
}
