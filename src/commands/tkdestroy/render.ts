import { ERRORS } from '../../core/errors/tables/index.ts'
import { displayText } from '../../core/principal/display.ts'
import { type Destruction, isAbsence } from './run.ts'

/** MIT's kdestroy prints the table's text, without the file's name. */
export function problemText({ problem }: Destruction, name: string, quiet: boolean): string {
  if (problem === undefined) return ''
  const line = `${name}: ${ERRORS[problem.code].text} while destroying cache\n`
  if (isAbsence(problem)) return line
  return `${line}Ticket cache ${quiet ? 'NOT' : '\x07NOT\x07'} destroyed!\n`
}

/** With `-A`, where a cache that vanished meanwhile is nothing to complain about. */
export function memberProblemText({ problem, cache }: Destruction, name: string): string {
  if (problem === undefined || isAbsence(problem)) return ''
  return `${name}: ${ERRORS[problem.code].text} while destroying cache ${displayText(cache)}\n`
}

export const OTHERS_REMAIN = 'Other credential caches present, use -A to destroy all\n'

export function destructionJson({ cache, destroyed, problem }: Destruction): object {
  return { cache, destroyed, problem: problem?.message ?? null }
}
