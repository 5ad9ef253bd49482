/**
 * How a program is made (docs/plugins/commands.md tells it at length):
 *
 *   src/commands/<program>/command.ts    export const program = defineProgram({ name, flags, usage, run, ... })
 *                          flags.ts      the flag table and the pure step from parsed flags to the program's own options
 *                          run.ts        (options, env) => Promise<Result>, plain data
 *                          render.ts     Result => text, Result => JSON
 *
 * `npm run build` bundles it as dist/<program>.cjs and bin/<program> starts it. This file is the only one that meets oclif: our
 * getopt reads the words (oclif's parser mishandles MIT's spellings), oclif checks typed values and renders help, loaded when needed.
 */
import { writeSync } from 'node:fs'
import { encodeText } from '../core/bytes/text.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { displayText } from '../core/principal/display.ts'
import { nodeEnv } from '../platform/node-env.ts'
import type { Flag, FlagSet, OptionsOf } from './argv/flag.ts'
import { getopt, type Scan } from './argv/getopt.ts'
import { wholeWords } from './argv/words.ts'
import { errorJson, resultJson, UsageError } from './text/envelope.ts'
import { VERSION } from './version.ts'

export type { Flag, FlagSet, OptionsOf } from './argv/flag.ts'
export { UsageError } from './text/envelope.ts'

export interface ProgramSpec<F extends FlagSet> {
  /** Our name (`tklist`); messages begin with the name it was called by. */
  readonly name: string
  /** One line, for `--help` and the manual page. */
  readonly summary: string
  readonly flags: F
  /** Words after the options; absent when there may be none. `max` absent: any number. */
  readonly operands?: Operands
  /**
   * `getopt` (default): options anywhere. `getopt-stop`: the first operand ends the options (kadmin). `long`: options with two dashes
   * anywhere, all other words are operands (tktutil).
   * `words`: options are whole words anywhere, unknown words are operands (kdb5_util, kadmind).
   */
  readonly grammar?: 'getopt' | 'getopt-stop' | 'long' | 'words'
  /** MIT's usage text, complete with its newlines, for the name it was called by. */
  readonly usage: (name: string) => string
  /** Exit status after the usage text. */
  readonly usageStatus: number
  /** The first mistake on the line goes to the usage text at once; otherwise all are named first. */
  readonly firstMistakeEnds?: boolean
  /** What `--help` shows when words stand behind it; undefined for words that mean nothing: then it is the program's own. */
  helpOn?(words: readonly string[]): string | undefined
  /** Rules between options; complaints as printed. `before` are those that reading the line gave. */
  check?(options: OptionsOf<F>, operands: readonly string[], name: string, before: readonly string[]): readonly string[]
  run(call: Call<OptionsOf<F>>): Promise<Outcome>
}

export interface Operands {
  readonly synopsis: string
  readonly doc: string
  readonly min?: number
  readonly max?: number
  /** What the first one can be, where that is a fixed set: for completions. */
  first?(): readonly string[]
}

/** One call of a program, its command line read. */
export interface Call<O> {
  /** The name it was called by: `kinit` for a link of that name. */
  readonly name: string
  readonly options: O
  readonly operands: readonly string[]
  /** `--json` was given: standard output gets one JSON document, prompts go to standard error. */
  readonly json: boolean
  readonly env: Env
  /** Writes to standard output or standard error at once and completely. */
  out(text: string): void
  err(text: string): void
}

/** What a run came to. Text and JSON are made only when they are printed. */
export interface Outcome {
  /** 0 when absent, 1 when there is a failure. */
  readonly status?: number
  /** For standard output, newlines included. */
  readonly text?: () => string
  /** For standard error, newlines included: what MIT's program says there beside its result. */
  readonly notes?: () => string
  readonly json?: () => object
  /** Goes to standard error after the text, and with `--json` into the document as `error`. */
  readonly failure?: KrbError
}

export interface Program {
  readonly spec: ProgramSpec<FlagSet>
}

export function defineProgram<const F extends FlagSet>(spec: ProgramSpec<F>): Program {
  return { spec: spec as unknown as ProgramSpec<FlagSet> }
}

/** Flags that every program has. */
export const COMMON_FLAGS = {
  json: { doc: 'print the result as one JSON document' },
  'trace-json': { value: 'FILE', doc: 'append the events of the library to FILE, one JSON object a line' },
  help: { doc: 'show this help' },
  version: { doc: 'show the version' },
} as const satisfies FlagSet

/** Runs a program with this process's arguments and ends the process. The bins call it. */
export async function main(program: Program): Promise<never> {
  process.on('uncaughtException', error => process.exit(bug(error)))
  const argv = process.argv.slice(2)
  const name = (process.argv[1] ?? program.spec.name).replace(/^.*\//, '')
  let status: number
  try {
    status = await perform(program.spec, argv, name)
  } catch (error) {
    status = error instanceof KrbError || error instanceof UsageError ? complain(error, program.spec, name, argv) : bug(error)
  }
  process.exit(status)
}

async function perform(spec: ProgramSpec<FlagSet>, argv: readonly string[], name: string): Promise<number> {
  const flags: FlagSet = { ...COMMON_FLAGS, ...spec.flags }
  const scan = scanned(spec, flags, argv, name)
  if (scan.stop !== undefined && scan.stop !== 'usage') {
    writeAll(STDERR, `${scan.stop.text}\n`)
    return scan.stop.status
  }
  if (given(scan, 'help')) {
    writeAll(STDOUT, spec.helpOn?.(scan.operands) ?? (await helpText(spec, flags, name)))
    return 0
  }
  if (given(scan, 'version')) {
    writeAll(STDOUT, `${versionText()}\n`)
    return 0
  }
  const { json, 'trace-json': events, ...options } = await typed(flags, scan, name)
  const complaints = [...scan.complaints, ...(spec.check?.(options, scan.operands, name, scan.complaints) ?? [])]
  const { min = 0, max = spec.operands === undefined ? 0 : Number.POSITIVE_INFINITY } = spec.operands ?? {}
  if (complaints.length > 0 || scan.stop === 'usage' || scan.operands.length < min || scan.operands.length > max) {
    throw new UsageError(spec.firstMistakeEnds ? complaints.slice(0, 1) : complaints)
  }
  const call = {
    name,
    options,
    operands: scan.operands,
    json: json === true,
    env: await environment(json === true, events),
    out: (text: string) => writeAll(STDOUT, text),
    err: (text: string) => writeAll(STDERR, text),
  }
  return conclude(await spec.run(call), call)
}

async function environment(json: boolean, events: string | undefined): Promise<Env> {
  const env = nodeEnv({ prompts: json ? 'stderr' : 'stdout' })
  const { KRB5_TRACE: lines = '' } = env.vars
  if (lines === '' && events === undefined) return env
  const { tracing } = await import('./tracing.ts')
  return { ...env, trace: await tracing({ lines, events }, env) }
}

function conclude(outcome: Outcome, call: { readonly json: boolean; readonly name: string }): number {
  if (outcome.notes !== undefined) writeAll(STDERR, outcome.notes())
  if (call.json) {
    const failure = outcome.failure === undefined ? {} : { error: errorJson(outcome.failure) }
    if (outcome.json !== undefined || outcome.failure !== undefined) writeAll(STDOUT, resultJson({ ...outcome.json?.(), ...failure }))
  } else {
    if (outcome.text !== undefined) writeAll(STDOUT, outcome.text())
  }
  if (outcome.failure !== undefined) writeAll(STDERR, failureText(outcome.failure, call.name))
  return outcome.status ?? (outcome.failure === undefined ? 0 : 1)
}

function complain(error: KrbError | UsageError, spec: ProgramSpec<FlagSet>, name: string, argv: readonly string[]): number {
  const end = argv.indexOf('--')
  const json = (end < 0 ? argv : argv.slice(0, end)).includes('--json')
  if (json) writeAll(STDOUT, resultJson({ error: errorJson(error) }))
  if (error instanceof KrbError) {
    writeAll(STDERR, failureText(error, name))
    return 1
  }
  writeAll(STDERR, error.complaints.map(line => `${line}\n`).join('') + spec.usage(name))
  return spec.usageStatus
}

/** `prog: text while doing`, and for people the next steps. */
export function failureText(error: KrbError, name: string): string {
  return `${name}: ${printable(error.describe())}\n${hintLines(error.hints)}`
}

/** Next steps for a person; nothing where standard error is no terminal. */
export function hintLines(hints: readonly string[]): string {
  return hints.length > 0 && onTerminal() ? hints.map(hint => `  ${printable(hint)}\n`).join('') : ''
}

/** Node's tty module costs 2 ms; few runs come here. */
export function onTerminal(): boolean {
  return process.getBuiltinModule('node:tty').isatty(STDERR)
}

/** Errors carry names and texts from elsewhere (threat T40); their line ends are meant. */
function printable(text: string): string {
  return text.split('\n').map(displayText).join('\n')
}

/** A programmer's mistake: say where, so that it can be reported. */
function bug(error: unknown): number {
  writeAll(STDERR, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 70
}

export function versionText(): string {
  return `Kerberos 5 version ${VERSION} (tkrb5)`
}

function scanned(spec: ProgramSpec<FlagSet>, flags: FlagSet, argv: readonly string[], program: string): Scan {
  if (spec.grammar === 'words') return wholeWords(argv, flags)
  return getopt(argv, flags, { program, stopAtOperand: spec.grammar === 'getopt-stop', longOnly: spec.grammar === 'long' })
}

function given(scan: Scan, flag: string): boolean {
  return scan.settings.some(setting => setting.flag === flag)
}

/** Switches and texts are what they are; typed values go through oclif's parser, which is loaded only then (7 ms). */
async function typed(flags: FlagSet, scan: Scan, name: string): Promise<Record<string, never>> {
  const last = new Map(scan.settings.map((setting, at) => [setting.flag, at]))
  const kept = scan.settings.filter((setting, at) => flags[setting.flag]!.many === true || last.get(setting.flag) === at)
  const numbers = kept.filter(({ flag }) => flags[flag]!.type === 'integer')
  const parsed = numbers.length === 0 ? {} : await readByOclif(numbers, flags, name)
  const options = Object.entries(flags).map(([key, flag]) => {
    const values = kept.filter(setting => setting.flag === key).map(({ value }) => value)
    if (flag.value === undefined) return [key, values.length > 0]
    if (flag.type === 'integer') return [key, parsed[key]]
    return [key, flag.many === true ? values : values[0]]
  })
  return Object.fromEntries(options)
}

async function readByOclif(settings: Scan['settings'], flags: FlagSet, name: string): Promise<Record<string, unknown>> {
  const { parse } = await import('@oclif/core/parser')
  const argv = settings.flatMap(({ flag, value }) => [`--${flag}`, value!])
  try {
    return (await parse(argv, { flags: (await oclifFlags(flags)) as never })).flags as Record<string, unknown>
  } catch (error) {
    throw new UsageError([`${name}: ${oclifComplaint(error)}`])
  }
}

/** `--port: Expected an integer but received: x`, without oclif's advice. */
function oclifComplaint(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^Parsing (--\S+)\s+/, '$1: ').split('\n', 1)[0]!
}

async function oclifFlags(flags: FlagSet) {
  const Flags = await import('@oclif/core/flags')
  const converted = (flag: Flag) => {
    const common = {
      description: flag.doc,
      hidden: flag.hidden === true,
      ...(flag.letter === undefined ? {} : { char: flag.letter as 'a' }),
    }
    if (flag.value === undefined) return Flags.boolean(common)
    const valued = { ...common, helpValue: flag.value, multiple: flag.many === true } as const
    return flag.type === 'integer' ? Flags.integer({ ...common, helpValue: flag.value }) : Flags.string(valued as never)
  }
  return Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, { ...converted(flag), name: key }]))
}

async function helpText(spec: ProgramSpec<FlagSet>, flags: FlagSet, name: string): Promise<string> {
  const { CommandHelp } = await import('@oclif/core/help')
  const command = {
    // oclif prints the program, the id and the usage after one another.
    id: '[options]',
    usage: spec.operands?.synopsis ?? ' ',
    description: spec.operands?.doc ?? '',
    flags: await oclifFlags(flags),
    args: {},
    aliases: [],
    hiddenAliases: [],
  }
  // As much of oclif's Config as its help asks for.
  const config = { bin: name, name, version: VERSION, topicSeparator: ' ', commands: [], plugins: new Map(), pjson: { oclif: {} } }
  const help = new CommandHelp(command as never, config as never, { maxWidth: 100 } as never)
  return `${spec.summary}\n\n${help.generate()}\n`
}

/** Everything or nothing left unsaid: a full pipe is waited for, a closed one ends the program as SIGPIPE would. */
function writeAll(descriptor: number, text: string): void {
  let octets = encodeText(text)
  while (octets.length > 0) {
    try {
      octets = octets.subarray(writeSync(descriptor, octets))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EPIPE') process.exit(141)
      if (code === 'ENOSPC' || code === 'EIO') throw new KrbError(code, {}, { doing: 'writing the output', cause: error })
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

const STDOUT = 1
const STDERR = 2
