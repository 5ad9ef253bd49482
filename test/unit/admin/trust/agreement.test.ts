import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readAgreement } from '../../../../src/admin/trust/agreement.ts'
import { instructions } from '../../../../src/admin/trust/instructions.ts'
import { generatedPassword } from '../../../../src/admin/trust/keys.ts'
import { decodeText, encodeText } from '../../../../src/core/bytes/text.ts'
import { tgtPrincipal } from '../../../../src/core/principal/principal.ts'
import { ETYPE } from '../../../../src/core/registry/etype.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'

const secret = (text: string) => new Secret(encodeText(text))
const out = { principal: tgtPrincipal('B', 'A'), kvno: 1, etypes: [ETYPE.AES256_CTS_HMAC_SHA1_96], password: secret('Out1') }
const into = { principal: tgtPrincipal('A', 'B'), kvno: 2, etypes: [ETYPE.AES256_CTS_HMAC_SHA1_96, 17], password: secret('In2') }
const line = (value: unknown) => encodeText(`text\n${JSON.stringify(value)}\n`)
const agreed = (half: object) =>
  line({ tkrb5Trust: 1, halves: [{ principal: 'krbtgt/B@A', kvno: 1, etypes: ['aes256-cts'], password: 'p', ...half }] })

describe('instructions for the other administrator', () => {
  it('are read back by our own tool, on the side that they are for', () => {
    const read = readAgreement(instructions('A', 'B', [out, into]), 'B', 'A')
    expect(read.map(({ direction, kvno, etypes }) => ({ direction, kvno, etypes }))).toEqual([
      { direction: 'in', kvno: 1, etypes: [18] },
      { direction: 'out', kvno: 2, etypes: [18, 17] },
    ])
    expect(read.map(({ password }) => password.use(decodeText))).toEqual(['Out1', 'In2'])
  })

  it('remove what is there before keys of a later version', () => {
    const text = decodeText(instructions('A', 'B', [into]))
    expect(text).toContain('kadmin.local -r B -q "delprinc -force krbtgt/A@B"\n')
    expect(text).toContain('addprinc -clearpolicy -kvno 2 -e aes256-cts-hmac-sha1-96:normal,aes128-cts-hmac-sha1-96:normal krbtgt/A@B"')
    expect(text).toContain('kadmin -l -r B modify --kvno=2 krbtgt/A@B')
    expect(decodeText(instructions('A', 'B', [out]))).not.toContain('delprinc')
  })

  it('tell Active Directory one password, and which way it trusts', () => {
    expect(decodeText(instructions('A', 'B', [out, into]))).toContain('"trust add B --same-password"')
    expect(decodeText(instructions('A', 'B', [out]))).toContain('netdom trust B /Domain:A /Add /Realm /PasswordT:*\n  answer  Out1\n')
    expect(decodeText(instructions('A', 'B', [out, { ...into, password: out.password }]))).toContain('/Realm /TwoWay /PasswordT:*')
    expect(decodeText(instructions('A', 'B', [into]))).toContain('One-way: incoming\n  answer  In2\n')
  })
})

describe('a file that is no agreement between these realms', () => {
  it.each([
    ['no such line', encodeText('hello\n')],
    ['two of them', encodeText(`${decodeText(agreed({}))}${decodeText(agreed({}))}`)],
    ['half a line', encodeText('{"tkrb5Trust":1,"halves":[{"password":"hidden"')],
    ['another version', line({ tkrb5Trust: 2, halves: [] })],
    ['no halves', line({ tkrb5Trust: 1, halves: [] })],
    ['halves that are none', line({ tkrb5Trust: 1, halves: 'hidden' })],
    ['a half that is null', line({ tkrb5Trust: 1, halves: [null] })],
    ['other realms', agreed({ principal: 'krbtgt/C@A' })],
    ['our own krbtgt', agreed({ principal: 'krbtgt/A@A' })],
    ['a principal that is no krbtgt', agreed({ principal: 'admin/admin@A' })],
    ['kvno 0', agreed({ kvno: 0 })],
    ['a kvno that is a text', agreed({ kvno: '1' })],
    ['no enctypes', agreed({ etypes: [] })],
    ['unknown enctypes', agreed({ etypes: ['rot13'] })],
    ['no password', agreed({ password: '' })],
  ])('is refused: %s', (_, file) => {
    let message = ''
    try {
      readAgreement(file, 'A', 'B')
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('Not a file of tkadmin trust add --instructions')
    expect(message).not.toContain('hidden')
  })
})

describe('generated passwords', () => {
  it('are 40 letters and digits of all kinds, none twice', () => {
    const passwords = Array.from({ length: 50 }, () => generatedPassword(length => new Uint8Array(randomBytes(length))).use(decodeText))
    expect(new Set(passwords).size).toBe(50)
    for (const password of passwords) expect(password).toMatch(/^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[0-9A-Za-z]{40}$/)
  })

  it('take only octets that make all characters equally likely', () => {
    // 57 characters: 228 is the end of the last whole round.
    const octets = [228, 56, 255, 229, ...Array.from({ length: 57 }, (_, i) => i)]
    let at = 0
    const random = (length: number) => Uint8Array.from({ length }, () => octets[at++ % octets.length]!)
    const text = generatedPassword(random).use(decodeText)
    expect(text.startsWith('9ABCDEFGH')).toBe(true)
  })
})
