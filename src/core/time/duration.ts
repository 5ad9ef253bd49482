/**
 * Seconds in MIT's duration grammar (docs/formats/names-and-times.md): `N`; `[Nd] [Nh] [Nm] [Ns]`; `H:M`; `H:M:S`; `D-H:M:S`. Parts may be negative.
 * The first character outside the alphabet ends the text. Undefined for what MIT refuses, overflow of 31 bits included.
 */
export function parseDuration(text: string): number | undefined {
  const tokens = tokenize(text)
  if (tokens === undefined) return undefined
  const reader = { tokens, at: 0 }
  skipBlanks(reader)
  const first = readNumber(reader)
  if (first === undefined) return undefined
  const next = reader.tokens[reader.at++]
  if (next === undefined) return first
  if (next === 'd') return addUnits(first, DAY, reader, ['h', 'm', 's'])
  if (next === 'h') return addUnits(first, HOUR, reader, ['m', 's'])
  if (next === 'm') return addUnits(first, MINUTE, reader, ['s'])
  if (next === 's') return reader.at === tokens.length ? first : undefined
  return next === '-' || next === ':' ? clockForm(first, next, reader) : undefined
}

type Token = '-' | ':' | 'd' | 'h' | 'm' | 's' | ' ' | { readonly value: number; readonly digits: number }

interface Reader {
  readonly tokens: readonly Token[]
  at: number
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = []
  for (let i = 0; i < text.length; ) {
    const char = text[i]!
    if (char >= '0' && char <= '9') {
      const start = i
      while (i < text.length && text[i]! >= '0' && text[i]! <= '9') i++
      const value = Number(text.slice(start, i))
      if (value > MAX) return undefined
      tokens.push({ value, digits: i - start })
    } else if (char === ' ' || char === '\t' || char === '\n') {
      while (i < text.length && BLANKS.includes(text[i]!)) i++
      tokens.push(' ')
    } else if (char === '-' || char === ':' || char === 'd' || char === 'h' || char === 'm' || char === 's') {
      tokens.push(char)
      i++
    } else break
  }
  return tokens
}

function skipBlanks(reader: Reader): void {
  if (reader.tokens[reader.at] === ' ') reader.at++
}

function readNumber(reader: Reader): number | undefined {
  const negative = reader.tokens[reader.at] === '-'
  if (negative) reader.at++
  const token = reader.tokens[reader.at++]
  if (typeof token !== 'object') return undefined
  return negative ? -token.value || 0 : token.value
}

/** `first` units, then the smaller units in their order, each at most once. */
function addUnits(first: number, scale: number, reader: Reader, units: readonly ('h' | 'm' | 's')[]): number | undefined {
  if (Math.abs(first) > Math.floor(MAX / scale)) return undefined
  skipBlanks(reader)
  if (reader.at === reader.tokens.length) return first * scale
  const value = readNumber(reader)
  const unit = reader.tokens[reader.at++]
  const position = units.indexOf(unit as 'h')
  if (value === undefined || position < 0) return undefined
  if (unit === 's') return reader.at === reader.tokens.length ? sum(first * scale, value) : undefined
  const rest = addUnits(value, unit === 'h' ? HOUR : MINUTE, reader, units.slice(position + 1))
  return rest === undefined ? undefined : sum(first * scale, rest)
}

/** `H:M`, `H:M:S` after H, or `D-H:M:S` after D; fields have at most two digits. */
function clockForm(first: number, separator: '-' | ':', reader: Reader): number | undefined {
  const fields: number[] = []
  for (let next: Token | undefined = separator; next !== undefined; next = reader.tokens[reader.at++]) {
    const token = reader.tokens[reader.at++]
    if (next !== (fields.length === 0 ? separator : ':') || typeof token !== 'object' || token.digits > 2) return undefined
    fields.push(token.value)
  }
  if (separator === '-') return fields.length === 3 ? total(first, fields[0]!, fields[1]!, fields[2]!) : undefined
  return fields.length <= 2 ? total(0, first, fields[0]!, fields[1] ?? 0) : undefined
}

function total(days: number, hours: number, minutes: number, seconds: number): number | undefined {
  if (Math.abs(days) > Math.floor(MAX / DAY) || Math.abs(hours) > Math.floor(MAX / HOUR)) return undefined
  return sum(days * DAY, hours * HOUR, minutes * MINUTE, seconds)
}

function sum(...terms: readonly number[]): number | undefined {
  let result = 0
  for (const term of terms) {
    result += term
    if (result > MAX || result < -MAX - 1) return undefined
  }
  return result
}

const MAX = 2 ** 31 - 1
const DAY = 86400
const HOUR = 3600
const MINUTE = 60
const BLANKS = ' \t\n\v\f\r'
