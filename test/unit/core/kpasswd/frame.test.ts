import { describe, expect, it } from 'vitest'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { decodeAnswer, decodeFrame, encodeAnswer, encodeFrame, KpasswdVersion } from '../../../../src/core/kpasswd/frame.ts'
import { codeText, refusalText } from '../../../../src/core/kpasswd/result-text.ts'

const ap = Uint8Array.of(1, 2, 3)
const body = Uint8Array.of(4, 5)
/** In units of 100 ns. */
const DAY = 864_000_000_000n

describe('the frame (RFC 3244 §2)', () => {
  it('has its own length, the version and the length of the AP message', () => {
    const octets = encodeFrame({ version: KpasswdVersion.SET, ap, body })
    expect([...octets]).toEqual([0, 11, 0xff, 0x80, 0, 3, 1, 2, 3, 4, 5])
    expect(decodeFrame(octets)).toEqual({ version: 0xff80, ap, body })
  })

  it.each([
    ['nothing', []],
    ['a short head', [0, 5, 0, 1, 0]],
    ['too long a length', [0, 7, 0, 1, 0, 0]],
    ['too short a length', [0, 6, 0, 1, 0, 0, 1]],
    ['an AP message beyond the end', [0, 7, 0, 1, 0, 2, 1]],
  ])('refuses %s', (_, octets) => {
    expect(() => decodeFrame(Uint8Array.from(octets))).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_MODIFIED' }))
  })

  it('refuses to be longer than its length can say', () => {
    expect(() => encodeFrame({ version: 1, ap, body: new Uint8Array(0xffff) })).toThrow(
      expect.objectContaining({ code: 'KRB5KRB_ERR_FIELD_TOOLONG' }),
    )
  })
})

describe('an answer', () => {
  it('is a code and a text', () => {
    const answer = { code: 4, text: encodeText('no') }
    expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer)
  })

  it.each([[[]], [[0]], [[0, 8]], [[0xff, 0xff]]])('is refused as %j', octets => {
    expect(() => decodeAnswer(Uint8Array.from(octets))).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_MODIFIED' }))
  })
})

describe('refusals in words', () => {
  const refused = (text: Uint8Array) => refusalText({ code: 4, text })
  const ADVICE = 'Password change rejected: Try a more complex password, or contact your administrator.'

  it('are those of MIT for each code', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(code => codeText(code))).toEqual([
      'Password change failed',
      'Malformed request error',
      'Server error',
      'Authentication error',
      'Password change rejected',
      'Access denied',
      'Wrong protocol version',
      'Initial password required',
    ])
  })

  it('carry the server’s text, its lines and tabs included, but nothing that moves a cursor', () => {
    expect(refused(encodeText('Too short.\n\t- ä\n'))).toBe('Password change rejected: Too short.\n\t- ä\n')
    expect(refused(encodeText('\x1b[2Jhello\r'))).toBe('Password change rejected: \\x1b[2Jhello\\x0d')
  })

  it.each([
    ['nothing', []],
    ['a NUL inside', [65, 0, 66]],
    ['no UTF-8', [65, 0xff]],
    ['an Active Directory policy that asks for nothing', new Array<number>(30).fill(0)],
    ['29 zeros', new Array<number>(29).fill(0)],
  ])('give advice for %s', (_, octets) => {
    expect(refused(Uint8Array.from(octets))).toBe(ADVICE)
  })

  it.each([
    [policy({ properties: 1 }), "The password must include numbers or symbols.  Don't include any part of your name in the password."],
    [policy({ properties: 0x3e }), ADVICE.slice(26)],
    [policy({ length: 1 }), 'The password must contain at least 1 character.'],
    [policy({ length: 8 }), 'The password must contain at least 8 characters.'],
    [policy({ history: 1 }), 'The password must be different from the previous password.'],
    [policy({ history: 24 }), 'The password must be different from the previous 24 passwords.'],
    [policy({ age: 1n }), 'The password can only be changed once a day.'],
    [policy({ age: DAY }), 'The password can only be changed once a day.'],
    [policy({ age: 2n * DAY }), 'The password can only be changed every 2 days.'],
    [
      policy({ properties: 1, length: 13, history: 3, age: 30n * DAY }),
      "The password must include numbers or symbols.  Don't include any part of your name in the password.  " +
        'The password must contain at least 13 characters.  The password must be different from the previous 3 passwords.  ' +
        'The password can only be changed every 30 days.',
    ],
  ])('tell an Active Directory policy %#', (octets, text) => {
    expect(refused(octets)).toBe(`Password change rejected: ${text}`)
  })
})

/** Two zeros, then minimum length, history and properties in 32 bits each, expiry and minimum age in 64. */
function policy(parts: { length?: number; history?: number; properties?: number; age?: bigint }): Uint8Array {
  const view = new DataView(new ArrayBuffer(30))
  view.setUint32(2, parts.length ?? 0)
  view.setUint32(6, parts.history ?? 0)
  view.setUint32(10, parts.properties ?? 0)
  view.setBigUint64(14, 0xffff_ffff_ffff_ffffn)
  view.setBigUint64(22, parts.age ?? 0n)
  return new Uint8Array(view.buffer)
}
