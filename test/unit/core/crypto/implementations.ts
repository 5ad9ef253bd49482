import { cbc } from '@noble/ciphers/aes.js'
import type { Etype } from '../../../../src/core/crypto/etype.ts'
import { AES128_SHA1, AES256_SHA1 } from '../../../../src/core/crypto/etypes/aes-sha1.ts'
import { AES128_SHA2, AES256_SHA2 } from '../../../../src/core/crypto/etypes/aes-sha2.ts'
import { AES_128, AES_256, type CbcCipher } from '../../../../src/core/crypto/primitives/cbc.ts'
import type { EtypeRow } from '../../../../src/core/crypto/profiles/aes-etype.ts'
import { rfc8009 } from '../../../../src/core/crypto/profiles/rfc8009.ts'
import { simplified } from '../../../../src/core/crypto/profiles/simplified.ts'

/** The enctypes over one implementation of AES. They take any number of PBKDF2 rounds, because published vectors have few. */
export interface Implementation {
  readonly name: string
  readonly aes128: CbcCipher
  readonly aes256: CbcCipher
  readonly rows: ReadonlyMap<number, EtypeRow>
  readonly etypes: ReadonlyMap<number, Etype>
}

export const NODE = implementation('node:crypto', AES_128, AES_256)
export const NOBLE = implementation('@noble/ciphers', nobleAes(16), nobleAes(32))
export const IMPLEMENTATIONS: readonly Implementation[] = [NODE, NOBLE]

/** In the vector files, but not built: triple DES, RC4 (two) and Camellia (two); 0 stands beside unkeyed checksums. */
export const NOT_BUILT: ReadonlySet<number> = new Set([0, 16, 23, 24, 25, 26])

function implementation(name: string, aes128: CbcCipher, aes256: CbcCipher): Implementation {
  const sha1 = [
    { ...AES128_SHA1, cipher: aes128, defaultIterations: 1 },
    { ...AES256_SHA1, cipher: aes256, defaultIterations: 1 },
  ]
  const sha2 = [
    { ...AES128_SHA2, cipher: aes128, defaultIterations: 1 },
    { ...AES256_SHA2, cipher: aes256, defaultIterations: 1 },
  ]
  const etypes = [...sha1.map(simplified), ...sha2.map(rfc8009)]
  return {
    name,
    aes128,
    aes256,
    rows: new Map([...sha1, ...sha2].map(row => [row.id, row])),
    etypes: new Map(etypes.map(etype => [etype.id, etype])),
  }
}

function nobleAes(keyBytes: number): CbcCipher {
  const zero = new Uint8Array(16)
  return {
    keyBytes,
    blockBytes: 16,
    open(key) {
      const own = new Uint8Array(key)
      return {
        encrypt: blocks => cbc(own, zero, { disablePadding: true }).encrypt(new Uint8Array(blocks)),
        decrypt: blocks => cbc(own, zero, { disablePadding: true }).decrypt(new Uint8Array(blocks)),
      }
    },
  }
}
