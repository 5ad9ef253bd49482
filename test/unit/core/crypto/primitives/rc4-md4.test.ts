import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../../src/core/bytes/bytes.ts'
import { md4 } from '../../../../../src/core/crypto/primitives/md4.ts'
import { rc4 } from '../../../../../src/core/crypto/primitives/rc4.ts'
import { hex, ownVectors } from '../vector-files.ts'

describe('MD4', () => {
  test.each(ownVectors<{ cases: { input: string; digest: string }[] }>('rfc1320/md4.json').cases)(
    'RFC 1320: "$input"',
    ({ input, digest }) => {
      expect(toHex(md4(hex(input)))).toBe(digest)
    },
  )
})

describe('RC4', () => {
  test.each(ownVectors<{ cases: { key: string; stream: string }[] }>('rfc6229/rc4.json').cases)('RFC 6229: $key', ({ key, stream }) => {
    expect(toHex(rc4(hex(key), new Uint8Array(32)))).toBe(stream)
    expect(toHex(rc4(hex(key), hex(stream)))).toBe('00'.repeat(32))
  })
})
