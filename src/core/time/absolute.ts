import type { CivilTime } from './civil.ts'
import type { Zone } from './zone.ts'

/**
 * A point in time in one of MIT's fixed forms (docs/formats/names-and-times.md): `20300102030405`, `30.01.02.03.04.05`, `03:04`, `02-Jan-2030:03:04:05` and
 * so on, in local time; what a form leaves out is now's. Digits are read greedily, as the C library does, and the result is the low
 * 32 bits, as MIT stores it. Undefined for anything else.
 */
export function parseAbsolute(text: string, now: number, zone: Zone): number | undefined {
  for (const form of FORMS) {
    const parts = readForm(text, form, zone.parts(now))
    if (parts === undefined || parts.year <= 1900) continue
    const seconds = zone.seconds(parts)
    if (seconds !== -1) return ((seconds % 2 ** 32) + 2 ** 32) % 2 ** 32
  }
  return undefined
}

type Field = keyof CivilTime

interface FieldRule {
  readonly field: Field
  readonly low: number
  readonly high: number
  readonly digits: number
}

function readForm(text: string, form: string, now: CivilTime): CivilTime | undefined {
  const parts: Record<Field, number> = {
    year: now.year,
    month: now.month,
    day: now.day,
    hour: now.hour,
    minute: now.minute,
    second: now.second,
  }
  let at = 0
  for (const item of form) {
    if (item === 'b') {
      const month = MONTHS.findIndex(name => text.slice(at, at + 3).toLowerCase() === name.slice(0, 3))
      if (month < 0) return undefined
      const whole = MONTHS[month]!
      at += text.slice(at, at + whole.length).toLowerCase() === whole ? whole.length : 3
      parts.month = month + 1
      continue
    }
    const rule = FIELDS.get(item)
    if (rule === undefined) {
      if (text[at] !== item) return undefined
      at++
      continue
    }
    const number = readNumber(text, at, rule)
    if (number === undefined) return undefined
    at = number.end
    parts[rule.field] = item === 'y' ? number.value + (number.value >= 69 ? 1900 : 2000) : number.value
  }
  return /^[ \t\n\v\f\r]*$/.test(text.slice(at)) ? parts : undefined
}

/** strptime's way: blanks, then digits for as long as another one could still fit below `high`. */
function readNumber(text: string, from: number, rule: FieldRule): { value: number; end: number } | undefined {
  let at = from
  while (text[at] === ' ') at++
  let value = 0
  let left = rule.digits
  do {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) {
      if (left === rule.digits) return undefined
      break
    }
    value = value * 10 + digit
    at++
    left--
  } while (left > 0 && value * 10 <= rule.high)
  return value < rule.low || value > rule.high ? undefined : { value, end: at }
}

const FIELDS: ReadonlyMap<string, FieldRule> = new Map([
  ['Y', { field: 'year', low: 0, high: 9999, digits: 4 }],
  ['y', { field: 'year', low: 0, high: 99, digits: 2 }],
  ['m', { field: 'month', low: 1, high: 12, digits: 2 }],
  ['d', { field: 'day', low: 1, high: 31, digits: 2 }],
  ['H', { field: 'hour', low: 0, high: 23, digits: 2 }],
  ['M', { field: 'minute', low: 0, high: 59, digits: 2 }],
  ['S', { field: 'second', low: 0, high: 61, digits: 2 }],
])

/** In the order they are tried. */
const FORMS = [
  'YmdHMS',
  'Y.m.d.H.M.S',
  'ymdHMS',
  'y.m.d.H.M.S',
  'ymdHM',
  'HMS',
  'HM',
  'H:M:S',
  'H:M',
  'm/d/y:H:M:S',
  'd-b-Y:H:M:S',
  'd-b-Y:H:M',
]

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']
