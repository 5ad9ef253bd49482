import { cbc } from '@noble/ciphers/aes.js'
import type { Etype } from '../../../../src/core/crypto/etype.ts'
import { AES128_SHA1, AES256_SHA1 } from '../../../../src/core/crypto/etypes/aes-sha1.ts'
import { AES128_SHA2, AES256_SHA2 } from '../../../../src/core/crypto/etypes/aes-sha2.ts'
import { ARCFOUR, ARCFOUR_EXPORTABLE } from '../../../../src/core/crypto/etypes/arcfour.ts'
import { CAMELLIA128_CMAC, CAMELLIA256_CMAC } from '../../../../src/core/crypto/etypes/camellia.ts'
import { DES3_SHA1, des3 } from '../../../../src/core/crypto/etypes/des3.ts'
import { AES_128, AES_256, type CbcCipher } from '../../../../src/core/crypto/primitives/cbc.ts'
import type { EtypeRow } from '../../../../src/core/crypto/profiles/build-etype.ts'
import { rfc3962 } from '../../../../src/core/crypto/profiles/rfc3962.ts'
import { rfc6803 } from '../../../../src/core/crypto/profiles/rfc6803.ts'
import { rfc8009 } from '../../../../src/core/crypto/profiles/rfc8009.ts'

/**
 * The AES enctypes over one implementation of AES, and over node's also the older ones. They take any number of PBKDF2 rounds, because
 * published vectors have few.
 */
export interface Implementation {
  readonly name: string
  readonly aes128: CbcCipher
  readonly aes256: CbcCipher
  readonly rows: ReadonlyMap<number, EtypeRow>
  readonly etypes: ReadonlyMap<number, Etype>
}

const camellia = [CAMELLIA128_CMAC, CAMELLIA256_CMAC].map(row => ({ ...row, defaultIterations: 1 }))

export const NODE = withOlder(implementation('node:crypto', AES_128, AES_256))
export const NOBLE = implementation('@noble/ciphers', nobleAes(16), nobleAes(32))
export const IMPLEMENTATIONS: readonly Implementation[] = [NODE, NOBLE]

function implementation(name: string, aes128: CbcCipher, aes256: CbcCipher): Implementation {
  const sha1 = [
    { ...AES128_SHA1, cipher: aes128, defaultIterations: 1 },
    { ...AES256_SHA1, cipher: aes256, defaultIterations: 1 },
  ]
  const sha2 = [
    { ...AES128_SHA2, cipher: aes128, defaultIterations: 1 },
    { ...AES256_SHA2, cipher: aes256, defaultIterations: 1 },
  ]
  const etypes = [...sha1.map(rfc3962), ...sha2.map(rfc8009)]
  return {
    name,
    aes128,
    aes256,
    rows: new Map([...sha1, ...sha2].map(row => [row.id, row])),
    etypes: new Map(etypes.map(etype => [etype.id, etype])),
  }
}

function withOlder(aes: Implementation): Implementation {
  const older = [des3(DES3_SHA1), ARCFOUR, ARCFOUR_EXPORTABLE, ...camellia.map(rfc6803)]
  return {
    ...aes,
    rows: new Map([...aes.rows, ...[DES3_SHA1, ...camellia].map(row => [row.id, row] as const)]),
    etypes: new Map([...aes.etypes, ...older.map(etype => [etype.id, etype] as const)]),
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
