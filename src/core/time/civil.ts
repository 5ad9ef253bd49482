/** A point in time as a calendar and a clock show it. month 1..12, weekday 0 = Sunday. */
export interface CivilTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Seconds since 1970 of a UTC calendar time; every field may lie outside its range and carries over. */
export function utcSeconds(t: CivilTime): number {
  const months = t.year * 12 + (t.month - 1)
  const days = daysBeforeMonth(Math.floor(months / 12), (((months % 12) + 12) % 12) + 1) + t.day - 1
  return days * 86400 + t.hour * 3600 + t.minute * 60 + t.second
}

export function utcParts(seconds: number): CivilTime & { readonly weekday: number } {
  const days = Math.floor(seconds / 86400)
  const rest = seconds - days * 86400
  const { year, month, day } = civilOfDay(days)
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Days from 1970-01-01 to the first of the month (proleptic Gregorian). Counting years from March puts the leap day last. */
function daysBeforeMonth(year: number, month: number): number {
  const y = month <= 2 ? year - 1 : year
  const marchBased = (month + 9) % 12
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * marchBased + 2) / 5) - DAYS_TO_1970
}

function civilOfDay(days: number): { year: number; month: number; day: number } {
  const z = days + DAYS_TO_1970
  const era = Math.floor(z / DAYS_PER_400_YEARS)
  const inEra = z - era * DAYS_PER_400_YEARS
  const yearInEra = Math.floor((inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36524) - Math.floor(inEra / 146096)) / 365)
  const inYear = inEra - (365 * yearInEra + Math.floor(yearInEra / 4) - Math.floor(yearInEra / 100))
  const marchBased = Math.floor((5 * inYear + 2) / 153)
  const month = marchBased < 10 ? marchBased + 3 : marchBased - 9
  return {
    year: yearInEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: inYear - Math.floor((153 * marchBased + 2) / 5) + 1,
  }
}

/** From 1 March of year 0 to 1 January 1970. */
const DAYS_TO_1970 = 719468
const DAYS_PER_400_YEARS = 146097
