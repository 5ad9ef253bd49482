import { describe, expect, it } from 'vitest'
import type { Flag } from '../../../src/commands/argv/flag.ts'
import { getopt } from '../../../src/commands/argv/getopt.ts'
import { complaints, INIT_FLAGS, type InitFlags, type InitOptions, initOptions } from '../../../src/commands/tkinit/flags.ts'
import { cutText, stepText, warningText } from '../../../src/commands/tkinit/render.ts'
import { UTC } from '../../../src/core/time/zone.ts'

/** The options as the program's own table reads them. */
function given(line: string): { readonly flags: InitFlags; readonly operands: readonly string[]; readonly before: readonly string[] } {
  const { settings, operands, complaints: before } = getopt(line === '' ? [] : line.split(' '), INIT_FLAGS, { program: 'kinit' })
  const value = (key: string, flag: Flag) => {
    const values = settings.filter(setting => setting.flag === key).map(setting => setting.value)
    return flag.value === undefined ? values.length > 0 : flag.many ? values : values.at(-1)
  }
  const flags = Object.fromEntries(Object.entries(INIT_FLAGS).map(([key, flag]) => [key, value(key, flag)]))
  return { flags: flags as never, operands, before }
}

function options(line: string): InitOptions {
  const { flags, operands } = given(line)
  return initOptions(flags, operands)
}

function mistakes(line: string): readonly string[] {
  const { flags, operands, before } = given(line)
  return [...before, ...complaints(flags, operands, 'kinit', before)]
}

describe('what was asked for', () => {
  it('is nothing when nothing was said', () => {
    const { action, preauthOptions, ...rest } = options('')
    expect(action).toEqual({ kind: 'password', password: { from: { kind: 'prompt' }, save: false } })
    expect(preauthOptions).toEqual([])
    expect(Object.values(rest).filter(value => value !== undefined && value !== false)).toEqual([])
  })
  it('reads lives in MIT’s forms', () => {
    expect(options('-l 1d2h -r 7d alice')).toMatchObject({ principal: 'alice', lifetime: 93600, renewableLife: 604800 })
  })
  it('knows yes, no and as configured', () => {
    expect(options('-f -P -A')).toMatchObject({ forwardable: true, proxiable: false, addresses: false, pac: undefined })
    expect([options('--request-pac').pac, options('--no-request-pac').pac]).toEqual([true, false])
  })
  it.each([
    ['-k', { kind: 'keytab', keytab: { from: 'default' } }],
    ['-i', { kind: 'keytab', keytab: { from: 'client' } }],
    ['-t k', { kind: 'keytab', keytab: { from: 'named', name: 'k' } }],
    ['-k -R', { kind: 'renew' }],
    ['-R -v', { kind: 'validate' }],
    ['-v -R -k', { kind: 'keytab', keytab: { from: 'default' } }],
    ['-t k -R', { kind: 'keytab', keytab: { from: 'named', name: 'k' } }],
  ])('%s: the last of -k, -R and -v counts, and a keytab before all', (line, action) => {
    expect(options(line).action).toEqual(action)
  })
  it('takes settings for mechanisms with and without a value', () => {
    expect(options('-X a=b=c -X d').preauthOptions).toEqual([
      { name: 'a', value: 'b=c' },
      { name: 'd', value: 'yes' },
    ])
  })
  it.each([
    ['-f -F -a -A x y', ['Only one of -f and -F allowed', 'Only one of -a and -A allowed', 'Extra arguments (starting with "y").']],
    ['-t k x y', ['keytab specified, forcing -k', 'Extra arguments (starting with "y").']],
    ['-k -t k x', []],
    ['-t k x', []],
    ['-i -t k', ['Only one of -t and -i allowed', 'keytab specified, forcing -k']],
    ['--request-pac --no-request-pac', ['Only one of --request-pac and --no-request-pac allowed']],
    ['-R --keychain', ['-R and -v go with no source of passwords']],
    ['-t k --keychain', ['keytab specified, forcing -k', 'A keytab goes with no source of passwords']],
    ['-s 0', ['Bad start time value 0']],
    ['-s 20300102030405 -s 1h -s 10:00', []],
    ['--ca --en --no-r', []],
    ['--re', []],
  ])('complains in kinit’s order: %s', (line, expected) => {
    expect(mistakes(line)).toEqual(expected)
  })
})

describe('what was cut', () => {
  it.each([
    [{ what: 'life', asked: 172800, granted: 86400, by: 'kdc' }, 'Asked for a life of 2 d, the KDC granted 1 d\n'],
    [{ what: 'renewable-life', asked: 3600, granted: 0, by: 'kdc' }, 'Asked for a renewable life of 1 h, the KDC granted 0 s\n'],
    [
      { what: 'life', asked: 3600, granted: 90, by: 'renew-till' },
      'Asked for a life of 1 h, the KDC granted 1 min 30 s, where its renewable life ends\n',
    ],
  ] as const)('%j', (cut, text) => {
    expect(cutText(cut)).toBe(text)
  })
})

describe('warnings', () => {
  it.each([
    [0, 'less than one hour'],
    [3599, 'less than one hour'],
    [3600, '1 hour'],
    [7200, '2 hours'],
    [2 * 86400 - 1, '47 hours'],
    [2 * 86400, '2 days'],
    [6.5 * 86400, '6 days'],
  ])('%i seconds are %s', (inSeconds, text) => {
    expect(warningText({ kind: 'password-expires', at: 1795291256, inSeconds }, UTC)).toBe(
      `Warning: Your password will expire in ${text} on Sat Nov 21 20:00:56 2026\n`,
    )
  })
  it('pads the day of the month with a blank, as %c does', () => {
    expect(warningText({ kind: 'password-expires', at: 1793534400, inSeconds: 0 }, UTC)).toContain('on Sun Nov  1 12:00:00 2026')
  })
  it('names a deprecated enctype', () => {
    expect(warningText({ kind: 'deprecated-etype', etype: 23 }, UTC)).toBe(
      'Warning: encryption type arcfour-hmac used for authentication is deprecated and will be disabled\n',
    )
  })
  it('escapes names', () => {
    expect(stepText({ step: 'principal', name: 'a\u001b[1m@X' })).toBe('Using principal: a\\x1b[1m@X\n')
  })
})
