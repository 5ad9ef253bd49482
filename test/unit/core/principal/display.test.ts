import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../../src/core/bytes/text.ts'
import { displayText } from '../../../../src/core/principal/display.ts'

describe('displayText', () => {
  it.each([
    ['alice/admin@EXAMPLE.ORG', 'alice/admin@EXAMPLE.ORG'],
    ['Ünïcode 名前 😀', 'Ünïcode 名前 😀'],
    ['\x1b]0;owned\x07', '\\x1b]0;owned\\x07'],
    ['a\r\nb\tc\x7f', 'a\\x0d\\x0ab\\x09c\\x7f'],
    ['c1\x9b31m', 'c1\\x9b31m'],
    ['abc\u202etxt.exe', 'abc\\u202etxt.exe'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['line\u2028par\u2029', 'line\\u2028par\\u2029'],
    ['tag\u{e0041}', 'tag\\ue0041'],
    ['\ud800', '\\ud800'],
  ])('shows %j as %j', (raw, shown) => expect(displayText(raw)).toBe(shown))

  it('shows octets that are no UTF-8', () => expect(displayText(decodeText(Uint8Array.of(0x61, 0xff, 0x80)))).toBe('a\\xff\\x80'))
})
