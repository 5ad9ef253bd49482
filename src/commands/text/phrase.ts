import { KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'

/** For the messages of MIT's that go on without "while": `TEXT when parsing name x`. */
export async function saying<T>(phrase: string, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError(error.code, error.params, { text: `${error.describe()} ${phrase}`, hints: error.hints, cause: error })
  }
}

/** As `during`, for the programs of MIT's that print a code's general text only (kdestroy, kswitch); the longer one becomes a hint. */
export async function duringPlainly<T>(doing: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const text = ERRORS[error.code].text
    const hints = error.message === text ? error.hints : [error.message, ...error.hints]
    throw new KrbError(error.code, error.params, { text, doing, hints, cause: error })
  }
}
