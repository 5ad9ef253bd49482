import { KrbError } from '../../../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../../../core/errors/tables/index.ts'

/** What fails while working on the file at `path`, as a KrbError that names it. */
export function guarded<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw asKrbError(path, error)
  }
}

export async function translated<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw asKrbError(path, await reasonOf(error))
  }
}

/** lmdb tells of a transaction that did not reach the disk by a promise of the reason, which has to be waited for: one that nobody looks at ends the program. */
async function reasonOf(error: unknown): Promise<unknown> {
  try {
    await (error as { readonly commitError?: Promise<never> } | undefined)?.commitError
    return error
  } catch (reason) {
    return reason
  }
}

/** An errno keeps its name; what LMDB says about a damaged file becomes `KRB5_KDB_DB_CORRUPT`; anything else of LMDB is a store error. */
function asKrbError(path: string, error: unknown): unknown {
  if (error instanceof KrbError || !(error instanceof Error)) return error
  const code = (error as NodeJS.ErrnoException).code
  if (typeof code === 'string' && code in ERRORS) return new KrbError(code as ErrorCode, { path }, { cause: error })
  if (/MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND)/.test(error.message))
    return new KrbError('KRB5_KDB_DB_CORRUPT', { path }, { cause: error })
  const errno = ERRNO_TEXTS.find(([text]) => error.message.includes(text))
  if (errno !== undefined) return new KrbError(errno[1], { path }, { cause: error })
  return /MDB_|lmdb/i.test(error.message) ? new KrbError('KRB5_KDB_UK_SERROR', { path }, { cause: error }) : error
}

const ERRNO_TEXTS: readonly (readonly [string, ErrorCode])[] = [
  ['Permission denied', 'EACCES'],
  ['Read-only file system', 'EROFS'],
  ['No space left', 'ENOSPC'],
  ['Input/output error', 'EIO'],
]
