import { KrbError } from '../../../../src/core/errors/krb-error.ts'

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The KrbError that comes out; anything else is thrown on. */
export async function failure(promise: Promise<unknown>): Promise<KrbError> {
  const error = await promise.then(
    () => undefined,
    caught => caught,
  )
  if (!(error instanceof KrbError)) throw error ?? new Error('it went well')
  return error
}
