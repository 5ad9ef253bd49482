import { describe, expect, test } from 'vitest'
import { parseEtypeList } from '../../../../src/core/crypto/etype-list.ts'
import { ETYPES, etypeById, etypeByName, requireEtype } from '../../../../src/core/crypto/etypes/index.ts'

describe('list of enctypes', () => {
  const parse = (text: string) => parseEtypeList(text, { defaults: [18, 17, 20, 19], allowWeak: false })

  test.each([
    ['aes256-cts-hmac-sha1-96', [18]],
    ['aes256-cts aes128-cts', [18, 17]],
    ['aes128-sha2,aes256-sha2', [19, 20]],
    [' AES256-SHA1 ,\t\r\n aes128-sha1 ', [18, 17]],
    ['aes', [18, 17, 20, 19]],
    ['DEFAULT', [18, 17, 20, 19]],
    ['default -aes256-cts', [17, 20, 19]],
    ['aes256-sha2 default', [20, 18, 17, 19]],
    ['+aes128-cts +aes256-cts', [17, 18]],
    ['-aes', []],
    ['-aes256-cts aes256-cts', [18]],
    ['aes256-cts -aes256-cts', []],
    ['aes256-cts -aes256-cts aes', [18, 17, 20, 19]],
    ['aes256-cts aes256-cts aes256-sha1', [18]],
    ['no-such-thing aes128-cts', [17]],
    ['des-cbc-crc constructor __proto__ - + ,,', []],
    ['++aes256-cts', []],
    ['', []],
  ])('%j', (text, ids) => {
    expect(parse(text)).toEqual(ids)
  })

  test('families and aliases of the older ones', () => {
    const older = (text: string) => parseEtypeList(text, { defaults: [], allowWeak: false })
    expect(older('rc4 des3 camellia')).toEqual([23, 16, 26, 25])
    expect(older('arcfour-hmac-md5 des3-cbc-sha1-kd camellia128-cts camellia256-cts-cmac')).toEqual([23, 16, 25, 26])
  })

  test('weak enctypes need to be allowed, by name and in the default', () => {
    const words = 'rc4-hmac-exp aes256-cts default'
    expect(parseEtypeList(words, { defaults: [24, 17], allowWeak: false })).toEqual([18, 17])
    expect(parseEtypeList(words, { defaults: [24, 17], allowWeak: true })).toEqual([24, 18, 17])
  })

  test('enctypes that do not work here are left out', () => {
    expect(parseEtypeList('des-cbc-md5 des3-cbc-raw default', { defaults: [6, 18, 3], allowWeak: true })).toEqual([18])
  })
})

describe('the table', () => {
  test('is in MIT’s order of preference', () => {
    expect(ETYPES.map(({ id }) => id)).toEqual([18, 17, 20, 19, 16, 23, 25, 26, 24])
  })

  test('every name and alias leads to its row', () => {
    for (const etype of ETYPES) for (const name of etype.names) expect(etypeByName(name.toUpperCase())).toBe(etype)
    expect(etypeByName('aes256-cts-hmac-sha1-96')?.names).toEqual(['aes256-cts-hmac-sha1-96', 'aes256-cts', 'aes256-sha1'])
    expect(etypeByName('rc4-hmac')?.id).toBe(23)
    expect(etypeByName('des-cbc-crc')).toBeUndefined()
  })

  test('by number', () => {
    expect(etypeById(20)?.names[0]).toBe('aes256-cts-hmac-sha384-192')
    expect(etypeById(3)).toBeUndefined()
    expect(() => requireEtype(3)).toThrow(expect.objectContaining({ code: 'KRB5_PROG_ETYPE_NOSUPP' }))
  })
})
