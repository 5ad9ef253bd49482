import { ERRORS } from '../../core/errors/tables/index.ts'
import { type Destruction, isAbsence } from './run.ts'

/** MIT's kdestroy prints the table's text, without the file's name. */
export function problemText({ problem }: Destruction, name: string, quiet: boolean): string {
  if (problem === undefined) return ''
  const line = `${name}: ${ERRORS[problem.code].text} while destroying cache\n`
  if (isAbsence(problem)) return line
  return `${line}Ticket cache ${quiet ? 'NOT' : '\x07NOT\x07'} destroyed!\n`
}
