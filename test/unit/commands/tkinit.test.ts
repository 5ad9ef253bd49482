import { describe, expect, it } from 'vitest'
import { complaints, type InitFlags, initOptions } from '../../../src/commands/tkinit/flags.ts'
import { stepText, warningText } from '../../../src/commands/tkinit/render.ts'
import { UTC } from '../../../src/core/time/zone.ts'

const NONE: InitFlags = {
  verbose: false,
  lifetime: undefined,
  'renewable-life': undefined,
  forwardable: false,
  noforwardable: false,
  proxiable: false,
  noproxiable: false,
  addresses: false,
  noaddresses: false,
  ccache: undefined,
  service: undefined,
  'use-keytab': false,
  keytab: undefined,
  krb5: false,
  krb4: false,
}

describe('what was asked for', () => {
  it('is nothing when nothing was said', () => {
    expect(Object.values(initOptions(NONE, []))).toEqual(Array(9).fill(undefined))
  })
  it('reads lives in MIT’s forms', () => {
    const options = initOptions({ ...NONE, lifetime: '1d2h', 'renewable-life': '7d' }, ['alice'])
    expect(options).toMatchObject({ principal: 'alice', lifetime: 93600, renewableLife: 604800 })
  })
  it('knows yes, no and as configured', () => {
    expect(initOptions({ ...NONE, forwardable: true, noproxiable: true, noaddresses: true }, [])).toMatchObject({
      forwardable: true,
      proxiable: false,
      addresses: false,
    })
  })
  it('takes a keytab by name, by default, or not at all', () => {
    expect(initOptions({ ...NONE, 'use-keytab': true }, []).keytab).toEqual({ name: undefined })
    expect(initOptions({ ...NONE, keytab: 'k' }, []).keytab).toEqual({ name: 'k' })
  })
  it('complains about contradictions in kinit’s order', () => {
    const flags = { ...NONE, forwardable: true, noforwardable: true, addresses: true, noaddresses: true }
    expect(complaints(flags, ['a', 'b'])).toEqual([
      'Only one of -f and -F allowed',
      'Only one of -a and -A allowed',
      'Extra arguments (starting with "b").',
    ])
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
