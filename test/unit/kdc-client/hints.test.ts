import { describe, expect, test } from 'vitest'
import { EMPTY_PROFILE } from '../../../src/core/config/profile.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { NameType } from '../../../src/core/registry/name-type.ts'
import { skewHint, spanText } from '../../../src/kdc-client/clock-hint.ts'
import { etypeHints, etypeListOrigin, unknownClientHints, unknownServerHints } from '../../../src/kdc-client/explain.ts'

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [432, '7 min 12 s'],
  [3600, '1 h'],
  [90_061, '1 d 1 h 1 min 1 s'],
])('%i seconds are %s', (seconds, text) => expect(spanText(seconds)).toBe(text))

test('a clock is behind or ahead', () => {
  expect(skewHint(1000, 1432, 300)).toBe("this machine's clock is 7 min 12 s behind the KDC's (clockskew allows 5 min here)")
  expect(skewHint(1432, 1000, 300)).toMatch(/7 min 12 s ahead of the KDC's/)
})

describe('an unknown client', () => {
  const enterprise = { ...parsePrincipal('a\\@b@R'), type: NameType.ENTERPRISE }
  test.each([
    [parsePrincipal('alice@R'), false, ['sent as alice@R, name type PRINCIPAL (1), without canonicalization', /-C .*; -E /]],
    [parsePrincipal('alice@R'), true, ['sent as alice@R, name type PRINCIPAL (1), with canonicalization', /^-E /]],
    [{ ...enterprise, type: 99 }, true, [/name type 99, with/, /^-E /]],
    [enterprise, true, [/name type ENTERPRISE \(10\), with canonicalization$/]],
  ])('%# is told what to try', (client, canonicalize, hints) => {
    const told = unknownClientHints(client, canonicalize)
    expect(told).toHaveLength(hints.length)
    for (const [i, hint] of hints.entries()) expect(told[i]).toMatch(hint)
  })
})

test('an unknown server: the way there', () => {
  const server = parsePrincipal('host/x@C')
  expect(unknownServerHints(server, ['A', 'B', 'C'])[1]).toBe('asked one after another: A -> B -> C')
  expect(unknownServerHints(server, ['A'])[1]).toBe('asked the KDC of: A')
})

test('enctypes: three lists, or two', () => {
  expect(etypeHints({ asked: [18], from: 'the built-in list', offered: [23, 4711], keytab: [] })).toEqual([
    'asked for: aes256-cts-hmac-sha1-96 (the built-in list)',
    expect.stringMatching(/^the KDC offers: arcfour-hmac .*4711$/),
    'in the keytab: none',
  ])
  expect(etypeHints({ asked: [], from: 'x', offered: undefined, keytab: undefined })).toHaveLength(2)
  expect(etypeListOrigin('default_tgs_enctypes', { profile: EMPTY_PROFILE })).toBe('the built-in list')
})
