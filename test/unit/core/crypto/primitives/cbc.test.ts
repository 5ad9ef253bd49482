import { describe, expect, test } from 'vitest'
import { AES_128 } from '../../../../../src/core/crypto/primitives/cbc.ts'

describe('CBC', () => {
  test('refuses anything but whole blocks and goes on as if nothing had been', () => {
    const cbc = AES_128.open(new Uint8Array(16))
    const before = cbc.encrypt(new Uint8Array(32))
    for (const length of [0, 1, 15, 17]) {
      expect(() => cbc.encrypt(new Uint8Array(length))).toThrow()
      expect(() => cbc.decrypt(new Uint8Array(length))).toThrow()
    }
    expect(cbc.encrypt(new Uint8Array(32))).toEqual(before)
  })

  test('leaves the ciphertext as it is', () => {
    const cbc = AES_128.open(new Uint8Array(16))
    const ciphertext = new Uint8Array(32).fill(7)
    cbc.decrypt(ciphertext)
    expect(ciphertext).toEqual(new Uint8Array(32).fill(7))
  })
})
