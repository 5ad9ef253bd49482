import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes/bytes.ts'
import { nfold } from '../../../../src/core/crypto/nfold.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

interface Case {
  readonly input: string
  readonly bits: number
  readonly output: string
}

describe('n-fold', () => {
  test.each(ownVectors<{ cases: Case[] }>('rfc3961/n-fold.json').cases)('RFC 3961: $bits-fold($input)', ({ input, bits, output }) => {
    expect(toHex(nfold(hex(input), bits / 8))).toBe(output)
  })

  test('MIT: all cases', context => {
    const cases = sharedCases<Case>('n-fold.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { input, bits, output } of cases) expect(toHex(nfold(hex(input), bits / 8))).toBe(output)
  })
})
