import { isLeap, utcParts, utcSeconds } from './civil.ts'
import type { LocalType } from './zone.ts'

/**
 * A TZ value in POSIX form (`EST5EDT,M3.2.0,M11.1.0`, `<+03>-3`, `UTC0`; IEEE 1003.1 §8.3, RFC 8536 §3.3.1 for hours up to 167), read as the
 * GNU C library reads it: nothing is refused. What cannot be read leaves UTC under the letters that could; a summer zone without
 * a rule has the one of the United States; a rule that cannot be read never applies.
 */
export function posixZone(tz: string): (seconds: number) => LocalType {
  const cursor = { text: tz, at: 0 }
  const standard = readName(cursor)
  const offset = standard === undefined ? undefined : readOffset(cursor)
  if (standard === undefined || offset === undefined) return fixed({ offset: 0, dst: false, abbreviation: standard ?? '' })
  const winter = { offset, dst: false, abbreviation: standard }
  if (cursor.at === tz.length) return fixed(winter)
  const name = readName(cursor)
  const summer = { offset: (name === undefined ? 0 : readOffset(cursor)) ?? offset + 3600, dst: true, abbreviation: name ?? '' }
  const begin = readRule(cursor, SECOND_SUNDAY_OF_MARCH)
  const end = begin === undefined ? undefined : readRule(cursor, FIRST_SUNDAY_OF_NOVEMBER)
  return seconds => {
    const { year } = utcParts(seconds)
    const on = changeIn(year, begin ?? NO_RULE) - winter.offset
    const off = changeIn(year, end ?? NO_RULE) - summer.offset
    const isSummer = on > off ? seconds < off || seconds >= on : seconds >= on && seconds < off
    return isSummer ? summer : winter
  }
}

interface Cursor {
  readonly text: string
  at: number
}

/** When the clocks change: a day of the year and seconds of wall time after its midnight. */
type Rule =
  | { readonly kind: 'weekday'; readonly month: number; readonly week: number; readonly weekday: number; readonly time: number }
  | { readonly kind: 'julian'; readonly day: number; readonly time: number }
  | { readonly kind: 'zero-based'; readonly day: number; readonly time: number }

function fixed(type: LocalType): () => LocalType {
  return () => type
}

function readName(cursor: Cursor): string | undefined {
  const quoted = take(cursor, /<([A-Za-z0-9+-]{3,})>/y)
  return quoted === undefined ? take(cursor, /[A-Za-z]{3,}/y)?.[0] : quoted[1]
}

/** Seconds east of UTC; the text counts westwards. Undefined where no digits follow. */
function readOffset(cursor: Cursor): number | undefined {
  const match = take(cursor, /([+-]?)(\d{1,5})(?::(\d{1,5})(?::(\d{1,5}))?)?/y)
  if (match === undefined) return undefined
  const seconds = Math.min(Number(match[2]), 24) * 3600 + Math.min(Number(match[3] ?? 0), 59) * 60 + Math.min(Number(match[4] ?? 0), 59)
  return match[1] === '-' ? seconds : -seconds || 0
}

function readRule(cursor: Cursor, ifAbsent: Rule): Rule | undefined {
  take(cursor, /,/y)
  if (cursor.at === cursor.text.length) return ifAbsent
  const weekday = take(cursor, /M(\d{1,5})\.(\d{1,5})\.(\d{1,5})/y)
  const day = weekday === undefined ? take(cursor, /(J?)(\d{1,9})/y) : undefined
  const time = readTime(cursor)
  if (time === undefined) return undefined
  if (weekday !== undefined) {
    const [month, week, name] = [Number(weekday[1]), Number(weekday[2]), Number(weekday[3])]
    if (month < 1 || month > 12 || week < 1 || week > 5 || name > 6) return undefined
    return { kind: 'weekday', month, week, weekday: name, time }
  }
  if (day === undefined || Number(day[2]) > 365 || (day[1] === 'J' && Number(day[2]) === 0)) return undefined
  return { kind: day[1] === 'J' ? 'julian' : 'zero-based', day: Number(day[2]), time }
}

/** Two o'clock unless said otherwise. */
function readTime(cursor: Cursor): number | undefined {
  const next = cursor.text[cursor.at]
  if (next === undefined || next === ',') return TWO_OCLOCK
  const match = take(cursor, /\/([+-]?)(?:(\d{1,5})(?::(\d{1,5})(?::(\d{1,5}))?)?)?/y)
  if (match === undefined || match[0] === '/') return undefined
  const seconds = Number(match[2] ?? 2) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
  return match[1] === '-' ? -seconds : seconds
}

function changeIn(year: number, rule: Rule): number {
  const newYear = utcSeconds({ year, month: 1, day: 1, hour: 0, minute: 0, second: 0 })
  if (rule.kind === 'zero-based') return newYear + rule.day * DAY + rule.time
  if (rule.kind === 'julian') return newYear + (rule.day - 1 + (rule.day >= 60 && isLeap(year) ? 1 : 0)) * DAY + rule.time
  const first = utcSeconds({ year, month: rule.month, day: 1, hour: 0, minute: 0, second: 0 })
  const next = utcSeconds({ year, month: rule.month + 1, day: 1, hour: 0, minute: 0, second: 0 })
  let day = first + ((rule.weekday - utcParts(first).weekday + 7) % 7) * DAY
  for (let week = 1; week < rule.week && day + 7 * DAY < next; week++) day += 7 * DAY
  return day + rule.time
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.text)
  if (match === null) return undefined
  cursor.at += match[0].length
  return match
}

const DAY = 86400
const TWO_OCLOCK = 7200
const NO_RULE: Rule = { kind: 'zero-based', day: 0, time: 0 }
const SECOND_SUNDAY_OF_MARCH: Rule = { kind: 'weekday', month: 3, week: 2, weekday: 0, time: TWO_OCLOCK }
const FIRST_SUNDAY_OF_NOVEMBER: Rule = { kind: 'weekday', month: 11, week: 1, weekday: 0, time: TWO_OCLOCK }
