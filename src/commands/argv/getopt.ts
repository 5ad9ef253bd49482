import type { Flag, FlagSet } from './flag.ts'

/** What was found on a command line, before types and meaning. */
export interface Scan {
  /** In the order given. A switch has no value. */
  readonly settings: readonly { readonly flag: string; readonly value?: string }[]
  readonly operands: readonly string[]
  /** getopt's and the flags' own complaints, in the order of the mistakes. */
  readonly complaints: readonly string[]
  /** The flag that ends the program by itself (`-4`, kvno's `-h`), when it comes before any other end. */
  readonly stop?: Flag['stop']
}

export interface GetoptOptions {
  /** Name in front of complaints. */
  readonly program: string
  /** The first operand ends the options (getopt's `+`, kadmin's way); otherwise options may stand anywhere. */
  readonly stopAtOperand?: boolean
  /** Words with one dash are operands like any other (tktutil, whose requests have options of their own). */
  readonly longOnly?: boolean
}

/**
 * GNU getopt_long's grammar and words: clusters (`-ef`), glued values (`-l5m`, `--cache=F`), `--`, options after operands,
 * unique abbreviations of long options, values that begin with a dash.
 */
export function getopt(argv: readonly string[], flags: FlagSet, options: GetoptOptions): Scan {
  const scan = new Scanner(flags, options.program)
  for (let i = 0; i < argv.length && scan.stop === undefined; i++) {
    const word = argv[i]!
    if (word === '--') {
      scan.operands.push(...argv.slice(i + 1))
      break
    }
    if (word.startsWith('--')) {
      if (scan.long(word.slice(2), argv[i + 1])) i++
    } else if (word.length > 1 && word.startsWith('-') && options.longOnly !== true) {
      if (scan.cluster(word, argv[i + 1])) i++
    } else if (options.stopAtOperand === true) {
      scan.operands.push(...argv.slice(i))
      break
    } else {
      scan.operands.push(word)
    }
  }
  return scan
}

class Scanner implements Scan {
  settings: { flag: string; value?: string }[] = []
  readonly operands: string[] = []
  readonly complaints: string[] = []
  stop?: Flag['stop']
  readonly #flags: FlagSet
  readonly #program: string

  constructor(flags: FlagSet, program: string) {
    this.#flags = flags
    this.#program = program
  }

  /** One `--word`; true when `next` was taken as its value. */
  long(word: string, next: string | undefined): boolean {
    const equals = word.indexOf('=')
    const given = equals < 0 ? word : word.slice(0, equals)
    const glued = equals < 0 ? undefined : word.slice(equals + 1)
    const names = this.#longNames(given)
    if (names.length > 1) {
      const possible = names.map(name => ` '--${name}'`).join('')
      this.#complain(`option '--${given}' is ambiguous; possibilities:${possible}`)
      return false
    }
    const name = names[0]
    if (name === undefined) {
      this.#complain(`unrecognized option '--${given}'`)
      return false
    }
    if (this.#flags[name]!.value === undefined) {
      if (glued === undefined) this.#set(name)
      else this.#complain(`option '--${name}' doesn't allow an argument`)
      return false
    }
    const value = glued ?? next
    if (value === undefined) this.#complain(`option '--${name}' requires an argument`)
    else this.#set(name, value)
    return glued === undefined && value !== undefined
  }

  /** One `-xyz`; true when `next` was taken as the value of its last letter. */
  cluster(word: string, next: string | undefined): boolean {
    for (let at = 1; at < word.length && this.stop === undefined; at++) {
      const letter = word[at]!
      const name = Object.keys(this.#flags).find(key => this.#flags[key]!.letter === letter)
      if (name === undefined) {
        this.#complain(`invalid option -- '${letter}'`)
        continue
      }
      if (this.#flags[name]!.value === undefined) {
        this.#set(name)
        continue
      }
      const glued = word.slice(at + 1)
      const value = glued === '' ? next : glued
      if (value === undefined) this.#complain(`option requires an argument -- '${letter}'`)
      else this.#set(name, value)
      return glued === '' && value !== undefined
    }
    return false
  }

  #longNames(given: string): string[] {
    const names = Object.keys(this.#flags).filter(name => this.#flags[name]!.letterOnly !== true)
    if (names.includes(given)) return [given]
    const possible = names.filter(name => name.startsWith(given))
    const others = possible.filter(name => this.#flags[name]!.own !== true)
    return others.length > 0 ? others : possible
  }

  #complain(text: string): void {
    this.complaints.push(`${this.#program}: ${text}`)
  }

  #set(name: string, value?: string): void {
    const flag = this.#flags[name]!
    if (flag.stop !== undefined) {
      this.stop = flag.stop
      return
    }
    const complaint = this.#objection(name, flag, value)
    if (complaint !== undefined) {
      this.complaints.push(complaint)
      return
    }
    if (flag.cancels !== undefined) this.settings = this.settings.filter(setting => !flag.cancels!.includes(setting.flag))
    this.settings.push(value === undefined ? { flag: name } : { flag: name, value })
  }

  #objection(name: string, { once, clash, check }: Flag, value: string | undefined): string | undefined {
    const given = (other: string) => this.settings.some(({ flag }) => flag === other)
    if (once !== undefined && given(name)) return once
    if (clash !== undefined && given(clash.with)) return clash.complaint
    return value === undefined ? undefined : check?.(value)
  }
}
