import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes/bytes.ts'
import { openData, prepareKey, randomKey, sealData } from '../../../../src/core/crypto/encrypted-data.ts'
import type { Etype, Key } from '../../../../src/core/crypto/etype.ts'
import { ETYPES, requireEtype } from '../../../../src/core/crypto/etypes/index.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { IMPLEMENTATIONS } from './implementations.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

interface DecryptCase {
  readonly enctype: number
  readonly plaintext: string
  readonly usage: number
  readonly key: string
  readonly ciphertext: string
}

interface Rfc8009 {
  readonly usage: number
  readonly etypes: readonly {
    readonly etype: number
    readonly baseKey: string
    readonly encryptions: readonly { readonly plaintext: string; readonly confounder: string; readonly ciphertext: string }[]
  }[]
}

interface Rfc6803 {
  readonly etypes: readonly {
    readonly etype: number
    readonly encryptions: readonly {
      readonly key: string
      readonly usage: number
      readonly plaintext: string
      readonly confounder: string
      readonly ciphertext: string
    }[]
  }[]
}

describe.each(IMPLEMENTATIONS)('messages with $name', ({ etypes }) => {
  test('RFC 8009: encrypts to the octets and back', () => {
    const { usage, etypes: cases } = ownVectors<Rfc8009>('rfc8009/vectors.json')
    for (const { etype: id, baseKey, encryptions } of cases) {
      const etype = etypes.get(id)!
      const key = etype.prepare(new Secret(hex(baseKey)))
      for (const { plaintext, confounder, ciphertext } of encryptions) {
        expect(toHex(etype.encrypt(key, usage, hex(plaintext), hex(confounder)))).toBe(ciphertext)
        expect(toHex(etype.decrypt(key, usage, hex(ciphertext)))).toBe(plaintext)
      }
    }
  })

  test('RFC 6803: encrypts to the octets and back', () => {
    for (const { etype: id, encryptions } of ownVectors<Rfc6803>('rfc6803/vectors.json').etypes) {
      const etype = etypes.get(id)
      for (const { key, usage, plaintext, confounder, ciphertext } of etype === undefined ? [] : encryptions) {
        const prepared = etype!.prepare(new Secret(hex(key)))
        expect(toHex(etype!.encrypt(prepared, usage, hex(plaintext), hex(confounder)))).toBe(ciphertext)
        expect(toHex(etype!.decrypt(prepared, usage, hex(ciphertext)))).toBe(plaintext)
      }
    }
  })

  test('MIT: all ciphertexts', context => {
    const cases = sharedCases<DecryptCase>('decrypt.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { enctype, plaintext, usage, key, ciphertext } of cases.filter(({ enctype }) => etypes.has(enctype))) {
      const etype = etypes.get(enctype)!
      const { padTo } = etype
      const padded = plaintext.padEnd(Math.ceil(plaintext.length / 2 / padTo) * padTo * 2, '0')
      expect(toHex(etype.decrypt(etype.prepare(new Secret(hex(key))), usage, hex(ciphertext)))).toBe(padded)
    }
  })
})

test('triple DES: padding after the DER goes, anything else stays', () => {
  const etype = requireEtype(16)
  const key = etype.prepare(fixedKey(16, 24).value)
  const opened = (text: string) => toHex(openData(key, 3, { etype: 16, cipher: etype.encrypt(key, 3, hex(text), new Uint8Array(8)) }))
  expect(opened('040161')).toBe('040161')
  expect(opened('0406616263646566')).toBe('0406616263646566')
  expect(opened(`048180${'61'.repeat(128)}`)).toBe(`048180${'61'.repeat(128)}`)
  expect(opened('04016100000000000000000000000000')).toBe('04016100000000000000000000000000')
  expect(opened('04ff61')).toBe('04ff610000000000')
  expect(opened('048561')).toBe('0485610000000000')
  expect(opened('0480')).toBe('0480000000000000')
  expect(opened('0420')).toBe('0420000000000000')
  expect(opened('')).toBe('')
})

describe.each(ETYPES)('EncryptedData of etype $id', etype => {
  const key = fixedKey(etype.id, etype.keyBytes)
  /** DER, since that is all that EncryptedData holds. */
  const plaintext = hex('0403010203')

  test('carries etype and kvno, and opens with the key or the prepared key', () => {
    const sealed = sealData(key, 3, plaintext, counting, 7)
    expect(sealed).toMatchObject({ etype: etype.id, kvno: 7 })
    expect(sealed.cipher.length).toBe(ciphertextLength(etype, plaintext.length))
    expect(openData(key, 3, sealed)).toEqual(plaintext)
    expect(openData(prepareKey(key), 3, sealed)).toEqual(plaintext)
  })

  test('has no kvno for a session key', () => {
    expect(sealData(key, 3, plaintext, counting)).not.toHaveProperty('kvno')
  })

  test('another usage or another key does not open it', () => {
    const sealed = sealData(key, 3, plaintext, counting)
    const other = fixedKey(etype.id, etype.keyBytes, 9)
    expect(() => openData(key, 4, sealed)).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_BAD_INTEGRITY' }))
    expect(() => openData(other, 3, sealed)).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_BAD_INTEGRITY' }))
  })

  test('an etype that is not the key’s is refused before any octet is looked at', () => {
    const sealed = { ...sealData(key, 3, plaintext, counting), etype: 99 }
    expect(() => openData(key, 3, sealed)).toThrow(expect.objectContaining({ code: 'KRB5_BAD_ENCTYPE' }))
  })

  test('keys of a wrong length are refused', () => {
    const short = { etype: etype.id, value: new Secret(new Uint8Array(etype.keyBytes - 1)) }
    expect(() => prepareKey(short)).toThrow(expect.objectContaining({ code: 'KRB5_BAD_KEYSIZE' }))
  })

  test('a prepared key outlives the octets it came from', () => {
    const value = new Secret(new Uint8Array(etype.keyBytes).fill(1))
    const prepared = prepareKey({ etype: etype.id, value })
    const sealed = sealData(fixedKey(etype.id, etype.keyBytes), 11, plaintext, counting)
    value.wipe()
    expect(openData(prepared, 11, sealed)).toEqual(plaintext)
  })

  test('a random key is made of the random octets, copied', () => {
    const source = counting(etype.seedBytes)
    const made = randomKey(etype.id, length => {
      expect(length).toBe(etype.seedBytes)
      return source
    })
    const octets = made.value.use(toHex)
    expect(made.value.length).toBe(etype.keyBytes)
    expect(octets).toBe(etype.id === 16 ? DES3_KEY_OF_COUNTING : toHex(counting(etype.seedBytes)))
    source.fill(0)
    expect(made.value.use(toHex)).toBe(octets)
  })
})

describe('key usages of RC4', () => {
  const key = fixedKey(23, 16)
  const plaintext = hex('040161')
  const opens = (sealedAs: number, openedAs: number) => {
    try {
      return toHex(openData(key, openedAs, sealData(key, sealedAs, plaintext, counting))) === '040161'
    } catch {
      return false
    }
  }

  test('are Microsoft’s: 3 is 8, 23 is 13, all others are themselves', () => {
    expect([opens(3, 8), opens(8, 3), opens(23, 13), opens(13, 23)]).toEqual([true, true, true, true])
    for (const [a, b] of [
      [1, 2],
      [9, 3],
      [3, 4],
      [22, 13],
      [24, 25],
      [0, 8],
    ] as const)
      expect([a, b, opens(a, b)]).toEqual([a, b, false])
  })

  test('9 is sent as 9 and taken as 8 too, since RFC 4757 and Windows differ', () => {
    expect([opens(9, 9), opens(8, 9), opens(3, 9), opens(9, 8), opens(9, 10)]).toEqual([true, true, true, false, false])
  })
})

test('a key prepared for one enctype is not taken by another', () => {
  const [first, second] = ETYPES
  const prepared = prepareKey(fixedKey(first!.id, first!.keyBytes))
  expect(() => second!.encrypt(prepared, 3, hex('00'), new Uint8Array(16))).toThrow(/given to etype/)
})

test('keys of an enctype that is not built are refused', () => {
  expect(() => prepareKey(fixedKey(3, 8))).toThrow(expect.objectContaining({ code: 'KRB5_PROG_ETYPE_NOSUPP' }))
  expect(() => randomKey(0x7fffffff, counting)).toThrow(expect.objectContaining({ code: 'KRB5_PROG_ETYPE_NOSUPP' }))
})

function ciphertextLength({ confounderBytes, tagBytes, padTo }: Etype, length: number): number {
  return Math.ceil((confounderBytes + length) / padTo) * padTo + tagBytes
}

function fixedKey(etype: number, length: number, octet = 1): Key {
  return { etype, value: new Secret(new Uint8Array(length).fill(octet)) }
}

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + 1)
}

/** Of 01, 02, ... 15: odd parity in the lowest bits, whose former values make up each eighth octet. */
const DES3_KEY_OF_COUNTING = '01020204040707ab08080b0b0d0d0e540e101013131515ab'
