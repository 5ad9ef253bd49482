import { QueryError } from '../../admin/query/query-error.ts'
import { splitLine } from '../../admin/query/split.ts'
import { isPasswordOption } from './memory.ts'

interface CommandLine {
  readonly operands: readonly string[]
  readonly query?: string | undefined
  readonly password?: string | undefined
}

/** What to tell a person who has put a password where every user of the host can read it, in the list of processes. */
export function exposureWarning({ operands, query, password }: CommandLine, program: string): string | undefined {
  const words = [...operands, ...wordsOf(query ?? '')]
  const option = password !== undefined ? '-w' : words.slice(1).find(isPasswordOption)
  if (option === undefined) return undefined
  const instead =
    option === '-w' ? 'without it you are asked, and -k takes a keytab' : 'without it you are asked, and --from takes passwords from a file'
  return `${program}: warning: other users of this host can read the password behind ${option} (ps); ${instead}\n`
}

function wordsOf(line: string): readonly string[] {
  try {
    return splitLine(line)
  } catch (error) {
    if (error instanceof QueryError) return []
    throw error
  }
}
