import { QueryError } from '../../admin/query/query-error.ts'
import { splitLine } from '../../admin/query/split.ts'

/** A program with a language of requests, and where its complaints go. */
export interface Listener {
  readonly program: string
  err(text: string): void
}

/** The words of a line; undefined when it cannot be read: that has been said then. MIT's programs hand lines with `!` to a shell: ours do not. */
export function wordsOfLine(line: string, { program, err }: Listener): readonly string[] | undefined {
  if (/^[ \t]*!/.test(line)) {
    err(`${program}: Shell escapes are disabled\n`)
    return undefined
  }
  try {
    return splitLine(line)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    err(`${program}: ${error.message}\n`)
    return undefined
  }
}

export function unknownRequest(name: string, program: string): string {
  return `${program}: Unknown request "${name}".  Type "?" for a request list.\n`
}

export function promptOf({ program }: Pick<Listener, 'program'>): string {
  return `${program}:  `
}
