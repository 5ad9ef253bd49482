import { describe, expect, test } from 'vitest'
import { toHex } from '../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { ETYPES, requireEtype } from '../../../../src/core/crypto/etypes/index.ts'
import { keyFromPassword } from '../../../../src/core/crypto/string-to-key.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { IMPLEMENTATIONS, NOT_BUILT } from './implementations.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

interface Rfc3962Case {
  readonly iterations: number
  readonly password: string
  readonly salt: string
  readonly key128: string
  readonly key256: string
}

interface Rfc8009 {
  readonly salt: string
  readonly password: string
  readonly iterations: number
  readonly etypes: readonly { readonly etype: number; readonly passwordKey: string }[]
}

interface SharedCase {
  readonly enctype: number
  readonly password: string
  readonly salt: string
  readonly params: string
  readonly weakAllowed: boolean
  readonly key?: string
  readonly error?: string
}

describe.each(IMPLEMENTATIONS)('string-to-key with $name', ({ etypes }) => {
  test.each(ownVectors<{ cases: Rfc3962Case[] }>('rfc3962/string-to-key.json').cases)(
    'RFC 3962: $iterations rounds, password $password',
    async ({ iterations, password, salt, key128, key256 }) => {
      for (const [id, expected] of [[17, key128] as const, [18, key256] as const]) {
        const key = await etypes.get(id)!.stringToKey(hex(password), hex(salt), rounds(iterations))
        expect(key.use(toHex)).toBe(expected)
      }
    },
  )

  test('RFC 8009', async () => {
    const { salt, password, iterations, etypes: cases } = ownVectors<Rfc8009>('rfc8009/vectors.json')
    for (const { etype, passwordKey } of cases) {
      const key = await etypes.get(etype)!.stringToKey(hex(password), hex(salt), rounds(iterations))
      expect(key.use(toHex)).toBe(passwordKey)
    }
  })

  test('MIT: all cases', async context => {
    const cases = sharedCases<SharedCase>('string-to-key.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { enctype, password, salt, params, weakAllowed, key, error } of cases.filter(({ enctype }) => !NOT_BUILT.has(enctype))) {
      const etype = weakAllowed ? etypes.get(enctype)! : requireEtype(enctype)
      const derived = etype.stringToKey(hex(password), hex(salt), params === '' ? undefined : hex(params))
      if (error === undefined) expect((await derived).use(toHex)).toBe(key)
      else await expect(derived).rejects.toMatchObject({ code: error })
    }
  })
})

describe('s2kparams', () => {
  const salt = encodeText('EXAMPLE.COMalice')

  test.each(ETYPES)('etype $id refuses other lengths, zero, less than the default and 2^24 or more', async ({ id, defaultIterations }) => {
    const refused = ['', '00', '000010', '0000100000', '00000000', 'ffffffff', '01000000', '80000000', toHex(rounds(defaultIterations - 1))]
    for (const params of refused) {
      const derived = keyFromPassword(id, new Secret(encodeText('secret')), salt, hex(params))
      await expect(derived, params).rejects.toMatchObject({ code: 'KRB5_ERR_BAD_S2K_PARAMS' })
    }
  })

  test.each(ETYPES)('etype $id: without them the default counts, and more rounds give another key', async ({ id, defaultIterations }) => {
    const derive = async (params?: number) => {
      const key = await keyFromPassword(id, new Secret(encodeText('secret')), salt, ...(params === undefined ? [] : [rounds(params)]))
      return key.value.use(toHex)
    }
    const standard = await derive()
    expect(await derive(defaultIterations)).toBe(standard)
    expect(await derive(defaultIterations + 1)).not.toBe(standard)
  })
})

test('the password may be wiped once the call has returned', async () => {
  const salt = encodeText('EXAMPLE.COMalice')
  const expected = await keyFromPassword(18, new Secret(encodeText('secret')), salt)
  const password = new Secret(encodeText('secret'))
  const derived = keyFromPassword(18, password, salt)
  password.wipe()
  expect((await derived).value.use(toHex)).toBe(expected.value.use(toHex))
})

test('an empty password has a key', async () => {
  const key = await keyFromPassword(18, new Secret(new Uint8Array(0)), new Uint8Array(0))
  expect(key.value.length).toBe(32)
})

test('an enctype that is not built is refused', async () => {
  await expect(keyFromPassword(3, new Secret(encodeText('secret')), encodeText('salt'))).rejects.toMatchObject({
    code: 'KRB5_PROG_ETYPE_NOSUPP',
  })
})

function rounds(count: number): Uint8Array {
  return Uint8Array.of(count >>> 24, count >>> 16, count >>> 8, count)
}
