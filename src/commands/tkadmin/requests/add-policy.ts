import { VERBS } from '../../../admin/language/index.ts'
import { IF_NOT_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.addPolicy

export const addPolicy: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'policy', kind: 'new' }],
  own: [IF_NOT_EXISTS],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    await step('add_policy', `while creating policy "${input.name}".`, () => talk.api.call(verb, input))
    return { created: input.name, changed: true }
  },
}
