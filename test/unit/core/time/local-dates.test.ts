import { describe, expect, it } from 'vitest'
import { parseAbsolute } from '../../../../src/core/time/absolute.ts'
import { parseDateWords } from '../../../../src/core/time/date-words.ts'
import { posixZone } from '../../../../src/core/time/posix-zone.ts'
import { UTC, zoneOf } from '../../../../src/core/time/zone.ts'

/** Wednesday 1 July 2026 12:00:00 EDT. */
const NOW = 1782921600
const NEW_YORK = zoneOf(posixZone('EST5EDT,M3.2.0,M11.1.0'))

function at(text: string): number {
  return Date.parse(text) / 1000
}

describe('dates in a zone with summer time', () => {
  it.each([
    ['2026-12-25 08:00', '2026-12-25T08:00:00-05:00'],
    ['2026-08-25 08:00', '2026-08-25T08:00:00-04:00'],
    ['2026-08-25 08:00 EST', '2026-08-25T08:00:00-05:00'],
    ['2026-08-25 08:00 EDT', '2026-08-25T08:00:00-04:00'],
    ['2026-08-25 08:00 EST DST', '2026-08-25T08:00:00-04:00'],
    ['2026-08-25 08:00 -0330', '2026-08-25T08:00:00-03:30'],
    ['6 months', '2027-01-01T12:00:00-05:00'],
    ['friday', '2026-07-03T00:00:00-04:00'],
    ['20 friday', '2026-11-13T00:00:00-05:00'],
    ['5pm friday', '2026-07-03T17:00:00-04:00'],
    ['', '2026-07-01T00:00:00-04:00'],
    ['tomorrow (a comment (nested)) 3pm', '2026-07-02T15:00:00-04:00'],
    ['12am', '2026-07-01T12:00:00-04:00'],
    ['Sep. 3, 2026', '2026-09-03T00:00:00-04:00'],
    ['08:00 e.s.t', '2026-07-01T08:00:00-05:00'],
  ])('%s', (text, iso) => expect(parseDateWords(text, NOW, NEW_YORK)).toBe(at(iso)))

  it('months keep the day or are refused', () => {
    expect(parseDateWords('1 month', at('2026-01-31T12:00:00-05:00'), NEW_YORK)).toBeUndefined()
    expect(parseDateWords('2 months', at('2026-01-31T12:00:00-05:00'), NEW_YORK)).toBe(at('2026-03-31T12:00:00-04:00'))
  })

  it.each([
    '1 day 1 day garbage',
    'monday tuesday',
    '2026-01-01 2026-01-02',
    '3pm 4pm',
    'EST GMT',
    '10:',
    '10:00:',
    '2026-01',
    'Feb 3,',
    '2/',
    '2/3/',
    '5',
    '+5',
    'dst',
    'ago',
  ])('refuses %s', text => expect(parseDateWords(text, NOW, NEW_YORK)).toBeUndefined())

  it('counts only what fits into 32 bits', () => {
    expect(parseDateWords('4294967295 seconds', 0, UTC)).toBe(4294967295)
    expect(parseDateWords('4294967296 seconds', 0, UTC)).toBeUndefined()
    expect(parseDateWords('1 second ago', 0, UTC)).toBeUndefined()
    expect(parseDateWords(`${'9'.repeat(400)} days`, 0, UTC)).toBeUndefined()
    expect(parseDateWords(`${'9'.repeat(400)} months`, 0, UTC)).toBeUndefined()
  })

  it('never is 0 in every zone', () => expect(parseDateWords('never', NOW, NEW_YORK)).toBe(0))

  it('fixed forms are local', () => {
    expect(parseAbsolute('20261225080000', NOW, NEW_YORK)).toBe(at('2026-12-25T08:00:00-05:00'))
    expect(parseAbsolute('08:30', NOW, NEW_YORK)).toBe(at('2026-07-01T08:30:00-04:00'))
    expect(parseAbsolute('02-January-2030:03:04:05', NOW, UTC)).toBe(at('2030-01-02T03:04:05Z'))
  })
})
