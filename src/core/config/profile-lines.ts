import { type ErrorCode, KrbError } from '../errors/krb-error.ts'
import type { Place } from './profile-reader.ts'

/** One line of a file, octets as characters. */
export interface Line {
  readonly text: string
  readonly number: number
  /** Columns before `text`: a line longer than MIT's buffer is read in pieces, each like a line of its own. */
  readonly skipped: number
}

export type Statement =
  | { readonly kind: 'section'; readonly name: string; readonly final: boolean }
  | { readonly kind: 'subsection'; readonly name: string; readonly final: boolean }
  | { readonly kind: 'end'; readonly final: boolean }
  | { readonly kind: 'relation'; readonly name: string; readonly value: string; readonly place: Place }

export type Include = { readonly kind: 'include' | 'includedir'; readonly path: string; readonly place: Place }

export function* splitLines(text: string): Generator<Line> {
  for (let at = 0, number = 1; at < text.length; number++) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    let start = at
    do {
      const stop = Math.min(end, start + MAX_LINE)
      yield { text: beforeNul(text.slice(start, stop)), number, skipped: start - at }
      start = stop
    } while (start < end)
    at = end + 1
  }
}

/** Turns the lines of one file into statements; knows how deep it is and whether a brace must come. */
export class StatementReader {
  readonly #path: string
  /** Nothing counts before the first `[`, except includes. */
  #started = false
  #wantsBrace = false
  #depth = 0

  constructor(path: string) {
    this.#path = path
  }

  read(line: Line): Statement | Include | undefined {
    const { text } = line
    if (text.startsWith('include') && isBlank(text.charCodeAt(7))) return this.#include('include', line)
    if (text.startsWith('includedir') && isBlank(text.charCodeAt(10))) return this.#include('includedir', line)
    if (!this.#started) {
      if (text.startsWith('module') && isBlank(text.charCodeAt(6)))
        throw this.#error('PROF_MODULE', line, 0, 'modules that supply a profile are not loaded')
      if (!text.startsWith('[')) return undefined
      this.#started = true
    }
    const start = skipBlanks(text, 0)
    if (this.#wantsBrace) {
      if (text[start] !== '{')
        throw this.#error('PROF_MISSING_OBRACE', line, start, 'a relation without a value must be followed by a line with {')
      this.#wantsBrace = false
      return undefined
    }
    switch (text[start]) {
      case undefined:
      case '#':
      case ';':
        return undefined
      case '[':
        return this.#section(line, start)
      case '}':
        return this.#end(line, start)
      default:
        return this.#relation(line, start)
    }
  }

  #include(kind: 'include' | 'includedir', line: Line): Include {
    const start = skipBlanks(line.text, kind.length)
    return { kind, path: withoutReturns(line.text.slice(start)), place: this.#place(line, 0) }
  }

  #section(line: Line, start: number): Statement {
    const { text } = line
    if (this.#depth > 1) throw this.#error('PROF_SECTION_NOTOP', line, start, 'a } is missing before this section')
    const close = text.indexOf(']', start)
    if (close < 0) throw this.#error('PROF_SECTION_SYNTAX', line, start, 'the ] is missing')
    const final = text[close + 1] === '*'
    const rest = skipBlanks(text, close + (final ? 2 : 1))
    if (rest < text.length) throw this.#error('PROF_SECTION_SYNTAX', line, rest, 'nothing may follow a section header, not even a comment')
    this.#depth = 1
    return { kind: 'section', name: text.slice(start + 1, close), final }
  }

  #end(line: Line, start: number): Statement {
    if (this.#depth < 2)
      throw this.#error('PROF_EXTRA_CBRACE', line, start, 'no subsection is open here; a { with text after it opens none')
    this.#depth--
    return { kind: 'end', final: line.text[start + 1] === '*' }
  }

  #relation(line: Line, start: number): Statement {
    const { text } = line
    const equals = text.indexOf('=', start)
    if (equals < 0) throw this.#error('PROF_RELATION_SYNTAX', line, start, tooLong(line) ?? 'a relation has the form name = value')
    if (equals === start) throw this.#error('PROF_RELATION_SYNTAX', line, start, 'the name before = is missing')
    let tagEnd = start
    while (tagEnd < equals && !isBlank(text.charCodeAt(tagEnd))) tagEnd++
    const more = skipBlanks(text, tagEnd)
    if (more < equals) throw this.#error('PROF_RELATION_SYNTAX', line, more, 'a name may not contain blanks')
    const tag = text.slice(start, tagEnd)
    const star = tag.indexOf('*')
    const name = star < 0 ? tag : tag.slice(0, star)
    const from = skipBlanks(text, equals + 1)
    if (text[from] === '"') return { kind: 'relation', name, value: unquote(text, from + 1), place: this.#place(line, start) }
    const end = trimmedEnd(text, from)
    if (end === from) this.#wantsBrace = true
    else if (text[from] !== '{' || end > from + 1)
      return { kind: 'relation', name, value: text.slice(from, end), place: this.#place(line, start) }
    this.#depth++
    return { kind: 'subsection', name, final: star >= 0 }
  }

  #place(line: Line, at: number): Place {
    return { file: this.#path, line: line.number, column: line.skipped + at + 1 }
  }

  #error(code: ErrorCode, line: Line, at: number, rule: string): KrbError {
    const { file, line: number, column } = this.#place(line, at)
    return new KrbError(
      code,
      { path: file, line: number, column },
      { hints: [`${file}:${number}:${column}: ${rule}: ${excerpt(line.text)}`] },
    )
  }
}

/** For people: the line without the blanks around it, and not all of a long one. */
function excerpt(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > 80 ? `${trimmed.slice(0, 80)}...` : trimmed
}

function tooLong(line: Line): string | undefined {
  return line.skipped === 0 ? undefined : `the line is longer than ${MAX_LINE} octets, and what follows is read as a line of its own`
}

/** The text of a quoted value; a missing closing quote is no error, and what follows one is ignored. */
function unquote(text: string, start: number): string {
  const close = text.indexOf('"', start)
  const backslash = text.indexOf('\\', start)
  if (backslash < 0 || (close >= 0 && close < backslash)) return close < 0 ? withoutReturns(text.slice(start)) : text.slice(start, close)
  let value = ''
  const line = withoutReturns(text)
  for (let i = start; i < line.length && line[i] !== '"'; i++) {
    const char = line[i]!
    if (char === '\\' && i + 1 < line.length) value += QUOTED.get(line[++i]!) ?? line[i]
    else value += char
  }
  return value
}

function beforeNul(text: string): string {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}

function withoutReturns(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0x0d) end--
  return text.slice(0, end)
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  return at
}

function trimmedEnd(text: string, from: number): number {
  let end = text.length
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--
  return end
}

/** Blank and the control characters TAB, LF, VT, FF, CR. */
function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

/** What fgets takes of a line into a buffer of 2048 octets. */
const MAX_LINE = 2047

const QUOTED = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['b', '\b'],
])
