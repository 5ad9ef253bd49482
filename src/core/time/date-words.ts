import { daysInMonth, utcSeconds } from './civil.ts'
import { type DateToken, tokenizeDate } from './date-tokens.ts'
import type { Zone } from './zone.ts'

/**
 * kadmin's dates (docs/formats/names-and-times.md): `tomorrow 3pm`, `Feb 3, 2031`, `2 weeks ago`, `2031-02-03 04:05 EST`, in local time unless a zone is named.
 * Seconds since 1970; 0 for `never`; undefined for what MIT refuses and for what lies outside 1970 to 2106.
 *
 * Where MIT's getdate errs, this does not: summer time at `now` moves no other date, and 2100 is not a leap year.
 */
export function parseDateWords(text: string, now: number, zone: Zone): number | undefined {
  const found = readItems(tokenizeDate(text))
  if (found === undefined) return undefined
  const seconds = resolve(found, now, zone)
  return seconds !== undefined && seconds >= 0 && seconds < 2 ** 32 ? seconds : undefined
}

interface Found {
  never?: true
  date?: { readonly year?: number; readonly month: number; readonly day: number }
  time?: { readonly hour: number; readonly minute: number; readonly second: number; readonly meridian?: 'am' | 'pm' }
  /** Minutes west of Greenwich, summer time included. */
  west?: number
  weekday?: { readonly ordinal: number; readonly day: number }
  /** True when any relative word was there, be it worth 0. */
  relative: boolean
  seconds: number
  months: number
}

/** Items of the text in any order; of each kind but the relative one only one may be there. */
function readItems(tokens: readonly DateToken[]): Found | undefined {
  const found: Found = { relative: false, seconds: 0, months: 0 }
  const reader = new TokenReader(tokens)
  let zones = 0
  if (reader.take('never') !== undefined) {
    found.never = true
    found.date = { year: 1970, month: 1, day: 1 }
  }
  while (!reader.atEnd) {
    const item = reader.item()
    if (item === undefined) return undefined
    if (item.kind === 'relative') addRelative(found, item)
    else if (item.kind === 'zone') {
      if (++zones > 1) return undefined
      found.west = item.west
    } else if (item.kind === 'time') {
      if (found.time !== undefined) return undefined
      found.time = item
      if (item.west !== undefined) found.west = item.west
    } else if (item.kind === 'date') {
      if (found.date !== undefined) return undefined
      found.date = item
    } else {
      if (found.weekday !== undefined) return undefined
      found.weekday = item
    }
  }
  return found
}

/** `ago` turns round everything relative so far. */
function addRelative(found: Found, item: { readonly seconds: number; readonly months: number; readonly ago: boolean }): void {
  found.relative = true
  found.seconds += item.seconds
  found.months += item.months
  if (!item.ago) return
  found.seconds = -found.seconds
  found.months = -found.months
}

function resolve(found: Found, now: number, zone: Zone): number | undefined {
  const start = found.date || found.time || found.weekday ? absolute(found, now, zone) : found.relative ? now : midnight(now, zone)
  if (start === undefined) return undefined
  const moved = addMonths(start + found.seconds, found.months, zone)
  if (moved === undefined || found.weekday === undefined || found.date !== undefined) return moved
  return toWeekday(moved, found.weekday, zone)
}

function absolute(found: Found, now: number, zone: Zone): number | undefined {
  const today = zone.parts(now)
  const { month, day } = found.date ?? today
  const year = fullYear(found.date?.year ?? today.year)
  const hour = hourOf(found.time)
  if (hour === undefined || year < 1970 || year > 2106 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    return undefined
  const parts = { year, month, day, hour, minute: found.time?.minute ?? 0, second: found.time?.second ?? 0 }
  if (found.never) return utcSeconds(parts)
  return found.west === undefined ? zone.seconds(parts) : utcSeconds(parts) + found.west * 60
}

/** 31 is 1931, as everything before 1900. */
function fullYear(year: number): number {
  const positive = Math.abs(year)
  return positive < 1900 ? positive + 1900 : positive
}

/** As in getdate, 12am is noon and 12pm the midnight after. */
function hourOf(time: Found['time']): number | undefined {
  if (time === undefined) return 0
  const { hour, minute, second, meridian } = time
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return undefined
  if (meridian === undefined) return hour >= 0 && hour <= 23 ? hour : undefined
  if (hour < 1 || hour > 12) return undefined
  return meridian === 'am' ? hour : hour + 12
}

function midnight(now: number, zone: Zone): number {
  return zone.seconds({ ...zone.parts(now), hour: 0, minute: 0, second: 0 })
}

/** The same clock time so many months later; a month without that day is refused. */
function addMonths(from: number, months: number, zone: Zone): number | undefined {
  if (months === 0) return from
  const parts = zone.parts(from)
  const count = parts.year * 12 + parts.month - 1 + months
  const [year, month] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1]
  if (year < 1970 || year > 2106 || parts.day > daysInMonth(year, month)) return undefined
  return zone.seconds({ ...parts, year, month })
}

/** The coming day of that name, today counted; each ordinal above 1 a week later, each below it a week earlier. */
function toWeekday(from: number, { ordinal, day }: { readonly ordinal: number; readonly day: number }, zone: Zone): number {
  const parts = zone.parts(from)
  const weeks = ordinal <= 0 ? ordinal : ordinal - 1
  return zone.seconds({ ...parts, day: parts.day + ((day - parts.weekday + 7) % 7) + 7 * weeks })
}

type Item =
  | ({ readonly kind: 'time'; readonly west?: number } & NonNullable<Found['time']>)
  | { readonly kind: 'zone'; readonly west: number }
  | ({ readonly kind: 'date' } & NonNullable<Found['date']>)
  | ({ readonly kind: 'weekday' } & NonNullable<Found['weekday']>)
  | { readonly kind: 'relative'; readonly seconds: number; readonly months: number; readonly ago: boolean }

/** Takes one item after the other, always the longest that the next tokens allow; one that breaks off is refused. */
class TokenReader {
  readonly #tokens: readonly DateToken[]
  #at = 0

  constructor(tokens: readonly DateToken[]) {
    this.#tokens = tokens
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** The value of the next token when it is of that kind. */
  take(kind: DateToken['kind']): number | undefined {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind) return undefined
    this.#at++
    return token.value
  }

  item(): Item | undefined {
    const number = this.take('number')
    if (number !== undefined) return this.#afterNumber(number)
    const signed = this.take('signed')
    if (signed !== undefined) return this.#relative(signed)
    const month = this.take('month')
    if (month !== undefined) return this.#afterMonth(month)
    const weekday = this.take('weekday')
    if (weekday !== undefined) {
      this.take(',')
      return { kind: 'weekday', ordinal: 1, day: weekday }
    }
    return this.#zone() ?? this.#relative(1)
  }

  #zone(): Item | undefined {
    const summer = this.take('summer zone')
    if (summer !== undefined) return { kind: 'zone', west: summer - 60 }
    const zone = this.take('zone')
    if (zone === undefined) return undefined
    return { kind: 'zone', west: this.take('dst') === undefined ? zone : zone - 60 }
  }

  #afterNumber(number: number): Item | undefined {
    const meridian = this.#meridian()
    if (meridian !== undefined) return { kind: 'time', hour: number, minute: 0, second: 0, meridian }
    if (this.take(':') !== undefined) return this.#clock(number)
    if (this.take('/') !== undefined) return this.#slashDate(number)
    const second = this.take('signed')
    if (second !== undefined) {
      const third = this.take('signed')
      return third === undefined ? undefined : { kind: 'date', year: number, month: -second, day: -third }
    }
    const month = this.take('month')
    if (month !== undefined) {
      const year = this.take('signed') ?? this.take('number')
      return { kind: 'date', month, day: number, ...(year === undefined ? {} : { year }) }
    }
    const weekday = this.take('weekday')
    return weekday === undefined ? this.#relative(number) : { kind: 'weekday', ordinal: number, day: weekday }
  }

  #clock(hour: number): Item | undefined {
    const minute = this.take('number')
    if (minute === undefined) return undefined
    let second = 0
    if (this.take(':') !== undefined) {
      const value = this.take('number')
      if (value === undefined) return undefined
      second = value
    }
    const offset = this.take('signed')
    if (offset !== undefined) return { kind: 'time', hour, minute, second, west: -((offset % 100) + Math.trunc(offset / 100) * 60) }
    const meridian = this.#meridian()
    return { kind: 'time', hour, minute, second, ...(meridian === undefined ? {} : { meridian }) }
  }

  #slashDate(month: number): Item | undefined {
    const day = this.take('number')
    if (day === undefined || this.take('/') === undefined) return day === undefined ? undefined : { kind: 'date', month, day }
    const year = this.take('number')
    return year === undefined ? undefined : { kind: 'date', month, day, year }
  }

  #afterMonth(month: number): Item | undefined {
    const day = this.take('number')
    if (day === undefined || this.take(',') === undefined) return day === undefined ? undefined : { kind: 'date', month, day }
    const year = this.take('number')
    return year === undefined ? undefined : { kind: 'date', month, day, year }
  }

  #relative(count: number): Item | undefined {
    const months = this.take('months')
    const seconds = months === undefined ? this.take('seconds') : 0
    if (seconds === undefined) return undefined
    return { kind: 'relative', months: count * (months ?? 0), seconds: count * seconds, ago: this.take('ago') !== undefined }
  }

  #meridian(): 'am' | 'pm' | undefined {
    const hours = this.take('meridian')
    return hours === undefined ? undefined : hours === 0 ? 'am' : 'pm'
  }
}
