import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../../src/core/bytes/bytes.ts'
import { ctsDecrypt, ctsEncrypt } from '../../../../../src/core/crypto/primitives/cts.ts'
import { IMPLEMENTATIONS } from '../implementations.ts'
import { hex, ownVectors } from '../vector-files.ts'

interface Vectors {
  readonly key: string
  readonly cases: readonly { readonly input: string; readonly output: string }[]
}

describe.each(IMPLEMENTATIONS)('CTS with $name', ({ aes128 }) => {
  const { key, cases } = ownVectors<Vectors>('rfc3962/cts.json')

  test('RFC 3962, one key for all messages, twice', () => {
    const cbc = aes128.open(hex(key))
    for (const { input, output } of [...cases, ...cases]) {
      const text = hex(input)
      expect(toHex(ctsEncrypt(cbc, padded(text), text.length))).toBe(output)
      expect(toHex(ctsDecrypt(cbc, hex(output)))).toBe(input)
    }
  })

  test('one block alone is that block encrypted', () => {
    const cbc = aes128.open(hex('000102030405060708090a0b0c0d0e0f'))
    const text = hex('00112233445566778899aabbccddeeff')
    const sealed = ctsEncrypt(cbc, text.slice(), 16)
    expect(toHex(sealed)).toBe('69c4e0d86a7b0430d8cdb78070b4c55a')
    expect(toHex(ctsDecrypt(cbc, sealed))).toBe(toHex(text))
  })
})

function padded(text: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(Math.ceil(text.length / 16) * 16)
  blocks.set(text)
  return blocks
}
