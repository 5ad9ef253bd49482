import { VERBS } from '../../../admin/language/index.ts'
import { policyJson, policyTerse, policyText } from '../render/policy.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.getPolicy

export const getPolicy: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  run: async (words, talk) => {
    const { name, terse } = verb.read(words, talk.reading())
    const policy = await step('get_policy', `while retrieving policy "${name}".`, () => talk.api.call(verb, { name }))
    talk.print(terse ? policyTerse(policy) : policyText(policy))
    return { policy: policyJson(policy) }
  },
}
