import { KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import { promptOf, unknownRequest, wordsOfLine } from '../requests/line.ts'
import { errorJson, resultJson } from '../text/envelope.ts'
import { Complaint, type Session } from './request.ts'
import { requestNamed } from './requests/index.ts'

export interface PromptOutputs {
  readonly json: boolean
  out(text: string): void
  err(text: string): void
}

/**
 * Requests line by line until the input or the person ends it. From a pipe or a file each line is echoed after the prompt, as MIT's
 * line reader does, so that a transcript shows what was asked.
 */
export async function runPrompt(session: Session, outputs: PromptOutputs): Promise<void> {
  const { isatty } = await import('node:tty')
  const { out, json } = outputs
  const typed = isatty(0)
  for (;;) {
    if (!typed && !json) out(promptOf(session))
    const line = await session.env.prompter.line(typed ? promptOf(session) : '')
    if (line === undefined) return
    if (!typed && !json) out(`${line}\n`)
    if (await carryOut(line.replace(/\r$/, ''), session, outputs)) return
  }
}

/** True when it was the last one. Failures are told and do not count, as in MIT's. */
async function carryOut(line: string, session: Session, { json, out, err }: PromptOutputs): Promise<boolean> {
  const [name, ...words] = wordsOfLine(line, { program: session.program, err }) ?? []
  if (name === undefined) return false
  const request = requestNamed(name, session.direct)
  if (request === undefined) {
    err(unknownRequest(name, session.program))
    return false
  }
  try {
    const { text = '', notes = '', json: result, ends = false } = await request.run(words, session, name)
    err(notes)
    out(json ? resultJson({ request: request.names[0], ...result }) : typeof text === 'string' ? text : await text())
    return ends
  } catch (error) {
    if (error instanceof Complaint) err(`${error.message}\n`)
    else if (error instanceof KrbError) err(`${name}: ${ERRORS[error.code].text}${phraseOf(error)}\n`)
    else throw error
    if (json) out(resultJson({ request: request.names[0], error: errorJson(error) }))
    return false
  }
}

/** MIT's ktutil says what the code means, and none of the details. */
function phraseOf({ doing }: KrbError): string {
  return doing === undefined ? '' : ` while ${doing}`
}
