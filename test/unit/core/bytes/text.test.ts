import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../../src/core/bytes/text.ts'

describe('octets as text', () => {
  it.each([
    ['', ''],
    ['414243', 'ABC'],
    ['c3856c', 'Ål'],
    ['f09f9490', '🔐'],
    ['efbbbf41', '\ufeffA'],
    ['efbfbd', '\ufffd'],
    ['80', '\udc80'],
    ['c3', '\udcc3'],
    ['c341', '\udcc3A'],
    ['c080', '\udcc0\udc80'],
    ['e08080', '\udce0\udc80\udc80'],
    ['eda080', '\udced\udca0\udc80'],
    ['f4908080', '\udcf4\udc90\udc80\udc80'],
    ['f09f94', '\udcf0\udc9f\udc94'],
    ['ff41c3a9fe', '\udcffAé\udcfe'],
  ])('%s is %j', (hex, text) => {
    expect(decodeText(fromHex(hex)!)).toBe(text)
    expect(toHex(encodeText(text))).toBe(hex)
  })

  it('lose nothing', () => {
    const utf8 = fc.string({ unit: 'binary' }).map(text => new Uint8Array(Buffer.from(text, 'utf8')))
    const mixed = fc.tuple(utf8, fc.uint8Array(), utf8).map(parts => new Uint8Array(Buffer.concat(parts)))
    fc.assert(
      fc.property(mixed, octets => {
        expect(toHex(encodeText(decodeText(octets)))).toBe(toHex(octets))
      }),
    )
  })

  it('read valid UTF-8 as TextDecoder does', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const octets = new Uint8Array(Buffer.from(text, 'utf8'))
        expect(decodeText(octets)).toBe(decoder.decode(octets))
      }),
    )
  })
})
