import { VERBS } from '../../../admin/language/index.ts'
import { TABLE } from '../own-options.ts'
import { policyJson, policyTerse, policyText } from '../render/policy.ts'
import { type Request, step } from '../talk.ts'
import { tableOfPolicies, wantsTable } from './overview.ts'

const verb = VERBS.getPolicy

export const getPolicy: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'policy', kind: 'policy' }],
  own: [TABLE],
  run: async (words, talk) => {
    const { name, terse } = verb.read(words, talk.reading())
    const policy = await step('get_policy', `while retrieving policy "${name}".`, () => talk.api.call(verb, { name }))
    if (wantsTable(talk)) talk.print(await tableOfPolicies([policy]))
    else talk.print(terse ? policyTerse(policy) : policyText(policy))
    return { policy: policyJson(policy) }
  },
}
