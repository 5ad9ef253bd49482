import { QueryError } from '../../admin/query/query-error.ts'
import { splitLine } from '../../admin/query/split.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { ReadLine } from '../../platform/line-editor.ts'
import { hintLines } from '../base.ts'
import { promptOf, unknownRequest, wordsOfLine } from '../requests/line.ts'
import { errorJson, resultJson, UsageError } from '../text/envelope.ts'
import { policiesAskedOnce } from './asked-once.ts'
import { InOrder, type Outputs } from './in-order.ts'
import { mayBeRemembered } from './memory.ts'
import { missingWords } from './missing.ts'
import { forgiven, NONE, type Own, takeOwnOptions } from './own-options.ts'
import { requestNamed } from './requests/index.ts'
import { type Request, RequestFailure, type Talk } from './talk.ts'

/** The talk and what the driver of it needs besides: raw output. */
export interface Session extends Omit<Talk, 'own' | 'print' | 'info' | 'warn' | 'fail' | 'end'> {
  out(text: string): void
  err(text: string): void
}

export interface Ran {
  readonly failed: boolean
  readonly ended: boolean
  /** There was nothing to do, and an option of ours says that this is well. */
  readonly unchanged: boolean
}

/** One request that stands on the command line, its words already split. The exit status. */
export async function runArguments(words: readonly string[], session: Session): Promise<number> {
  const request = requestNamed(words[0]!)
  if (request === undefined) return unknown(words[0]!, session)
  const { failed, unchanged } = await carryOutWords(request, words.slice(1), session)
  return failed ? 1 : unchanged ? UNCHANGED_STATUS : 0
}

/** The value of -q. Only a request that does not exist makes the exit status 1. */
export async function runQuery(query: string, session: Session): Promise<number> {
  const words = wordsOfLine(query, session)
  if (words === undefined || words.length === 0) return 0
  const request = requestNamed(words[0]!)
  if (request === undefined) return unknown(words[0]!, session)
  await carryOutWords(request, words.slice(1), session)
  return 0
}

/**
 * Requests line by line until the input or the person ends it. From a pipe or a file each line is echoed after the prompt, as MIT's
 * line reader does, so that a transcript shows what was asked.
 */
export async function runPrompt(caller: Session): Promise<number> {
  const session = { ...caller, listening: true }
  const { isatty } = await import('node:tty')
  if (!isatty(0)) return runScript(session)
  const readLine = await lineReader(session)
  for (;;) {
    const line = await readLine(promptOf(session))
    if (line === undefined) break
    const asked = requestIn(line, session)
    if (asked === undefined) continue
    const [request, words] = asked
    const complete = words.length > 0 || session.json ? words : await missingWords(request)
    if ((await carryOutWords(request, complete, session)).ended) return 0
  }
  session.out('\n')
  return 0
}

/** With line editing where the terminal allows it. JSON leaves standard output to the documents. */
async function lineReader({ api, env, json }: Session): Promise<ReadLine> {
  const plain: ReadLine = prompt => env.prompter.line(prompt)
  if (json) return plain
  const { openLineEditor } = await import('../../platform/line-editor.ts')
  const { completeLine } = await import('./complete.ts')
  const editor = await openLineEditor({ complete: before => completeLine(before, api), remembers: mayBeRemembered }, env.vars.TERM)
  return editor ?? plain
}

/**
 * As long as lines are there, requests that do not touch each other are carried out together: their changes reach the disk in one
 * write. Everything else waits for what came before.
 */
async function runScript(caller: Session): Promise<number> {
  const { readAheadPrompter } = await import('../../platform/read-ahead.ts')
  const env = { ...caller.env, prompter: readAheadPrompter(caller.json ? 'stderr' : 'stdout') }
  const session = { ...caller, env, api: policiesAskedOnce(caller.api) }
  const order = new InOrder(session)
  const echo = (text: string) => {
    if (!session.json) order.say('out', text)
  }
  for (;;) {
    echo(promptOf(session))
    const line = await session.env.prompter.line('')
    if (line === undefined) break
    echo(`${line}\n`)
    const ahead = readAhead(line, session)
    if (ahead !== undefined) {
      const { request, subject, act } = ahead
      await order.startAbout(subject, outputs => carryOut(request, session, outputs, act))
      continue
    }
    await order.settled()
    const asked = requestIn(line, session)
    if (asked !== undefined && (await carryOutWords(...asked, session)).ended) return 0
  }
  await order.settled()
  return 0
}

/** What a request does once its words have been read. */
type Act = (talk: Saying) => Promise<object>

/** What a line asks for, if it may be carried out beside others. */
function readAhead(line: string, session: Session): { readonly request: Request; readonly subject: string; readonly act: Act } | undefined {
  try {
    const [name, ...given] = splitLine(withoutReturn(line))
    const request = name === undefined ? undefined : requestNamed(name)
    if (request?.ahead === undefined) return undefined
    const { own, words } = takeOwnOptions(given, request)
    const ahead = request.ahead(words, { own, reading: session.reading })
    if (ahead === undefined) return undefined
    const act: Act = talk => {
      talk.own = own
      return ahead.run(talk)
    }
    return { request, subject: ahead.subject, act }
  } catch (error) {
    if (error instanceof QueryError) return undefined
    throw error
  }
}

/** The request of a line and its words; undefined for an empty line, and for one that makes no request, about which something is said. */
function requestIn(line: string, session: Session): [Request, readonly string[]] | undefined {
  const [name, ...words] = wordsOfLine(withoutReturn(line), session) ?? []
  if (name === undefined) return undefined
  const request = requestNamed(name)
  if (request !== undefined) return [request, words]
  session.err(unknownRequest(name, session.program))
  return undefined
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function carryOutWords(request: Request, given: readonly string[], session: Session): Promise<Ran> {
  return carryOut(request, session, session, talk => {
    const { own, words } = takeOwnOptions(given, request)
    talk.own = own
    return request.run(words, talk)
  })
}

async function carryOut(request: Request, session: Session, outputs: Outputs, act: Act): Promise<Ran> {
  const talk = new Saying(session, outputs)
  const result = await attempt(request, talk, act)
  if (session.json) {
    const error = talk.errors[0]
    outputs.out(resultJson({ request: request.names[0], ...result, ...(error === undefined ? {} : { error: errorJson(error) }) }))
  }
  return talk
}

/** The talk of one request, and what became of it. One of a class for each, because a thousand requests a second copy no sessions. */
class Saying implements Talk, Ran {
  failed = false
  ended = false
  unchanged = false
  readonly errors: (KrbError | UsageError)[] = []
  own: Own = NONE
  readonly api: Talk['api']
  readonly env: Talk['env']
  readonly config: Talk['config']
  readonly zone: Talk['zone']
  readonly program: string
  readonly script: boolean
  readonly listening: boolean
  readonly json: boolean
  readonly reading: Talk['reading']
  readonly #outputs: Outputs

  constructor(session: Session, outputs: Outputs) {
    this.api = session.api
    this.env = session.env
    this.config = session.config
    this.zone = session.zone
    this.program = session.program
    this.script = session.script
    this.listening = session.listening
    this.json = session.json
    this.reading = session.reading
    this.#outputs = outputs
  }

  print(text: string): void {
    if (!this.json) this.#outputs.out(text)
  }
  info(text: string): void {
    if (!this.script) this.print(text)
  }
  warn(text: string): void {
    this.#outputs.err(text)
  }
  fail(text: string, error?: KrbError): void {
    this.failed = true
    this.errors.push(error ?? new UsageError([text.split('\n', 1)[0]!]))
    this.#outputs.err(text + hintLines(error instanceof KrbError ? error.hints : []))
  }
  end(): void {
    this.ended = true
  }
}

/** What a request gives for --json. Failures go to `talk`. */
async function attempt(request: Request, talk: Saying, act: Act): Promise<object> {
  try {
    const result = await act(talk)
    if (talk.own.has('if-not-exists') && 'changed' in result && result.changed === false) talk.unchanged = true
    return result
  } catch (error) {
    if (error instanceof RequestFailure && forgiven(error.error.code, talk.own, request.own)) {
      talk.info(`${request.names[0]}: ${error.error.message}: nothing to do.\n`)
      talk.unchanged = true
      return { changed: false, reason: error.error.code }
    }
    if (error instanceof QueryError) {
      if (error.fails) talk.fail(error.message)
      else {
        talk.warn(error.message)
        return talk.json ? { error: errorJson(new UsageError([error.message.split('\n', 1)[0]!])) } : {}
      }
    } else if (error instanceof RequestFailure) talk.fail(error.message, error.error)
    else if (error instanceof KrbError) talk.fail(`${request.names[0]}: ${error.describe()}\n`, error)
    else throw error
    return {}
  }
}

function unknown(what: string, { program, json, out, err }: Session): number {
  if (json) out(resultJson({ error: errorJson(new UsageError([`Command not found ${what}`])) }))
  err(`${program}: Command not found ${what}\n`)
  return 1
}

/** Exit status of a request on the command line that found nothing to do (tkadmin(1)). */
const UNCHANGED_STATUS = 3
