import { describe, expect, it } from 'vitest'
import { hierarchicalPath } from '../../../../src/core/realm-path/path.ts'
import { addTransited } from '../../../../src/core/transited/add.ts'
import { checkTransited } from '../../../../src/core/transited/check.ts'
import { decodeTransited } from '../../../../src/core/transited/decode.ts'
import { encodeTransited } from '../../../../src/core/transited/encode.ts'

const octets = (text: string) => Buffer.from(text, 'latin1')

describe('reading a transited field', () => {
  it.each([
    ['RFC 4120: domains', 'EDU,MIT.,ATHENA.,WASHINGTON.EDU,CS.', 'EDU MIT.EDU ATHENA.MIT.EDU WASHINGTON.EDU CS.WASHINGTON.EDU'],
    ['RFC 4120: X.500', '/COM,/HP,/APOLLO, /COM/DEC', '/COM /COM/HP /COM/HP/APOLLO /COM/DEC'],
    ['nothing', '', ''],
    ['one end of a C string', 'EDU\0', 'EDU'],
    ['a null subfield before', ',EDU', 'MIT.EDU EDU'],
    ['a null subfield behind', 'COM,', 'COM B.COM'],
    ['a null subfield between', 'EDU,,X.ATHENA.MIT.EDU', 'EDU MIT.EDU ATHENA.MIT.EDU X.ATHENA.MIT.EDU'],
    ['null subfields on both sides, X.500 behind', ',EDU, /COM', 'MIT.EDU EDU /COM'],
    ['quoted commas, dots and backslashes', 'A\\,B,C\\.,D\\\\', 'A,B C. D\\'],
    ['a name that stands for itself', 'EDU, MIT.', 'EDU MIT.'],
    ['octets that are no UTF-8', '\xe9.EDU,\xff.', '\udce9.EDU \udcff.\udce9.EDU'],
    ['UTF-8 torn by a backslash', '\xc3\\\xa9', 'é'],
  ])('%s', (_, field, realms) => {
    expect(decodeTransited(octets(field), 'ATHENA.MIT.EDU', 'A.B.COM').join(' ')).toBe(realms)
  })

  it('a null subfield alone is the whole way', () => {
    expect(decodeTransited(octets(','), 'A.B.C.ORG', 'ORG')).toEqual(['B.C.ORG', 'C.ORG'])
    expect(decodeTransited(octets(','), '/C', '/C/A/B')).toEqual(['/C/A'])
  })

  it.each([
    ['a NUL inside', 'EDU\0,MIT.'],
    ['two NULs at the end', 'EDU\0\0'],
    ['a backslash at the end', 'EDU\\'],
    ['a blank that nothing follows', 'EDU, ,MIT.'],
    ['a first name that leans on nothing', 'MIT.,EDU'],
    ['a domain below an X.500 name', '/COM,B.'],
    ['a null subfield between strangers', 'EDU,,COM'],
    ['a null subfield between names that only look related', 'DU,,EDU'],
    ['a null subfield between styles', '/EDU,,X.EDU'],
    ['more realms than any path', Array(65).fill('A').join(',')],
    ['more realms than any path, unsaid', `A,,${'B.'.repeat(150)}A`],
    ['a name too long', 'A'.repeat(501)],
    ['a name that grows too long', `${'A'.repeat(300)},${'B'.repeat(300)}.`],
    ['a field too long', Array(60).fill('A'.repeat(45)).join(',')],
  ])('refuses %s', (_, field) => {
    expect(() => decodeTransited(octets(field), 'A', 'B')).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_ILL_CR_TKT' }))
  })
})

describe('writing one', () => {
  it.each([
    ['EDU MIT.EDU ATHENA.MIT.EDU WASHINGTON.EDU CS.WASHINGTON.EDU', 'EDU,MIT.,ATHENA.,WASHINGTON.EDU,CS.'],
    ['/COM/HP /COM/HP/APOLLO /COM/DEC', '/COM/HP,/APOLLO, /COM/DEC'],
    ['EDU MYEDU', 'EDU,MYEDU'],
    ['/COM /COMPANY', '/COM, /COMPANY'],
    ['A,B C\\D E.', 'A\\,B,C\\\\D,E\\.'],
    ['', ''],
  ])('%s', (realms, field) => {
    expect(
      Buffer.from(encodeTransited(realms === '' ? [] : realms.split(' ')))
        .toString('latin1')
        .replaceAll('\0', '?'),
    ).toBe(field)
  })

  it('quotes blanks at the beginning', () => {
    expect(Buffer.from(encodeTransited(['  A B'])).toString()).toBe('\\ \\ A B')
  })

  it.each([[['']], [['A', 'B\0']]])('refuses what is no realm: %j', realms => {
    expect(() => encodeTransited(realms)).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_ILL_CR_TKT' }))
  })
})

describe('adding the realm that issued the TGT', () => {
  const added = (field: string, realm: string) => Buffer.from(addTransited(octets(field), realm, 'C.EDU', 'S.ORG')).toString('latin1')
  it.each([
    ['the first', '', 'A.ORG', 'A.ORG'],
    ['behind strangers', 'EDU', 'A.ORG', 'EDU,A.ORG'],
    ['below what is there', 'EDU,COM', 'MIT.EDU', 'EDU,MIT.,COM'],
    ['below, but somebody leans on it already', 'EDU,MIT.', 'A.EDU', 'EDU,MIT.,A.EDU'],
    ['above what is there', 'X.MIT.EDU', 'MIT.EDU', 'MIT.EDU,X.'],
    ['above one that leaned on another', 'EDU,X.MIT.', 'MIT.EDU', 'EDU,MIT.,X.'],
    ['X.500', 'EDU', '/COM/HP', 'EDU, /COM/HP'],
    ['X.500 below', '/COM', '/COM/HP', '/COM,/HP'],
    ['X.500 above', 'EDU, /COM/HP', '/COM', 'EDU, /COM,/HP'],
    ['what is there', 'EDU,MIT.', 'MIT.EDU', 'EDU,MIT.'],
    ['an end of the path: client', 'EDU', 'C.EDU', 'EDU'],
    ['an end of the path: server', 'EDU', 'S.ORG', 'EDU'],
    ['behind what was left out, which is spelled out', ',EDU,', 'A.EDU', 'EDU,A.'],
  ])('%s', (_, field, realm, expected) => {
    expect(added(field, realm)).toBe(expected)
  })

  it('refuses to write more than MIT reads', () => {
    expect(added(`${'A'.repeat(248)}`, 'B'.repeat(250))).toHaveLength(499)
    expect(() => added(`${'A'.repeat(249)}`, 'B'.repeat(250))).toThrow(expect.objectContaining({ code: 'KRB5KRB_AP_ERR_ILL_CR_TKT' }))
  })
})

describe('checking a path', () => {
  const verdict = (field: string, client: string, server: string, path = hierarchicalPath) => {
    try {
      checkTransited(octets(field), client, server, path)
      return 'good'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  it.each([
    ['nothing passed', '', 'A', 'B', 'good'],
    ['the hierarchy', 'MIT.EDU,EDU', 'X.MIT.EDU', 'A.EDU', 'good'],
    ['the hierarchy, left out', ',EDU,', 'X.MIT.EDU', 'A.EDU', 'good'],
    ['a stranger', 'COM', 'X.MIT.EDU', 'A.EDU', 'KRB5KRB_AP_ERR_ILL_CR_TKT'],
    ['a stranger with a fitting end', 'XEDU', 'X.MIT.EDU', 'A.EDU', 'KRB5KRB_AP_ERR_ILL_CR_TKT'],
    ['the end itself', 'EDU,A.', 'X.MIT.EDU', 'A.EDU', 'KRB5KRB_AP_ERR_ILL_CR_TKT'],
    ['a path in a circle', 'EDU', 'A.EDU', 'A.EDU', 'KRB5_NO_TKT_IN_RLM'],
    ['what cannot be read', 'EDU\\', 'X.EDU', 'A.EDU', 'KRB5KRB_AP_ERR_ILL_CR_TKT'],
    ['somebody of no realm', 'ANY', 'WELLKNOWN:ANONYMOUS', 'A', 'good'],
  ])('%s', (_, field, client, server, expected) => {
    expect(verdict(field, client, server)).toBe(expected)
  })

  it('goes by what is configured', () => {
    const direct = (from: string, to: string) => [from, to]
    expect(verdict('EDU', 'X.EDU', 'A.EDU', direct)).toBe('KRB5KRB_AP_ERR_ILL_CR_TKT')
    expect(verdict('', 'X.EDU', 'A.EDU', direct)).toBe('good')
  })
})
