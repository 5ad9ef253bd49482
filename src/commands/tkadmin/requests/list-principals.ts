import { VERBS } from '../../../admin/language/index.ts'
import { displayText } from '../../../core/principal/display.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.listPrincipals

export const listPrincipals: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const names = await step('get_principals', 'while retrieving list.', () => talk.api.call(verb, input))
    talk.print(names.map(name => `${displayText(name)}\n`).join(''))
    return { principals: names }
  },
}
