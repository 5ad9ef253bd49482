import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes/bytes.ts'
import { checksumKind, makeChecksum, verifyChecksum } from '../../../../src/core/crypto/checksum.ts'
import type { Key } from '../../../../src/core/crypto/etype.ts'
import { ETYPES } from '../../../../src/core/crypto/etypes/index.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { IMPLEMENTATIONS } from './implementations.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

interface ChecksumCase {
  readonly plaintext: string
  readonly cksumtype: number
  readonly enctype: number
  readonly usage: number
  readonly key: string
  readonly checksum: string
}

interface Rfc8009 {
  readonly usage: number
  readonly etypes: readonly { readonly etype: number; readonly baseKey: string; readonly checksum: { data: string; checksum: string } }[]
}

interface Rfc6803 {
  readonly etypes: readonly {
    readonly etype: number
    readonly checksums: readonly { key: string; usage: number; data: string; checksum: string }[]
  }[]
}

describe.each(IMPLEMENTATIONS)('checksums with $name', ({ etypes }) => {
  test('RFC 8009', () => {
    const { usage, etypes: cases } = ownVectors<Rfc8009>('rfc8009/vectors.json')
    for (const { etype: id, baseKey, checksum } of cases) {
      const etype = etypes.get(id)!
      expect(toHex(etype.checksum(etype.prepare(new Secret(hex(baseKey))), usage, hex(checksum.data)))).toBe(checksum.checksum)
    }
  })

  test('RFC 6803', () => {
    const cases = ownVectors<Rfc6803>('rfc6803/vectors.json').etypes.filter(({ etype }) => etypes.has(etype))
    for (const { etype: id, checksums } of cases) {
      const etype = etypes.get(id)!
      for (const { key, usage, data, checksum } of checksums)
        expect(toHex(etype.checksum(etype.prepare(new Secret(hex(key))), usage, hex(data)))).toBe(checksum)
    }
  })

  test('MIT: all keyed cases but MD5-HMAC, which nobody sends', context => {
    const cases = sharedCases<ChecksumCase>('checksum.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { plaintext, cksumtype, enctype, usage, key, checksum } of cases) {
      const etype = etypes.get(enctype)
      if (etype === undefined || cksumtype === -137) continue
      const prepared = etype.prepare(new Secret(hex(key)))
      expect(etype.checksumType).toBe(cksumtype)
      expect(toHex(etype.checksum(prepared, usage, hex(plaintext)))).toBe(checksum)
      expect(etype.verifyChecksum(prepared, usage, hex(plaintext), hex(checksum))).toBe(true)
    }
  })
})

describe.each(ETYPES)('Checksum of etype $id', etype => {
  const key: Key = { etype: etype.id, value: new Secret(new Uint8Array(etype.keyBytes).fill(5)) }
  const data = hex('0102030405')
  const made = makeChecksum(key, 6, data)

  test('has the type and length of the enctype', () => {
    expect(made.cksumtype).toBe(etype.checksumType)
    expect(made.checksum.length).toBe(etype.checksumBytes)
    expect(verifyChecksum(key, 6, data, made)).toBe(true)
  })

  test('type 0 means the enctype’s own', () => {
    expect(verifyChecksum(key, 6, data, { ...made, cksumtype: 0 })).toBe(true)
  })

  test('is wrong for other data, usages, types, lengths and octets', () => {
    expect(verifyChecksum(key, 6, hex('0102030406'), made)).toBe(false)
    expect(verifyChecksum(key, 7, data, made)).toBe(false)
    expect(verifyChecksum(key, 6, data, { ...made, cksumtype: 14 })).toBe(false)
    expect(verifyChecksum(key, 6, data, { ...made, checksum: made.checksum.subarray(1) })).toBe(false)
    expect(verifyChecksum(key, 6, data, { ...made, checksum: new Uint8Array(0) })).toBe(false)
    for (let i = 0; i < made.checksum.length; i++) {
      const damaged = made.checksum.slice()
      damaged[i]! ^= 1
      expect(verifyChecksum(key, 6, data, { ...made, checksum: damaged })).toBe(false)
    }
  })
})

describe('RSA-MD5', () => {
  const key: Key = { etype: 18, value: new Secret(new Uint8Array(32)) }

  test('is accepted only where it is allowed', context => {
    const found = (sharedCases<ChecksumCase>('checksum.json') ?? context.skip(NO_SHARED_VECTORS)).find(({ cksumtype }) => cksumtype === 7)!
    const checksum = { cksumtype: 7, checksum: hex(found.checksum) }
    expect(verifyChecksum(key, 6, hex(found.plaintext), checksum, { allowRsaMd5: true })).toBe(true)
    expect(verifyChecksum(key, 6, hex(`${found.plaintext}00`), checksum, { allowRsaMd5: true })).toBe(false)
    expect(verifyChecksum(key, 6, hex(found.plaintext), checksum)).toBe(false)
  })

  test('is the checksum of RFC 1321', () => {
    const checksum = { cksumtype: 7, checksum: hex('900150983cd24fb0d6963f7d28e17f72') }
    expect(verifyChecksum(key, 6, hex('616263'), checksum, { allowRsaMd5: true })).toBe(true)
  })
})

test('kinds of checksum types', () => {
  for (const { checksumType } of ETYPES) expect(checksumKind(checksumType)).toBe('keyed')
  expect(checksumKind(7)).toBe('unkeyed')
  expect(checksumKind(1)).toBeUndefined()
  expect(checksumKind(-138)).toBe('keyed')
  expect(checksumKind(-137)).toBeUndefined()
})
