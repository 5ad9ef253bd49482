import { QueryError } from '../../admin/query/query-error.ts'
import { splitLine } from '../../admin/query/split.ts'
import { requestNamed } from './requests/index.ts'

/**
 * Whether a line may go into the history: not when it holds a password, and not when it is no request, since that may be a password
 * typed at the wrong prompt.
 */
export function mayBeRemembered(line: string): boolean {
  try {
    const [name, ...words] = splitLine(line)
    return name !== undefined && requestNamed(name) !== undefined && !words.some(isPasswordOption)
  } catch (error) {
    if (error instanceof QueryError) return false
    throw error
  }
}

/** -pw and what may be meant for it; -pwexpire is a date. */
export function isPasswordOption(word: string): boolean {
  return /^-+p(w|ass)/i.test(word) && !/^-pwexpire$/i.test(word)
}
