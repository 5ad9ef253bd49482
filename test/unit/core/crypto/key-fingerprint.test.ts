import { expect, test } from 'vitest'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { keyFingerprint } from '../../../../src/core/crypto/key-fingerprint.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

test('begins like the SHA-1 of the key, in upper case', () => {
  expect(keyFingerprint({ etype: 17, value: new Secret(encodeText('abc')) })).toBe('A999')
})
