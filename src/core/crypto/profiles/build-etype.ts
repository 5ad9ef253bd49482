import type { Bytes } from '../../bytes/bytes.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { ChecksumTypeId } from '../../registry/checksum-type.ts'
import { type EtypeId, etypeNames, etypeStanding } from '../../registry/etype.ts'
import { Secret } from '../../secret/secret.ts'
import type { Etype } from '../etype.ts'
import type { CbcCipher } from '../primitives/cbc.ts'
import { sameSecret } from '../primitives/constant-time.ts'
import type { HashName } from '../primitives/hmac.ts'
import { type Derivation, DerivedKeys } from './derived-keys.ts'

/** One row of `etypes/`; names and standing are the registry's. */
export interface EtypeRow {
  readonly id: EtypeId
  readonly cipher: CbcCipher
  readonly hash: HashName
  /** Octets of the keyed hash that are sent: at the end of a ciphertext, and as a checksum. */
  readonly tagBytes: number
  readonly checksumType: ChecksumTypeId
  /** Also the least that s2kparams may ask for; 0 where there is nothing to repeat. */
  readonly defaultIterations: number
}

/** The sizes and numbers of an enctype, whatever it is made of. */
export interface EtypeShape extends Pick<EtypeRow, 'id' | 'tagBytes' | 'checksumType' | 'defaultIterations'> {
  readonly keyBytes: number
  readonly seedBytes: number
  readonly confounderBytes: number
  readonly prfBytes: number
  readonly padTo: number
}

/** What a profile adds to the shape. The lengths of keys, seeds, confounders and ciphertexts have been checked. */
export interface Profile {
  /** Fresh octets, the caller's to keep. */
  randomToKey(seed: Bytes): Bytes
  derivation(key: Bytes): Derivation
  /** The password may be wiped as soon as the promise is there. */
  stringToKey(password: Bytes, salt: Bytes, params: Bytes | undefined): Promise<Bytes>
}

/** What all enctypes do alike: lengths, secrets, and derived keys that are kept with the key. */
export function buildEtype(shape: EtypeShape, profile: Profile): Etype {
  const { keyBytes, confounderBytes, tagBytes } = shape
  const names = etypeNames(shape.id)
  if (names === undefined) throw new Error(`etype ${shape.id} has no name`)

  const etype: Etype = {
    id: shape.id,
    names,
    keyBytes,
    seedBytes: shape.seedBytes,
    confounderBytes,
    tagBytes,
    padTo: shape.padTo,
    checksumType: shape.checksumType,
    checksumBytes: tagBytes,
    prfBytes: shape.prfBytes,
    standing: etypeStanding(shape.id),
    defaultIterations: shape.defaultIterations,

    async stringToKey(password, salt, params) {
      const octets = await profile.stringToKey(password, salt, params)
      const key = Secret.copyOf(octets)
      octets.fill(0)
      return key
    },

    randomToKey(seed) {
      if (seed.length !== shape.seedBytes) throw new KrbError('KRB5_BAD_KEYSIZE')
      return new Secret(profile.randomToKey(seed))
    },

    prepare(key) {
      if (key.length !== keyBytes) throw new KrbError('KRB5_BAD_KEYSIZE')
      return new DerivedKeys(etype, key.use(profile.derivation))
    },

    encrypt(key, usage, plaintext, confounder) {
      if (confounder.length !== confounderBytes) throw new Error('confounder of a wrong length')
      return DerivedKeys.of(key, etype).message(usage).seal(plaintext, confounder)
    },

    decrypt(key, usage, ciphertext) {
      const keys = DerivedKeys.of(key, etype).message(usage)
      const plaintext = ciphertext.length < confounderBytes + tagBytes ? undefined : keys.open(ciphertext)
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

/** The random-to-key of all enctypes but triple DES. */
export function copyOfSeed(seed: Bytes): Bytes {
  return new Uint8Array(seed)
}
