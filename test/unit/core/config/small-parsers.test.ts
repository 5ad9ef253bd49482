import { describe, expect, it } from 'vitest'
import { parseKeySalts, saltTypeName } from '../../../../src/core/config/key-salts.ts'
import { expandTokens } from '../../../../src/core/config/tokens.ts'
import type { Host } from '../../../../src/core/env.ts'

const host: Host = { hostname: () => 'h', uid: 1000, euid: 0, username: () => 'root', pid: 1 }

describe('tokens', () => {
  it.each([
    ['FILE:/tmp/krb5cc_%{uid}', 'FILE:/tmp/krb5cc_1000'],
    ['%{USERID}-%{euid}-%{username}-%{null}.', '1000-0-root-.'],
    ['%{TEMP}/%{LIBDIR}%{BINDIR}%{SBINDIR}', '/scratch//usr/lib/usr/bin/usr/sbin'],
    ['100%% {uid} %uid', '100%% {uid} %uid'],
  ])('%s', (text, expected) => expect(expandTokens(text, { host, vars: { TMPDIR: '/scratch' } })).toBe(expected))

  it('TEMP is /tmp without TMPDIR', () => expect(expandTokens('%{TEMP}', { host, vars: {} })).toBe('/tmp'))

  it.each([
    ['%{UID}', 'EINVAL', 'Invalid token'],
    ['%{}', 'EINVAL', 'Invalid token'],
    ['%{uid', 'EINVAL', 'variable missing }'],
    ['%{toString}', 'EINVAL', 'Invalid token'],
  ])('refuses %s', (text, code, message) =>
    expect(() => expandTokens(text, { host, vars: {} })).toThrow(expect.objectContaining({ code, message })),
  )

  it('a uid without a login name has no username', () =>
    expect(() => expandTokens('%{username}', { host: { ...host, username: () => undefined }, vars: {} })).toThrow(
      expect.objectContaining({ code: 'ENOENT', message: "Can't find username for uid 0" }),
    ))
})

describe('key/salt lists', () => {
  it.each([
    [
      'aes256-cts:normal aes128-cts',
      [
        [18, 0],
        [17, 0],
      ],
    ],
    [
      'AES256-SHA2:OnlyRealm,\taes128-sha1:special',
      [
        [20, 3],
        [17, 4],
      ],
    ],
    [
      'aes256-cts aes256-cts:normal aes256-cts:norealm',
      [
        [18, 0],
        [18, 2],
      ],
    ],
    ['aes256-cts:v4 aes256-cts:afs3 aes:normal aes256-cts:normal:x des-cbc-crc', []],
    ['', []],
  ])('%j', (text, expected) => expect(parseKeySalts(text)).toEqual(expected.map(([etype, saltType]) => ({ etype, saltType }))))

  it('kinds of salt have names', () =>
    expect([0, 2, 3, 4, 1].map(saltTypeName)).toEqual(['normal', 'norealm', 'onlyrealm', 'special', undefined]))
})
