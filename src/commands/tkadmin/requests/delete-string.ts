import { VERBS } from '../../../admin/language/index.ts'
import { shown } from '../names.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.deleteString

export const deleteString: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const name = shown(input.principal)
    await step('del_string', `while deleting attribute from principal "${name}"`, () => talk.api.call(verb, input))
    talk.info(`Attribute removed from principal "${name}".\n`)
    return { principal: name, removed: input.name }
  },
}
