import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../../src/core/bytes/text.ts'
import { sameSecret } from '../../../../../src/core/crypto/primitives/constant-time.ts'
import { HmacKey } from '../../../../../src/core/crypto/primitives/hmac.ts'

describe('HMAC', () => {
  const data = encodeText('what do ya want for nothing?')

  test.each([
    ['md5', 16, '750c783e6ab0b503eaa86e310a5db738'],
    ['sha1', 20, 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
    ['sha256', 32, '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ['sha384', 48, 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649'],
  ] as const)('RFC 2202, RFC 4231: %s', (hash, length, expected) => {
    const key = new HmacKey(hash, encodeText('Jefe'))
    expect(toHex(key.digest(length, data))).toBe(expected)
    expect(toHex(key.digest(8, data.subarray(0, 5), data.subarray(5)))).toBe(expected.slice(0, 16))
  })

  test('leaves no key in the frame', () => {
    const key = new HmacKey('sha1', new Uint8Array(16).fill(9))
    const frame = Buffer.alloc(key.room + 3, 0xff)
    key.sign(frame, Buffer.alloc(20), 0, 20)
    expect(toHex(frame)).toBe(`${'00'.repeat(64)}ffffff`)
  })

  test('a tag longer than the hash is wrong', () => {
    const key = new HmacKey('sha1', new Uint8Array(16))
    const frame = Buffer.alloc(key.room)
    expect(key.verify(frame, new Uint8Array(21))).toBe(false)
  })

  test('keys longer than a block are refused', () => {
    expect(() => new HmacKey('sha1', new Uint8Array(65))).toThrow()
  })
})

test('secrets of different lengths are different', () => {
  expect(sameSecret(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
  expect(sameSecret(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  expect(sameSecret(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false)
  expect(sameSecret(new Uint8Array(0), new Uint8Array(0))).toBe(true)
})
