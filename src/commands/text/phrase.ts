import { KrbError } from '../../core/errors/krb-error.ts'

/** For the messages of MIT's that go on without "while": `TEXT when parsing name x`. */
export async function saying<T>(phrase: string, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError(error.code, error.params, { text: `${error.describe()} ${phrase}`, hints: error.hints, cause: error })
  }
}
