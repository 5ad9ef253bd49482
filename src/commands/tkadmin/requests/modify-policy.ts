import { VERBS } from '../../../admin/language/index.ts'
import { IF_POLICY_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.modifyPolicy

export const modifyPolicy: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'policy', kind: 'policy' }],
  own: [IF_POLICY_EXISTS],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    await step('modify_policy', `while modifying policy "${input.name}".`, () => talk.api.call(verb, input))
    return { modified: input.name, changed: true }
  },
}
