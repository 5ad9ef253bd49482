import { describe, expect, test } from 'vitest'
import { concat, toHex } from '../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { combineKeys } from '../../../../src/core/crypto/cf2.ts'
import { ETYPES } from '../../../../src/core/crypto/etypes/index.ts'
import { prfPlus } from '../../../../src/core/crypto/prf.ts'
import { keyFromPassword } from '../../../../src/core/crypto/string-to-key.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { IMPLEMENTATIONS } from './implementations.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

interface PrfCase {
  readonly enctype: number
  readonly key: string
  readonly input: string
  readonly output: string
}

interface Cf2Case {
  readonly enctype: number
  readonly key1Password: string
  readonly key2Password: string
  readonly pepper1: string
  readonly pepper2: string
  readonly result: string
}

interface Rfc8009 {
  readonly etypes: readonly { readonly etype: number; readonly baseKey: string; readonly prf: { input: string; output: string } }[]
}

describe.each(IMPLEMENTATIONS)('PRF with $name', ({ etypes }) => {
  test('RFC 8009', () => {
    for (const { etype: id, baseKey, prf } of ownVectors<Rfc8009>('rfc8009/vectors.json').etypes) {
      const etype = etypes.get(id)!
      expect(toHex(etype.prf(etype.prepare(new Secret(hex(baseKey))), hex(prf.input)))).toBe(prf.output)
    }
  })

  test('MIT: all cases', context => {
    const cases = sharedCases<PrfCase>('prf.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { enctype, key, input, output } of cases) {
      const etype = etypes.get(enctype)!
      const result = etype.prf(etype.prepare(new Secret(hex(key))), hex(input))
      expect(toHex(result)).toBe(output)
      expect(result.length).toBe(etype.prfBytes)
    }
  })

  test('KRB-FX-CF2, MIT: all cases', async context => {
    const cases = sharedCases<Cf2Case>('krb-fx-cf2.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { enctype, key1Password, key2Password, pepper1, pepper2, result } of cases.filter(({ enctype }) => etypes.has(enctype))) {
      const etype = etypes.get(enctype)!
      const prepared = async (password: string) => {
        const octets = encodeText(password)
        return etype.prepare((await keyFromPassword(enctype, new Secret(octets), octets)).value)
      }
      const combined = combineKeys(await prepared(key1Password), await prepared(key2Password), pepper1, pepper2)
      expect(combined.etype).toBe(enctype)
      expect(combined.value.use(toHex)).toBe(result)
    }
  })
})

describe.each(ETYPES)('PRF+ of etype $id', etype => {
  const key = etype.prepare(new Secret(new Uint8Array(etype.keyBytes).fill(3)))
  const input = encodeText('input')

  test('counts from 1 and cuts the last piece', () => {
    const pieces = [1, 2, 3].map(count => etype.prf(key, concat(Uint8Array.of(count), input)))
    expect(prfPlus(key, input, 2 * etype.prfBytes + 3)).toEqual(concat(...pieces).subarray(0, 2 * etype.prfBytes + 3))
  })

  test('ends where its one-octet counter ends', () => {
    expect(prfPlus(key, input, 255 * etype.prfBytes).length).toBe(255 * etype.prfBytes)
    expect(() => prfPlus(key, input, 255 * etype.prfBytes + 1)).toThrow()
  })
})

test('a combined key has the enctype of the first and takes a second of any enctype', async () => {
  const salt = encodeText('salt')
  const key1 = await keyFromPassword(20, new Secret(encodeText('one')), salt)
  const key2 = await keyFromPassword(17, new Secret(encodeText('two')), salt)
  expect(combineKeys(key1, key2, 'a', 'b')).toMatchObject({ etype: 20, value: { length: 32 } })
  expect(combineKeys(key2, key1, 'a', 'b')).toMatchObject({ etype: 17, value: { length: 16 } })
})
