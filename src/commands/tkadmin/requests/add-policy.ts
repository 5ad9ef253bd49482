import { VERBS } from '../../../admin/language/index.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.addPolicy

export const addPolicy: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    await step('add_policy', `while creating policy "${input.name}".`, () => talk.api.call(verb, input))
    return { created: input.name }
  },
}
