import { describe, expect, it } from 'vitest'
import { durationText, getprincTime, isoTime, klistTime, logTime } from '../../../../src/core/time/format.ts'
import { posixZone } from '../../../../src/core/time/posix-zone.ts'
import { UTC, zoneOf } from '../../../../src/core/time/zone.ts'

describe('times as they are printed', () => {
  const seconds = 1795291256

  it('klist', () => {
    expect(klistTime(seconds, UTC)).toBe('11/21/26 20:00:56')
    expect(klistTime(4294967295, UTC)).toBe('02/07/06 06:28:15')
    expect(klistTime(seconds, zoneOf(posixZone('<+03>-3')))).toBe('11/21/26 23:00:56')
  })

  it('getprinc', () => {
    expect(getprincTime(seconds - 13, UTC)).toBe('Sat Nov 21 20:00:43 UTC 2026')
    expect(getprincTime(86400 * 3, UTC)).toBe('Sun Jan 04 00:00:00 UTC 1970')
  })

  it('logs', () => expect(logTime(1795295954, UTC)).toBe('Nov 21 21:19:14'))

  it('JSON', () => {
    expect(isoTime(seconds)).toBe('2026-11-21T20:00:56Z')
    expect(isoTime(0)).toBe('1970-01-01T00:00:00Z')
    expect(isoTime(4294967295)).toBe('2106-02-07T06:28:15Z')
  })

  it.each([
    [0, '0 days 00:00:00'],
    [86400, '1 day 00:00:00'],
    [604800, '7 days 00:00:00'],
    [36000, '0 days 10:00:00'],
    [90061, '1 day 01:01:01'],
    [-176400, '-2 days 01:00:00'],
    [2147483647, '24855 days 03:14:07'],
  ])('a life of %d is %s', (duration, text) => expect(durationText(duration)).toBe(text))
})
