import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Bytes, EMPTY, toHex } from '../../../../src/core/bytes/bytes.ts'
import { DERIVED, deriveRandom, kdfHmacSha2, usageConstant } from '../../../../src/core/crypto/derive.ts'
import type { Cbc } from '../../../../src/core/crypto/primitives/cbc.ts'
import { HmacKey } from '../../../../src/core/crypto/primitives/hmac.ts'
import { IMPLEMENTATIONS, NOT_BUILT } from './implementations.ts'
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
    for (const { enctype, baseKey, constant, algorithm, derived } of cases.filter(({ enctype }) => !NOT_BUILT.has(enctype))) {
      const { cipher, hash } = rows.get(enctype)!
      const length = derived.length / 2
      const key =
        algorithm === 'DERIVE_RFC3961'
          ? deriveRandom(cipher.open(hex(baseKey)), cipher.blockBytes, hex(constant), length)
          : kdfHmacSha2(new HmacKey(hash, hex(baseKey)), hex(constant), EMPTY, length)
      expect(toHex(key), `${enctype} ${constant}`).toBe(derived)
    }
  })
})

test('the constant of a usage has its four octets before the purpose', () => {
  expect(toHex(usageConstant(2, DERIVED.CHECKSUM))).toBe('0000000299')
  expect(toHex(usageConstant(0x01020304, DERIVED.ENCRYPTION))).toBe('01020304aa')
  expect(toHex(usageConstant(0xfffffffe, DERIVED.INTEGRITY))).toBe('fffffffe55')
})

interface DeriveCase {
  readonly enctype: number
  readonly baseKey: string
  readonly constant: string
  readonly algorithm: string
  readonly derived: string
}

function tripleDes(key: Bytes): Cbc {
  const encrypt = (blocks: Bytes) => createCipheriv('des-ede3-cbc', key, new Uint8Array(8)).setAutoPadding(false).update(blocks)
  return { encrypt, decrypt: () => EMPTY }
}
