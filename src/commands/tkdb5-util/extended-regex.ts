/**
 * A POSIX extended regular expression (regex(7)) that must match a whole name. Gives the text of regerror(3) for what is none.
 * It becomes an expression of JavaScript's, whose grammar differs in brackets, in what may stand after a backslash and in braces.
 */
export function extendedRegex(text: string): ((name: string) => boolean) | string {
  const translation = new Translation(text).run()
  if (typeof translation === 'string') return translation
  const expression = new RegExp(`^(?:${translation.source})$`, 'su')
  return name => expression.test(name)
}

class Translation {
  readonly #chars: readonly string[]
  #at = 0
  #open = 0
  #groups = 0
  #source = ''
  /** Whether a repetition may come: something to repeat stands before. */
  #repeatable = false

  constructor(text: string) {
    this.#chars = Array.from(text)
  }

  run(): { readonly source: string } | string {
    while (this.#at < this.#chars.length) {
      const error = this.#step(this.#chars[this.#at++]!)
      if (error !== undefined) return error
    }
    return this.#open > 0 ? 'Unmatched ( or \\(' : { source: this.#source }
  }

  #step(char: string): string | undefined {
    if (char === '[') return this.#bracket()
    if (char === '\\') return this.#escape()
    if ('*+?'.includes(char)) return this.#repeat(char)
    if (char === '{') return this.#bounds()
    if (char === '(') {
      this.#open++
      this.#groups++
      return this.#put('(', false)
    }
    // A closing parenthesis that closes nothing is an ordinary character.
    if (char === ')' && this.#open > 0) {
      this.#open--
      return this.#put(')', true)
    }
    if (char === '|' || char === '^') return this.#put(char, false)
    if (char === '.' || char === '$') return this.#put(char, char === '.')
    return this.#put(literal(char), true)
  }

  #put(source: string, repeatable: boolean): undefined {
    this.#source += source
    this.#repeatable = repeatable
  }

  /** Repetitions of a repetition are allowed: `a**`. */
  #repeat(source: string): string | undefined {
    if (!this.#repeatable) return 'Invalid preceding regular expression'
    const atom = /[*+?}]$/.test(this.#source) && !/\\[*+?}]$/.test(this.#source)
    this.#source = atom ? `(?:${this.#source})${source}` : `${this.#source}${source}`
    return undefined
  }

  #bounds(): string | undefined {
    const rest = this.#chars.slice(this.#at).join('')
    const match = /^(\d*)(,?)(\d*)\}/.exec(rest)
    if (match === null) return rest.includes('}') ? 'Invalid content of \\{\\}' : 'Unmatched \\{'
    const [whole, low = '', comma, high = ''] = match
    if (low === '' && comma === '') return 'Invalid content of \\{\\}'
    if (high !== '' && Number(high) < Number(low)) return 'Invalid content of \\{\\}'
    if (Math.max(Number(low), Number(high)) > MAX_REPEAT) return 'Regular expression too big'
    this.#at += whole.length
    return this.#repeat(`{${Number(low)}${comma}${high === '' ? '' : Number(high)}}`)
  }

  #escape(): string | undefined {
    const char = this.#chars[this.#at++]
    if (char === undefined) return 'Trailing backslash'
    if (/[1-9]/.test(char)) return Number(char) > this.#groups ? 'Invalid back reference' : this.#put(`(?:\\${char})`, true)
    if (/[wWsSbB]/.test(char)) return this.#put(`\\${char}`, true)
    return this.#put(literal(char), true)
  }

  #bracket(): string | undefined {
    const negated = this.#chars[this.#at] === '^'
    if (negated) this.#at++
    let body = ''
    for (let first = true; ; first = false) {
      const item = this.#chars[this.#at]
      if (item === undefined) return UNMATCHED_BRACKET
      if (item === ']' && !first) break
      const member = this.#member()
      if (typeof member === 'string') return member
      const isRange = this.#chars[this.#at] === '-' && this.#chars[this.#at + 1] !== ']' && member.single !== undefined
      if (!isRange) {
        body += member.source
        continue
      }
      this.#at++
      if (this.#chars[this.#at] === undefined) return UNMATCHED_BRACKET
      const end = this.#member()
      if (typeof end === 'string') return end
      if (end.single === undefined || end.single.codePointAt(0)! < member.single!.codePointAt(0)!) return 'Invalid range end'
      body += `${member.source}-${end.source}`
    }
    this.#at++
    return this.#put(`[${negated ? '^' : ''}${body}]`, true)
  }

  /** One character or class of a bracket expression, where a backslash is an ordinary character. */
  #member(): { readonly source: string; readonly single?: string } | string {
    const char = this.#chars[this.#at++]!
    const kind = this.#chars[this.#at]
    if (char !== '[' || kind === undefined || !':.='.includes(kind)) return { source: classLiteral(char), single: char }
    const rest = this.#chars.slice(this.#at + 1).join('')
    const end = rest.indexOf(`${kind}]`)
    if (end === -1) return UNMATCHED_BRACKET
    const name = rest.slice(0, end)
    this.#at += 1 + Array.from(name).length + 2
    if (kind === ':') {
      const members = CLASSES.get(name)
      return members === undefined ? 'Invalid character class name' : { source: members }
    }
    return Array.from(name).length === 1 ? { source: classLiteral(name), single: name } : 'Invalid collation character'
  }
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}

function classLiteral(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char
}

const UNMATCHED_BRACKET = 'Unmatched [, [^, [:, [., or [='

/** regcomp's own limit is 32767; JavaScript takes it. */
const MAX_REPEAT = 0x7fff

/** Of the C locale. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', ' \\t-\\r'],
  ['blank', ' \\t'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['print', ' -~'],
  ['graph', '!-~'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['xdigit', '0-9A-Fa-f'],
])
