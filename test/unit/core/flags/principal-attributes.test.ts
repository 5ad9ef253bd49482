import { describe, expect, it } from 'vitest'
import { applyAttributeWord, PrincipalAttribute, principalAttributeNames } from '../../../../src/core/flags/principal-attributes.ts'

describe('principal attributes', () => {
  it.each([
    ['+requires_preauth', 0, 0x80],
    ['-requires_preauth', 0x81, 0x1],
    ['requires-preauth', 0, 0x80],
    ['-allow_tix', 0, 0x40],
    ['+allow_tix', 0x40, 0],
    ['Allow-Tickets', 0x40, 0],
    ['-postdateable', 0, 1],
    ['+DISALLOW_ALL_TIX', 0, 0x40],
    ['-disallow_svr', 0x1000, 0],
    ['-service', 0, 0x1000],
    ['+needchange', 0, 0x200],
    ['+pwservice', 0, 0x2000],
    ['+md5', 0, 0x4000],
    ['+lockdown_keys', 0, 0x800000],
    ['+0x80000000', 1, 0x80000001],
    ['-0X81', 0x83, 0x2],
    ['+0x', 5, 5],
    ['0xfffffffffffffffff', 0, 0xffffffff],
  ])('%s on %d', (word, before, after) => expect(applyAttributeWord(before, word)).toBe(after))

  it.each(['', '+', '-', 'bogus', '++preauth', '80', 'constructor'])('%j is no word', word =>
    expect(applyAttributeWord(0, word)).toBeUndefined(),
  )

  it('print as getprinc prints them', () => {
    expect(principalAttributeNames(0x800040)).toEqual(['DISALLOW_ALL_TIX', 'LOCKDOWN_KEYS'])
    expect(principalAttributeNames(0x80000400)).toEqual(['0x00000400', '0x80000000'])
    expect(principalAttributeNames(0)).toEqual([])
  })

  it('can be set and cleared by their printed names', () => {
    for (const [name, mask] of Object.entries(PrincipalAttribute)) {
      expect(applyAttributeWord(0, `+${name}`)).toBe(mask)
      expect(applyAttributeWord(mask, `-${name}`)).toBe(0)
    }
  })
})
