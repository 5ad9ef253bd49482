import { describe, expect, it } from 'vitest'
import { ETYPE, etypeIdByName, etypeLogName, etypeName, etypeNames, etypeStanding } from '../../../../src/core/registry/etype.ts'

describe('etype names', () => {
  it.each([
    [16, 'des3-cbc-sha1', 'deprecated'],
    [17, 'aes128-cts-hmac-sha1-96', 'current'],
    [18, 'aes256-cts-hmac-sha1-96', 'current'],
    [19, 'aes128-cts-hmac-sha256-128', 'current'],
    [20, 'aes256-cts-hmac-sha384-192', 'current'],
    [23, 'arcfour-hmac', 'deprecated'],
    [24, 'arcfour-hmac-exp', 'weak'],
    [25, 'camellia128-cts-cmac', 'current'],
    [26, 'camellia256-cts-cmac', 'current'],
    [1, 'etype 1', 'unknown'],
    [-135, 'etype -135', 'unknown'],
  ])('%i is %s, %s', (id, name, standing) => {
    expect(etypeName(id)).toBe(name)
    expect(etypeStanding(id)).toBe(standing)
  })

  it.each([
    ['aes256-cts', ETYPE.AES256_CTS_HMAC_SHA1_96],
    ['aes256-sha1', ETYPE.AES256_CTS_HMAC_SHA1_96],
    ['AES128-SHA2', ETYPE.AES128_CTS_HMAC_SHA256_128],
    ['rc4-hmac', ETYPE.ARCFOUR_HMAC],
    ['arcfour-hmac-md5', ETYPE.ARCFOUR_HMAC],
    ['des3-cbc-sha1-kd', ETYPE.DES3_CBC_SHA1],
    ['des-cbc-crc', undefined],
    ['constructor', undefined],
  ])('%s means %s', (name, id) => {
    expect(etypeIdByName(name)).toBe(id)
  })

  it('every name leads back to its type', () => {
    const named = Object.values(ETYPE).filter(id => etypeNames(id) !== undefined)
    expect(named.length).toBe(10)
    for (const id of named) for (const name of etypeNames(id)!) expect(etypeIdByName(name)).toBe(id)
  })

  it.each([
    [18, 'aes256-cts-hmac-sha1-96'],
    [23, 'DEPRECATED:arcfour-hmac'],
    [3, 'UNSUPPORTED:etype 3'],
    [15, 'UNSUPPORTED:des-ede3-cbc-EnvOID'],
  ])('the KDC logs %i as %s', (id, name) => {
    expect(etypeLogName(id)).toBe(name)
  })
})
