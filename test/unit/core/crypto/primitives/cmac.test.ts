import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../../src/core/bytes/bytes.ts'
import { AES_128 } from '../../../../../src/core/crypto/primitives/cbc.ts'
import { CmacKey } from '../../../../../src/core/crypto/primitives/cmac.ts'
import { hex, ownVectors } from '../vector-files.ts'

describe('CMAC', () => {
  const { key, cases } = ownVectors<{ key: string; cases: { message: string; cmac: string }[] }>('rfc4493/aes-cmac.json')
  const mac = new CmacKey(AES_128.open(hex(key)))

  test.each(cases)('RFC 4493: "$message"', ({ message, cmac }) => {
    expect(toHex(mac.digest(16, hex(message)))).toBe(cmac)
    expect(toHex(mac.digest(12, hex(message)))).toBe(cmac.slice(0, 24))
    expect(toHex(mac.digest(16, hex(message.slice(0, 6)), hex(message.slice(6))))).toBe(cmac)
  })
})
