import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../../src/core/bytes/text.ts'

describe('names as octets and as text', () => {
  it('keeps every octet string', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), octets => {
        expect(encodeText(decodeText(octets))).toEqual(octets)
      }),
    )
  })
  it('keeps every text without lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const wellFormed = Buffer.from(text).toString()
        expect(decodeText(encodeText(wellFormed))).toBe(wellFormed)
      }),
    )
  })
  it('reads UTF-8 where it is valid and marks single octets where it is not', () => {
    expect(decodeText(Uint8Array.of(0x6a, 0xc3, 0xbc))).toBe('jü')
    expect(decodeText(Uint8Array.of(0x6a, 0xfc, 0xc3, 0xbc))).toBe('j\udcfcü')
    expect(decodeText(Uint8Array.of(0xc0, 0x80))).toBe('\udcc0\udc80')
    expect(decodeText(Uint8Array.of(0xef, 0xbf, 0xbd, 0xff))).toBe('\ufffd\udcff')
    expect(decodeText(Uint8Array.of(0xed, 0xb2, 0x80))).toBe('\udced\udcb2\udc80')
  })
  it('two names are equal exactly when their octets are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 12 }), (a, b) => {
        expect(decodeText(a) === decodeText(b)).toBe(Buffer.compare(a, b) === 0)
      }),
    )
  })
})
