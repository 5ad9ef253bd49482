import { describe, expect, test, vi } from 'vitest'
import { permittedEnctypes } from '../../../../src/core/config/enctypes.ts'
import { checksumKind } from '../../../../src/core/crypto/checksum.ts'
import { etypeById, requireEtype } from '../../../../src/core/crypto/etypes/index.ts'

const openSsl = vi.hoisted(() => ({ fips: 1 as 0 | 1 }))

vi.mock('node:crypto', async original => ({ ...(await original<object>()), getFips: () => openSsl.fips }))

describe('an OpenSSL without the older ciphers and hashes', () => {
  test('has the AES enctypes only', () => {
    for (const id of [16, 23, 24, 25, 26]) expect(etypeById(id)).toBeUndefined()
    expect(() => requireEtype(23)).toThrow(expect.objectContaining({ code: 'KRB5_PROG_ETYPE_NOSUPP' }))
    const lists = { permittedEnctypeList: undefined, defaultTktEnctypeList: undefined, defaultTgsEnctypeList: undefined }
    expect(permittedEnctypes({ ...lists, allowWeakCrypto: true })).toEqual([18, 17, 20, 19])
    for (const type of [12, 17, 18, -138]) expect(checksumKind(type)).toBeUndefined()
    expect(checksumKind(15)).toBe('keyed')
  })

  test('is asked once', () => {
    openSsl.fips = 0
    expect(etypeById(23)).toBeUndefined()
  })
})
