import type { Bytes } from '../../bytes/bytes.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { ChecksumTypeId } from '../../registry/checksum-type.ts'
import { type EtypeId, etypeNames, etypeStanding } from '../../registry/etype.ts'
import { Secret } from '../../secret/secret.ts'
import type { Etype } from '../etype.ts'
import type { CbcCipher } from '../primitives/cbc.ts'
import { sameSecret } from '../primitives/constant-time.ts'
import type { HashName } from '../primitives/hmac.ts'
import { type Derivation, DerivedKeys, type MessageKeys } from './derived-keys.ts'

/** One row of `etypes/`; names and standing are the registry's. */
export interface EtypeRow {
  readonly id: EtypeId
  readonly cipher: CbcCipher
  readonly hash: HashName
  /** Octets of the HMAC that are sent: at the end of a ciphertext, and as a checksum. */
  readonly tagBytes: number
  readonly checksumType: ChecksumTypeId
  /** Also the least that s2kparams may ask for. */
  readonly defaultIterations: number
}

/** What a profile adds to a row. `seal` and `open` see the lengths checked. */
export interface Profile {
  readonly prfBytes: number
  derivation(octets: Bytes): Derivation
  seal(keys: MessageKeys, plaintext: Bytes, confounder: Bytes): Bytes
  /** undefined when the tag is wrong. */
  open(keys: MessageKeys, ciphertext: Bytes): Bytes | undefined
  stringToKey(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes>
}

/** Everything that RFC 3962 and RFC 8009 do alike: a random-to-key that changes nothing, a truncated HMAC under Kc as checksum. */
export function aesEtype(row: EtypeRow, profile: Profile): Etype {
  const { cipher, tagBytes } = row
  const names = etypeNames(row.id)
  if (names === undefined) throw new Error(`etype ${row.id} has no name`)

  const etype: Etype = {
    id: row.id,
    names,
    keyBytes: cipher.keyBytes,
    seedBytes: cipher.keyBytes,
    confounderBytes: cipher.blockBytes,
    tagBytes,
    checksumType: row.checksumType,
    checksumBytes: tagBytes,
    prfBytes: profile.prfBytes,
    standing: etypeStanding(row.id),
    defaultIterations: row.defaultIterations,

    async stringToKey(password, salt, params) {
      const octets = await profile.stringToKey(password, salt, params)
      const key = Secret.copyOf(octets)
      octets.fill(0)
      return key
    },

    randomToKey(seed) {
      if (seed.length !== cipher.keyBytes) throw new KrbError('KRB5_BAD_KEYSIZE')
      return Secret.copyOf(seed)
    },

    prepare(key) {
      if (key.length !== cipher.keyBytes) throw new KrbError('KRB5_BAD_KEYSIZE')
      return new DerivedKeys(etype, key.use(profile.derivation))
    },

    encrypt(key, usage, plaintext, confounder) {
      if (confounder.length !== cipher.blockBytes) throw new Error('confounder of a wrong length')
      return profile.seal(DerivedKeys.of(key, etype).message(usage), plaintext, confounder)
    },

    decrypt(key, usage, ciphertext) {
      const keys = DerivedKeys.of(key, etype).message(usage)
      const plaintext = ciphertext.length < cipher.blockBytes + tagBytes ? undefined : profile.open(keys, ciphertext)
      if (plaintext === undefined) throw new KrbError('KRB5KRB_AP_ERR_BAD_INTEGRITY')
      return plaintext
    },

    checksum(key, usage, data) {
      return DerivedKeys.of(key, etype).checksum(usage).digest(tagBytes, data)
    },

    verifyChecksum(key, usage, data, checksum) {
      return sameSecret(etype.checksum(key, usage, data), checksum)
    },

    prf(key, data) {
      return DerivedKeys.of(key, etype).prf(data)
    },
  }
  return etype
}
