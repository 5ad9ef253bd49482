import { describe, expect, test } from 'vitest'
import { EMPTY, toHex } from '../../../../src/core/bytes/bytes.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { ETYPES, requireEtype } from '../../../../src/core/crypto/etypes/index.ts'
import { md4 } from '../../../../src/core/crypto/primitives/md4.ts'
import { keyFromPassword } from '../../../../src/core/crypto/string-to-key.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { IMPLEMENTATIONS } from './implementations.ts'
import { hex, NO_SHARED_VECTORS, ownVectors, sharedCases } from './vector-files.ts'

interface Rfc3962Case {
  readonly iterations: number
  readonly password: string
  readonly salt: string
  readonly key128: string
  readonly key256: string
}

type Rfc6803Case = Rfc3962Case

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

  test.each(ownVectors<{ passwords: Rfc6803Case[] }>('rfc6803/vectors.json').passwords)(
    'RFC 6803: $iterations rounds, password $password',
    async ({ iterations, password, salt, key128, key256 }) => {
      for (const [id, expected] of [[25, key128] as const, [26, key256] as const]) {
        const key = await etypes.get(id)?.stringToKey(hex(password), hex(salt), rounds(iterations))
        expect(key?.use(toHex)).toBe(etypes.has(id) ? expected : undefined)
      }
    },
  )

  test('MIT: all cases', async context => {
    const cases = sharedCases<SharedCase>('string-to-key.json') ?? context.skip(NO_SHARED_VECTORS)
    for (const { enctype, password, salt, params, weakAllowed, key, error } of cases.filter(({ enctype }) => etypes.has(enctype))) {
      const etype = weakAllowed ? etypes.get(enctype)! : requireEtype(enctype)
      const derived = etype.stringToKey(hex(password), hex(salt), params === '' ? undefined : hex(params))
      if (error === undefined) expect((await derived).use(toHex)).toBe(key)
      else await expect(derived).rejects.toMatchObject({ code: error })
    }
  })
})

describe('s2kparams', () => {
  const salt = encodeText('EXAMPLE.COMalice')
  const iterated = ETYPES.filter(({ defaultIterations }) => defaultIterations > 0)

  test.each(iterated)(
    'etype $id refuses other lengths, zero, less than the default and 2^24 or more',
    async ({ id, defaultIterations }) => {
      const refused = [
        '',
        '00',
        '000010',
        '0000100000',
        '00000000',
        'ffffffff',
        '01000000',
        '80000000',
        toHex(rounds(defaultIterations - 1)),
      ]
      for (const params of refused) {
        const derived = keyFromPassword(id, new Secret(encodeText('secret')), salt, hex(params))
        await expect(derived, params).rejects.toMatchObject({ code: 'KRB5_ERR_BAD_S2K_PARAMS' })
      }
    },
  )

  test.each(iterated)('etype $id: without them the default counts, and more rounds give another key', async ({ id, defaultIterations }) => {
    const derive = async (params?: number) => {
      const key = await keyFromPassword(id, new Secret(encodeText('secret')), salt, ...(params === undefined ? [] : [rounds(params)]))
      return key.value.use(toHex)
    }
    const standard = await derive()
    expect(await derive(defaultIterations)).toBe(standard)
    expect(await derive(defaultIterations + 1)).not.toBe(standard)
  })

  test('RC4 refuses any, triple DES passes over any', async () => {
    const derive = (etype: number, params?: Uint8Array) => keyFromPassword(etype, new Secret(encodeText('secret')), salt, params)
    for (const etype of [23, 24]) {
      await expect(derive(etype, rounds(4096))).rejects.toMatchObject({ code: 'KRB5_ERR_BAD_S2K_PARAMS' })
      await expect(derive(etype, EMPTY)).rejects.toMatchObject({ code: 'KRB5_ERR_BAD_S2K_PARAMS' })
    }
    expect((await derive(16, rounds(7))).value.use(toHex)).toBe((await derive(16)).value.use(toHex))
  })
})

describe('triple DES', () => {
  test.each(ownVectors<{ cases: { password: string; salt: string; key: string }[] }>('rfc3961/des3-string-to-key.json').cases)(
    'RFC 3961: $password, $salt',
    async ({ password, salt, key }) => {
      expect((await keyFromPassword(16, new Secret(hex(password)), hex(salt))).value.use(toHex)).toBe(key)
    },
  )
})

describe('RC4', () => {
  const keyOf = async (password: Uint8Array, salt = '') =>
    (await keyFromPassword(23, new Secret(password), encodeText(salt))).value.use(toHex)

  test.each(ownVectors<{ cases: { password: string; key: string }[] }>('rfc4757/string-to-key.json').cases)(
    'RFC 4757: $password, whatever the salt',
    async ({ password, key }) => {
      expect(await keyOf(hex(password))).toBe(key)
      expect(await keyOf(hex(password), 'EXAMPLE.COMalice')).toBe(key)
    },
  )

  test('a password ends at a zero octet', async () => {
    expect(await keyOf(hex('666f6f006261'))).toBe(await keyOf(hex('666f6f')))
    expect(await keyOf(EMPTY)).toBe(toHex(md4(EMPTY)))
  })

  test.each(['ff', 'c3', 'c328', 'c080', 'e0809f', 'eda080', 'e282', 'f08080af', 'f09080', 'f4908080', 'f888808080', '80'])(
    'what is no UTF-8 (%s) is EINVAL',
    async octets => {
      await expect(keyOf(hex(`61${octets}`))).rejects.toMatchObject({ code: 'EINVAL' })
      await expect(keyOf(hex(`${octets}61`))).rejects.toMatchObject({ code: 'EINVAL' })
    },
  )
})

test.each(ETYPES.map(({ id }) => id))('etype %i: the password may be wiped once the call has returned', async etype => {
  const salt = encodeText('EXAMPLE.COMalice')
  const expected = await keyFromPassword(etype, new Secret(encodeText('secret')), salt)
  const password = new Secret(encodeText('secret'))
  const derived = keyFromPassword(etype, password, salt)
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
