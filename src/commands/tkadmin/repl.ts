import { QueryError } from '../../admin/query/query-error.ts'
import { splitLine } from '../../admin/query/split.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { ReadLine } from '../../platform/line-editor.ts'
import { hintLines } from '../base.ts'
import { promptOf, unknownRequest, wordsOfLine } from '../requests/line.ts'
import { errorJson, resultJson, UsageError } from '../text/envelope.ts'
import { policiesAskedOnce } from './asked-once.ts'
import { InOrder } from './in-order.ts'
import { mayBeRemembered } from './memory.ts'
import { missingWords } from './missing.ts'
import { forgiven, type Own, takeOwnOptions } from './own-options.ts'
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
  const { failed, unchanged } = await carryOut(request, words.slice(1), session)
  return failed ? 1 : unchanged ? UNCHANGED_STATUS : 0
}

/** The value of -q. Only a request that does not exist makes the exit status 1. */
export async function runQuery(query: string, session: Session): Promise<number> {
  const words = wordsOfLine(query, session)
  if (words === undefined || words.length === 0) return 0
  const request = requestNamed(words[0]!)
  if (request === undefined) return unknown(words[0]!, session)
  await carryOut(request, words.slice(1), session)
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
    if ((await carryOut(request, complete, session)).ended) return 0
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
  for (;;) {
    void order.start(async ({ out }) => out(session.json ? '' : promptOf(session)))
    const line = await session.env.prompter.line('')
    if (line === undefined) break
    void order.start(async ({ out }) => out(session.json ? '' : `${line}\n`))
    const subject = subjectOf(line, session)
    if (subject === undefined) await order.settled()
    const request = requestIn(line, session)
    if (request === undefined) continue
    if (subject === undefined) {
      if ((await carryOut(...request, session)).ended) return 0
      continue
    }
    await order.startAbout(subject, outputs => carryOut(...request, { ...session, ...outputs }).then(() => undefined))
  }
  await order.settled()
  return 0
}

/** What a line is about, if it may be carried out beside others. */
function subjectOf(line: string, session: Session): string | undefined {
  try {
    const [name, ...words] = splitLine(line)
    return name === undefined ? undefined : subjectOfRequest(requestNamed(name), words, session)
  } catch (error) {
    if (error instanceof QueryError) return undefined
    throw error
  }
}

/** The request of a line and its words; undefined for an empty line, and for one that makes no request, about which something is said. */
function requestIn(line: string, session: Session): [Request, readonly string[]] | undefined {
  const [name, ...words] = wordsOfLine(line.replace(/\r$/, ''), session) ?? []
  if (name === undefined) return undefined
  const request = requestNamed(name)
  if (request !== undefined) return [request, words]
  session.err(unknownRequest(name, session.program))
  return undefined
}

function subjectOfRequest(request: Request | undefined, given: readonly string[], session: Session): string | undefined {
  if (request?.subject === undefined) return undefined
  const { own, words } = takeOwnOptions(given, request)
  return own.has('from') ? undefined : request.subject(words, session)
}

async function carryOut(request: Request, words: readonly string[], session: Session): Promise<Ran> {
  const state = { failed: false, ended: false, unchanged: false, errors: [] as (KrbError | UsageError)[] }
  const talk: Omit<Talk, 'own'> = {
    ...session,
    print: text => {
      if (!session.json) session.out(text)
    },
    info: text => {
      if (!session.json && !session.script) session.out(text)
    },
    warn: text => session.err(text),
    fail: (text, error) => {
      state.failed = true
      state.errors.push(error ?? new UsageError([text.split('\n', 1)[0]!]))
      session.err(text + hintLines(error instanceof KrbError ? error.hints : []))
    },
    end: () => {
      state.ended = true
    },
  }
  const result = await attempt(request, words, talk, () => {
    state.unchanged = true
  })
  if (session.json) {
    const error = state.errors[0]
    session.out(resultJson({ request: request.names[0], ...result, ...(error === undefined ? {} : { error: errorJson(error) }) }))
  }
  return state
}

/** What a request gives for --json. Failures go to `talk`; `unchanged` is called when there was nothing to do. */
async function attempt(request: Request, given: readonly string[], talk: Omit<Talk, 'own'>, unchanged: () => void): Promise<object> {
  let own: Own = new Map()
  try {
    const taken = takeOwnOptions(given, request)
    own = taken.own
    const result = await request.run(taken.words, { ...talk, own })
    if (own.has('if-not-exists') && 'changed' in result && result.changed === false) unchanged()
    return result
  } catch (error) {
    if (error instanceof RequestFailure && forgiven(error.error.code, own, request.own)) {
      talk.info(`${request.names[0]}: ${error.error.message}: nothing to do.\n`)
      unchanged()
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
