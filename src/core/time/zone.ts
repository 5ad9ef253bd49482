import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { type CivilTime, utcParts, utcSeconds } from './civil.ts'
import { posixZone } from './posix-zone.ts'
import { tzifZone } from './tzif-zone.ts'

/** A time zone: what the clock on the wall shows at a point in time, and back. Seconds are since 1970. */
export interface Zone {
  parts(seconds: number): ZonedTime
  /** mktime: fields out of range carry over; in an overlap the earlier point; in a gap the clock before it goes on. */
  seconds(parts: CivilTime): number
}

interface ZonedTime extends CivilTime {
  /** 0 = Sunday. */
  readonly weekday: number
  /** Seconds east of UTC. */
  readonly offset: number
  readonly dst: boolean
  readonly abbreviation: string
}

/** What holds at a point in time. */
export interface LocalType {
  readonly offset: number
  readonly dst: boolean
  readonly abbreviation: string
}

/**
 * The zone that TZ names, as the C library finds it: `TZ` unset is /etc/localtime, empty is UTC, a name is a file of the zone
 * database, anything else a POSIX string; what is neither is UTC under the letters given. (Intl would take 25 ms to start and does not know
 * the abbreviations.)
 */
export async function loadZone(env: Pick<Env, 'vars' | 'files'>): Promise<Zone> {
  const tz = env.vars.TZ?.replace(/^:/, '')
  if (tz === undefined) return zoneOf((await zoneFile('/etc/localtime', env)) ?? UTC_TYPE)
  if (tz === '') return UTC
  if (!MAY_BE_A_FILE.test(tz)) return zoneOf(posixZone(tz))
  const path = tz.startsWith('/') ? tz : `${env.vars.TZDIR ?? '/usr/share/zoneinfo'}/${tz}`
  const found = await zoneFile(path, env)
  return found === undefined ? zoneOf(posixZone(tz)) : zoneOf(found)
}

/** A zone from a rule that says what holds at a point in time. */
export function zoneOf(typeAt: (seconds: number) => LocalType): Zone {
  return {
    parts(seconds) {
      const { offset, dst, abbreviation } = typeAt(seconds)
      const { year, month, day, hour, minute, second, weekday } = utcParts(seconds + offset)
      return { year, month, day, hour, minute, second, weekday, offset, dst, abbreviation }
    },
    seconds(parts) {
      const wall = utcSeconds(parts)
      const offsets = [typeAt(wall - DAY).offset, typeAt(wall + DAY).offset]
      const fitting = offsets.map(offset => wall - offset).filter(t => t + typeAt(t).offset === wall)
      return fitting.length > 0 ? Math.min(...fitting) : wall - offsets[0]!
    },
  }
}

async function zoneFile(path: string, env: Pick<Env, 'files'>): Promise<((seconds: number) => LocalType) | undefined> {
  try {
    return tzifZone(await env.files.read(path, { maxBytes: MAX_ZONE_FILE }))
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

const DAY = 86400
const MAX_ZONE_FILE = 1 << 20
const MAY_BE_A_FILE = /^[A-Za-z0-9_+\-/.]+$/
const UTC_TYPE = (): LocalType => ({ offset: 0, dst: false, abbreviation: 'UTC' })

export const UTC: Zone = zoneOf(UTC_TYPE)
