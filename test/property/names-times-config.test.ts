import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/core/bytes/text.ts'
import { parseListenList } from '../../src/core/config/host-port.ts'
import { kdcConfig } from '../../src/core/config/kdc-conf.ts'
import { parseKeySalts } from '../../src/core/config/key-salts.ts'
import { loadProfile } from '../../src/core/config/profile.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { applyAttributeWord } from '../../src/core/flags/principal-attributes.ts'
import { displayText } from '../../src/core/principal/display.ts'
import { defaultSalt, parsePrincipal, samePrincipal, unparsePrincipal } from '../../src/core/principal/principal.ts'
import { parseAbsolute } from '../../src/core/time/absolute.ts'
import { parseDateWords } from '../../src/core/time/date-words.ts'
import { parseDuration } from '../../src/core/time/duration.ts'
import { isoTime } from '../../src/core/time/format.ts'
import { posixZone } from '../../src/core/time/posix-zone.ts'
import { tzifZone } from '../../src/core/time/tzif-zone.ts'
import { UTC, zoneOf } from '../../src/core/time/zone.ts'
import { memoryFiles } from '../helpers/memory-files.ts'

/** Any octets as text, and text that is made of what the grammars care for. */
const anyText = fc.oneof(fc.uint8Array().map(decodeText), fc.string({ unit: fc.constantFrom(...'ab/@\\ntb0 \0\n\t\b\udcff\udcc3\udca9é') }))
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })

/** The result of `task`, or the KrbError it throws; anything else that is thrown fails the property. */
function outcome<T>(task: () => T): T | KrbError {
  try {
    return task()
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
}

describe('principals', () => {
  /** As everything inside is: equal octets are equal strings. */
  const inside = anyText.map(text => decodeText(encodeText(text)))
  const principals = fc.record({ realm: inside, components: fc.array(inside, { minLength: 1, maxLength: 5 }) })

  it('come back from their text', () => {
    fc.assert(
      fc.property(principals, ({ realm, components }) => {
        const principal = parsePrincipal(unparsePrincipal({ type: 1, realm, components }))
        expect({ realm: principal.realm, components: principal.components }).toEqual({ realm, components })
        expect(unparsePrincipal(principal)).toBe(unparsePrincipal({ type: 1, realm, components }))
      }),
    )
  })

  it('are read from any text, or refused with a KrbError; equal octets are equal names', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, enterprise) => {
        const first = outcome(() => parsePrincipal(text, { defaultRealm: 'R', enterprise }))
        if (first instanceof KrbError) {
          expect(first.code).toBe('KRB5_PARSE_MALFORMED')
          return
        }
        const again = parsePrincipal(decodeText(encodeText(text)), { defaultRealm: 'R', enterprise })
        expect(samePrincipal(first, again)).toBe(true)
        expect(defaultSalt(again)).toEqual(defaultSalt(first))
      }),
    )
  })

  it('show nothing on a terminal that acts on it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0x10ffff)).map(codes => String.fromCodePoint(...codes)),
        anyText,
        (a, b) => {
          expect(displayText(a + b)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
        },
      ),
    )
  })
})

describe('times', () => {
  const durationText = fc.string({ unit: fc.constantFrom(...'0123456789dhms:- \tx') })
  const dateText = fc
    .array(
      fc.constantFrom(
        '1',
        '12',
        '2031',
        '-3',
        '+0100',
        'day',
        'months',
        'ago',
        'jan',
        'monday',
        ':',
        '/',
        ',',
        'pm',
        'est',
        'edt',
        'dst',
        'next',
        'never',
        '(',
        ')',
        '99999999999',
      ),
    )
    .map(words => words.join(' '))
  const zones = fc.constantFrom(
    'UTC0',
    'EST5EDT,M3.2.0,M11.1.0',
    '<+03>-3',
    'NZST-12NZDT,M9.5.0,M4.1.0/3',
    '<-02>2<-01>,M3.5.0/-1,M10.5.0/0',
    'IST-2IDT,M3.4.4/26,M10.5.0',
  )

  it('durations are 31-bit numbers or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(durationText, anyText), text => {
        const seconds = parseDuration(text)
        expect(seconds === undefined || (Number.isInteger(seconds) && Math.abs(seconds) <= 2 ** 31)).toBe(true)
      }),
    )
  })

  it('dates are 32-bit numbers or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(dateText, anyText, fc.string({ unit: fc.constantFrom(...'0123456789.:-jan ') })),
        uint32,
        zones,
        (text, now, tz) => {
          for (const seconds of [parseDateWords(text, now, zoneOf(posixZone(tz))), parseAbsolute(text, now, zoneOf(posixZone(tz)))]) {
            expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds < 2 ** 32)).toBe(true)
          }
        },
      ),
    )
  })

  it('agree with Date in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 33), max: 2 ** 35 }), seconds => {
        expect(isoTime(seconds)).toBe(new Date(seconds * 1000).toISOString().replace('.000', ''))
        expect(UTC.parts(seconds).weekday).toBe(new Date(seconds * 1000).getUTCDay())
      }),
    )
  })

  it('come back from the clock on the wall, outside the hours that are twice there', () => {
    fc.assert(
      fc.property(uint32, zones, (seconds, tz) => {
        const zone = zoneOf(posixZone(tz))
        const back = zone.seconds(zone.parts(seconds))
        const changes = [-7200, 7200].some(near => zone.parts(seconds + near).offset !== zone.parts(seconds).offset)
        if (changes) expect(zone.parts(back)).toMatchObject({ hour: zone.parts(seconds).hour, minute: zone.parts(seconds).minute })
        else expect(back).toBe(seconds)
      }),
    )
  })

  it('any TZ is a zone', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'ABC<>+-0123456789:,./JM') })), uint32, (tz, seconds) => {
        const type = posixZone(tz)(seconds)
        expect(Math.abs(type.offset)).toBeLessThanOrEqual(26 * 3600)
      }),
    )
  })

  it('any file is a zone or none', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
        uint32,
        (octets, counts, seconds) => {
          const header = Buffer.alloc(44)
          header.write('TZif2')
          counts.slice(0, 6).forEach((count, i) => {
            header.writeUInt32BE(count, 20 + i * 4)
          })
          for (const file of [octets, Buffer.concat([header, octets]), Buffer.concat([header, octets.subarray(0, 40), header, octets])]) {
            const zone = tzifZone(file)
            if (zone !== undefined) expect(typeof zone(seconds).offset).toBe('number')
          }
        },
      ),
    )
  })
})

describe('configuration', () => {
  const line = fc.constantFrom(
    '[s]',
    '[t]*',
    '[realms]',
    ' R = {',
    ' a = {',
    '}',
    ' }*',
    'a = 1',
    ' a* = "x\\',
    'a =',
    '{',
    '# c',
    'b',
    'include /inc',
    'includedir /d',
    'kdc_listen = 1:x',
    'max_life = x',
    '[',
    'module m',
    '',
  )
  const files = fc.oneof(
    fc.array(line).map(lines => Uint8Array.from(Buffer.from(lines.join('\n'), 'utf8'))),
    fc.uint8Array(),
    fc.uint8Array().map(octets => Uint8Array.from(Buffer.concat([Buffer.from('[s]\n'), octets]))),
  )

  it('any octets are a profile, or an error of its table with a place', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, async (main, included) => {
        const loaded = await loadProfile(['/main'], memoryFiles({ '/main': main, '/inc': included, '/d/x': included })).catch(
          error => error,
        )
        if (loaded instanceof Error) {
          expect(loaded).toBeInstanceOf(KrbError)
          expect((loaded as KrbError).code).toMatch(/^PROF_/)
          expect((loaded as KrbError).params).toMatchObject({
            line: expect.any(Number),
            column: expect.any(Number),
            path: expect.stringMatching(/^\//),
          })
          return
        }
        for (const section of loaded.subsections()) {
          for (const name of loaded.names(section)) {
            expect(loaded.values(section, name).length).toBeGreaterThan(0)
            expect(loaded.where(section, name)?.line).toBeGreaterThan(0)
          }
        }
      }),
    )
  })

  it('any profile is a configuration whose values are there or fail as KrbError', async () => {
    const relation = fc.tuple(
      fc.constantFrom(
        'kdc_listen',
        'kdc_tcp_ports',
        'max_life',
        'supported_enctypes',
        'default_principal_flags',
        'host_based_services',
        'master_key_type',
        'default_principal_expiration',
      ),
      fc.oneof(fc.string({ unit: fc.constantFrom(...'0123456789:[],;. *+-aes/"') }), fc.string()),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(relation), async relations => {
        const lines = relations.map(([name, value]) => ` ${name} = ${value.replace(/[\0\n\r{}]/g, '')}.\n`).join('')
        const profile = await loadProfile(['/main'], memoryFiles({ '/main': `[realms]\n R = {\n${lines} }\n` }))
        const config = outcome(() => kdcConfig(profile, 'R', text => parseAbsolute(text, 0, UTC)))
        if (config instanceof KrbError) return
        for (const key of Object.keys(config) as (keyof typeof config)[]) outcome(() => config[key])
      }),
    )
  })

  it('lists and words of any text are read or refused', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'0123456789:[],;. ') })), uint32, (text, attributes) => {
        const listed = outcome(() => parseListenList(text, 88))
        if (!(listed instanceof KrbError)) for (const { port } of listed) expect(port).toBeLessThan(65536)
        expect(Array.isArray(parseKeySalts(text))).toBe(true)
        const changed = applyAttributeWord(attributes, text)
        expect(changed === undefined || (changed >= 0 && changed < 2 ** 32)).toBe(true)
      }),
    )
  })
})
