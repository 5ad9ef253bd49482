import type { AdminApi } from '../../admin/api.ts'
import { VERBS } from '../../admin/language/index.ts'
import type { Verb } from '../../admin/language/verb.ts'

/**
 * For requests that are carried out together, and that all look at the same policy first: while the answer to one is out, the others wait for
 * it instead of asking too.
 */
export function policiesAskedOnce(api: AdminApi): AdminApi {
  const underWay = new Map<string, Promise<unknown>>()
  return {
    ...api,
    call<In, Out, Draft>(verb: Verb<In, Out, Draft>, input: In): Promise<Out> {
      if ((verb as unknown) !== VERBS.getPolicy) return api.call(verb, input)
      const { name } = input as { readonly name: string }
      const asked = (underWay.get(name) as Promise<Out> | undefined) ?? api.call(verb, input).finally(() => underWay.delete(name))
      underWay.set(name, asked)
      return asked
    },
  }
}
