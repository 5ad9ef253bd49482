import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Bytes, EMPTY, toHex } from '../../../../src/core/bytes/bytes.ts'
import { DERIVED, deriveRandom, kdfFeedbackCmac, kdfHmacSha2, usageConstant } from '../../../../src/core/crypto/derive.ts'
import { requireEtype } from '../../../../src/core/crypto/etypes/index.ts'
import type { Cbc } from '../../../../src/core/crypto/primitives/cbc.ts'
import { CmacKey } from '../../../../src/core/crypto/primitives/cmac.ts'
import { HmacKey } from '../../../../src/core/crypto/primitives/hmac.ts'
import type { EtypeRow } from '../../../../src/core/crypto/profiles/build-etype.ts'
import { IMPLEMENTATIONS, NODE } from './implementations.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

describe('DR', () => {
  const { cases } = ownVectors<{ cases: { key: string; constant: string; random: string }[] }>('rfc3961/derive-random.json')

  test.each(cases)('RFC 3961: $key, $constant', ({ key, constant, random }) => {
    expect(toHex(deriveRandom(tripleDes(hex(key)), 8, hex(constant), 21))).toBe(random)
  })
})

describe.each(IMPLEMENTATIONS)('derived keys with $name', ({ rows }) => {
  test('MIT: all cases', context => {
    const cases = sharedCases<DeriveCase>('derive-key.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { enctype, baseKey, constant, algorithm, derived } of cases.filter(({ enctype }) => rows.has(enctype))) {
      const derive = {
        DERIVE_RFC3961: rfc3961,
        DERIVE_SP800_108_HMAC: rfc8009,
        DERIVE_SP800_108_CMAC: rfc6803,
      }[algorithm]
      expect(toHex(derive(rows.get(enctype)!, hex(baseKey), hex(constant), derived.length / 2)), `${enctype} ${constant}`).toBe(derived)
    }
  })
})

test('RFC 6803', () => {
  const { etypes } = ownVectors<{ etypes: Rfc6803Keys[] }>('rfc6803/vectors.json')
  for (const { etype, baseKey, usage, kc, ke, ki } of etypes) {
    const row = NODE.rows.get(etype)!
    const derive = (purpose: number) => toHex(rfc6803(row, hex(baseKey), usageConstant(usage, purpose), baseKey.length / 2))
    expect([derive(DERIVED.CHECKSUM), derive(DERIVED.ENCRYPTION), derive(DERIVED.INTEGRITY)]).toEqual([kc, ke, ki])
  }
})

test('the constant of a usage has its four octets before the purpose', () => {
  expect(toHex(usageConstant(2, DERIVED.CHECKSUM))).toBe('0000000299')
  expect(toHex(usageConstant(0x01020304, DERIVED.ENCRYPTION))).toBe('01020304aa')
  expect(toHex(usageConstant(0xfffffffe, DERIVED.INTEGRITY))).toBe('fffffffe55')
})

interface Rfc6803Keys {
  readonly etype: number
  readonly baseKey: string
  readonly usage: number
  readonly kc: string
  readonly ke: string
  readonly ki: string
}

interface DeriveCase {
  readonly enctype: number
  readonly baseKey: string
  readonly constant: string
  readonly algorithm: 'DERIVE_RFC3961' | 'DERIVE_SP800_108_HMAC' | 'DERIVE_SP800_108_CMAC'
  readonly derived: string
}

function rfc3961({ id, cipher }: EtypeRow, key: Bytes, constant: Bytes, length: number): Bytes {
  const { seedBytes, randomToKey } = requireEtype(id)
  if (seedBytes === length) return deriveRandom(cipher.open(key), cipher.blockBytes, constant, length)
  return randomToKey(deriveRandom(cipher.open(key), cipher.blockBytes, constant, seedBytes)).use(octets => octets.slice())
}

function rfc8009({ hash }: EtypeRow, key: Bytes, constant: Bytes, length: number): Bytes {
  return kdfHmacSha2(new HmacKey(hash, key), constant, EMPTY, length)
}

function rfc6803({ cipher }: EtypeRow, key: Bytes, constant: Bytes, length: number): Bytes {
  return kdfFeedbackCmac(new CmacKey(cipher.open(key)), constant, length)
}

function tripleDes(key: Bytes): Cbc {
  const encrypt = (blocks: Bytes) => createCipheriv('des-ede3-cbc', key, new Uint8Array(8)).setAutoPadding(false).update(blocks)
  return { encrypt, decrypt: () => EMPTY }
}
