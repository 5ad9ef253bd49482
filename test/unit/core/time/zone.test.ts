import { describe, expect, it } from 'vitest'
import type { Files } from '../../../../src/core/env.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { getprincTime } from '../../../../src/core/time/format.ts'
import { posixZone } from '../../../../src/core/time/posix-zone.ts'
import { loadZone, zoneOf } from '../../../../src/core/time/zone.ts'

/** What GNU date prints under the same TZ. */
const GLIBC: readonly (readonly [tz: string, seconds: number, text: string])[] = [
  ['UTC0', 0, 'Thu Jan 01 00:00:00 UTC 1970'],
  ['', 1795295953, 'Sat Nov 21 21:19:13 UTC 2026'],
  ['EST5EDT,M3.2.0,M11.1.0', 1773557999, 'Sun Mar 15 02:59:59 EDT 2026'],
  ['EST5EDT,M3.2.0,M11.1.0', 1772953199, 'Sun Mar 08 01:59:59 EST 2026'],
  ['EST5EDT,M3.2.0,M11.1.0', 1772953200, 'Sun Mar 08 03:00:00 EDT 2026'],
  ['EST5EDT,M3.2.0,M11.1.0', 1793512799, 'Sun Nov 01 01:59:59 EDT 2026'],
  ['EST5EDT,M3.2.0,M11.1.0', 1793512800, 'Sun Nov 01 01:00:00 EST 2026'],
  ['<+03>-3', 1795295953, 'Sun Nov 22 00:19:13 +03 2026'],
  ['<-0430>4:30', 1795295953, 'Sat Nov 21 16:49:13 -0430 2026'],
  ['NZST-12NZDT,M9.5.0,M4.1.0/3', 1767225600, 'Thu Jan 01 13:00:00 NZDT 2026'],
  ['NZST-12NZDT,M9.5.0,M4.1.0/3', 1782864000, 'Wed Jul 01 12:00:00 NZST 2026'],
  ['IST-2IDT,M3.4.4/26,M10.5.0', 1774569600, 'Fri Mar 27 03:00:00 IDT 2026'],
  ['<-02>2<-01>,M3.5.0/-1,M10.5.0/0', 1774746000, 'Sun Mar 29 00:00:00 -01 2026'],
  ['AAA3BBB,J60/0,300/25', 1772334000, 'Sun Mar 01 01:00:00 BBB 2026'],
  ['ABC24:59:59', 1795295953, 'Fri Nov 20 20:19:14 ABC 2026'],
  ['Foo', 1795295953, 'Sat Nov 21 21:19:13 Foo 2026'],
  ['Europe/Nowhere', 1795295953, 'Sat Nov 21 21:19:13 Europe 2026'],
  ['<>3', 1795295953, 'Sat Nov 21 21:19:13  2026'],
]

/** A small file of the zone database: until 1000000000 LMT, then CET and CEST in turns, a rule for later. */
function tzif(): Uint8Array {
  const types = Buffer.from([0, 0, 0x0e, 0x10, 0, 0, 0, 0, 0x1c, 0x20, 1, 4, 0, 0, 0x03, 0x48, 0, 9])
  const names = Buffer.from('CET\0CEST\0LMT\0')
  const header = (times: number) => {
    const head = Buffer.alloc(44)
    head.write('TZif2')
    head.writeUInt32BE(times, 32)
    head.writeUInt32BE(3, 36)
    head.writeUInt32BE(names.length, 40)
    return head
  }
  const times = Buffer.alloc(24)
  times.writeBigInt64BE(-3_000_000_000n, 0)
  times.writeBigInt64BE(1_000_000_000n, 8)
  times.writeBigInt64BE(1_100_000_000n, 16)
  const old = Buffer.concat([header(0), types, names])
  return Buffer.concat([old, header(3), times, Buffer.from([2, 0, 1]), types, names, Buffer.from('\nCET-1CEST,M3.5.0,M10.5.0/3\n')])
}

function files(contents: Readonly<Record<string, Uint8Array>>): Files {
  return {
    read: async (path: string) => {
      const content = contents[path]
      if (content === undefined) throw new KrbError('ENOENT', { path })
      return content
    },
  } as Files
}

describe('zones', () => {
  it.each(GLIBC)('TZ=%s at %d', async (tz, seconds, text) => {
    const zone = await loadZone({ vars: { TZ: tz }, files: files({}) })
    expect(getprincTime(seconds, zone)).toBe(text)
  })

  it.each([
    [-4_000_000_000, 'CET', 3600],
    [-2_000_000_000, 'LMT', 840],
    [1_050_000_000, 'CET', 3600],
    [1_100_000_000 - 1, 'CET', 3600],
    [1_782_864_000, 'CEST', 7200],
    [1_767_225_600, 'CET', 3600],
  ])('a zone file holds at %d', async (seconds, abbreviation, offset) => {
    for (const [vars, path] of [
      [{}, '/etc/localtime'],
      [{ TZ: 'Here/There' }, '/usr/share/zoneinfo/Here/There'],
      [{ TZ: ':Here/There', TZDIR: '/zones' }, '/zones/Here/There'],
      [{ TZ: '/some/file' }, '/some/file'],
    ] as const) {
      const zone = await loadZone({ vars, files: files({ [path]: tzif() }) })
      expect(zone.parts(seconds)).toMatchObject({ abbreviation, offset })
    }
  })

  it('cut or changed zone files are none, and the zone is UTC', async () => {
    const whole = tzif()
    for (let length = 0; length < whole.length - 28; length += 7) {
      const zone = await loadZone({ vars: {}, files: files({ '/etc/localtime': whole.subarray(0, length) }) })
      expect(zone.parts(1_782_864_000).abbreviation).toMatch(/^(UTC|CET)$/)
    }
  })

  it('without /etc/localtime it is UTC', async () => {
    const zone = await loadZone({ vars: {}, files: files({}) })
    expect(zone.parts(1_782_864_000)).toMatchObject({ abbreviation: 'UTC', offset: 0 })
  })

  it('go back from the clock to the second, in overlaps to the earlier, over gaps onwards', () => {
    const zone = zoneOf(posixZone('EST5EDT,M3.2.0,M11.1.0'))
    expect(zone.seconds({ year: 2026, month: 11, day: 1, hour: 1, minute: 30, second: 0 })).toBe(1793511000)
    expect(zone.seconds({ year: 2026, month: 3, day: 8, hour: 2, minute: 30, second: 0 })).toBe(1772955000)
    expect(zone.seconds({ year: 2026, month: 14, day: -2, hour: 25, minute: 61, second: 61 })).toBe(
      zone.seconds({ year: 2027, month: 1, day: 30, hour: 2, minute: 2, second: 1 }),
    )
  })
})
