import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import { parseDateWords } from '../../core/time/date-words.ts'
import { parseDuration } from '../../core/time/duration.ts'
import type { Reading } from './parse.ts'
import { QueryError } from './query-error.ts'

/** A date of -expire and -pwexpire, seconds since 1970, 0 for `never`. */
export function readDate(text: string, reading: Reading): number {
  const date = parseDateWords(text, reading.now, reading.zone)
  if (date === undefined) throw new QueryError(`Invalid date specification "${text}".\n`)
  return date
}

/** An interval in seconds: a duration, or a date counted from now; `never` is 0. */
export function readInterval(text: string, reading: Reading): number {
  const duration = parseDuration(text)
  if (duration !== undefined) return duration
  const date = readDate(text, reading)
  if (date === 0) return 0
  if (date < reading.now) throw new QueryError(`Interval specification "${text}" is in the past.\n`)
  return date - reading.now
}

/**
 * A name in the realm of the database unless it says another. An `@` at its beginning, or behind a backslash, begins no realm: so a backslash at the
 * end makes one a part of the name. `doing` is the phrase after "while".
 */
export function readPrincipal(text: string, command: string, doing: string, reading: Reading): Principal {
  try {
    return parsePrincipal(/[^\\]@/s.test(text) ? text : `${text}@${reading.realm}`, { defaultRealm: reading.realm })
  } catch (error) {
    if (error instanceof KrbError) throw new QueryError(`${command}: ${error.message} while ${doing}\n`)
    throw error
  }
}

/** A number as C's atoi reads it: blanks, a sign, digits; whatever follows is ignored and no digits are 0. */
export function readNumber(text: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text)
  return match === null ? 0 : Number(BigInt.asIntN(32, BigInt(match[1]!)))
}
