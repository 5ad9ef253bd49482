/** A word, number or sign of a date (see date-words.ts). */
export interface DateToken {
  readonly kind:
    | 'number'
    /** A number with `+` or `-` before it. */
    | 'signed'
    | 'month'
    | 'weekday'
    /** A unit worth so many months, or seconds. */
    | 'months'
    | 'seconds'
    /** Minutes west of Greenwich in winter; a summer zone is an hour further east. */
    | 'zone'
    | 'summer zone'
    | 'dst'
    /** 0 am, 12 pm. */
    | 'meridian'
    | 'ago'
    | 'never'
    | ':'
    | '/'
    | ','
    | 'unknown'
  readonly value: number
}

/** Comments in parentheses are passed over; one that never closes ends the text. A sign before anything but a digit is dropped. */
export function tokenizeDate(text: string): readonly DateToken[] {
  const tokens: DateToken[] = []
  for (let at = 0; at < text.length; ) {
    const char = text[at]!
    const number = match(/([+-]?)(\d+)/y, text, at)
    const word = number === undefined ? match(/[A-Za-z][A-Za-z.]*/y, text, at) : undefined
    if (number !== undefined) {
      const value = Number(number[2])
      tokens.push(number[1] === '' ? { kind: 'number', value } : { kind: 'signed', value: number[1] === '-' ? -value : value })
      at += number[0].length
    } else if (word !== undefined) {
      tokens.push(meaning(word[0].slice(0, LONGEST_WORD).toLowerCase()))
      at += word[0].length
    } else if (char === '(') {
      const end = closing(text, at)
      if (end === undefined) break
      at = end
    } else {
      if (char === ':' || char === '/' || char === ',') tokens.push({ kind: char, value: 0 })
      else if (!/[ \t\n\v\f\r+-]/.test(char)) tokens.push({ kind: 'unknown', value: 0 })
      at++
    }
  }
  return tokens
}

function closing(text: string, from: number): number | undefined {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return undefined
}

function meaning(word: string): DateToken {
  if (word === 'am' || word === 'a.m.') return { kind: 'meridian', value: 0 }
  if (word === 'pm' || word === 'p.m.') return { kind: 'meridian', value: 12 }
  const short = /^(...)\.?$/.exec(word)?.[1]
  const calendar = short === undefined ? CALENDAR.get(word) : CALENDAR_SHORT.get(short)
  const plain = short === undefined ? word : short.length === word.length ? word : short
  return (
    calendar ??
    ZONES.get(plain) ??
    WORDS.get(plain) ??
    (plain.endsWith('s') ? UNITS.get(plain.slice(0, -1)) : undefined) ??
    (plain.includes('.') ? ZONES.get(plain.replaceAll('.', '')) : undefined) ?? { kind: 'unknown', value: 0 }
  )
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function table(kind: DateToken['kind'], words: Readonly<Record<string, number>>): [string, DateToken][] {
  return Object.entries(words).map(([word, value]) => [word, { kind, value }])
}

const LONGEST_WORD = 19

const CALENDAR: ReadonlyMap<string, DateToken> = new Map([
  ...table('month', { january: 1, february: 2, march: 3, april: 4, may: 5, june: 6, july: 7, august: 8, september: 9, sept: 9 }),
  ...table('month', { october: 10, november: 11, december: 12 }),
  ...table('weekday', { sunday: 0, monday: 1, tuesday: 2, tues: 2, wednesday: 3, wednes: 3 }),
  ...table('weekday', { thursday: 4, thur: 4, thurs: 4, friday: 5, saturday: 6 }),
])

/** Months and days by their first three letters, with or without a full stop. */
const CALENDAR_SHORT: ReadonlyMap<string, DateToken> = new Map([...CALENDAR].map(([word, token]) => [word.slice(0, 3), token]))

const DAY = 86400

const UNITS: ReadonlyMap<string, DateToken> = new Map([
  ...table('months', { year: 12, month: 1 }),
  ...table('seconds', { fortnight: 14 * DAY, week: 7 * DAY, day: DAY, hour: 3600, minute: 60, min: 60, second: 1, sec: 1 }),
])

const WORDS: ReadonlyMap<string, DateToken> = new Map([
  ...table('dst', { dst: 0 }),
  ...UNITS,
  ...table('seconds', { tomorrow: DAY, yesterday: -DAY, today: 0, now: 0, this: 0 }),
  ...table('number', { last: -1, next: 2, first: 1, third: 3, fourth: 4, fifth: 5, sixth: 6, seventh: 7, eighth: 8, ninth: 9 }),
  ...table('number', { tenth: 10, eleventh: 11, twelfth: 12 }),
  ...table('ago', { ago: 0 }),
  ...table('never', { never: 0 }),
])

const ZONES: ReadonlyMap<string, DateToken> = new Map([
  ...table('zone', { gmt: 0, ut: 0, utc: 0, wet: 0, wat: 60, at: 120, ast: 240, est: 300, cst: 360, mst: 420, pst: 480, yst: 540 }),
  ...table('zone', { hst: 600, cat: 600, ahst: 600, nt: 660, idlw: 720, cet: -60, met: -60, mewt: -60, swt: -60, fwt: -60 }),
  ...table('zone', { eet: -120, bt: -180, zp4: -240, zp5: -300, zp6: -360, wast: -420, cct: -480, jst: -540, kst: -540 }),
  ...table('zone', { east: -600, gst: -600, kdt: -600, nzt: -720, nzst: -720, idle: -720 }),
  ...table('summer zone', { bst: 0, adt: 240, edt: 300, cdt: 360, mdt: 420, pdt: 480, ydt: 540, hdt: 600 }),
  ...table('summer zone', { mest: -60, sst: -60, fst: -60, wadt: -420, eadt: -600, nzdt: -720 }),
])
