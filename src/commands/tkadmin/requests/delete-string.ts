import { VERBS } from '../../../admin/language/index.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { shown } from '../names.ts'
import { IF_PRINCIPAL_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.deleteString

export const deleteString: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  operands: [
    { name: 'principal', kind: 'principal' },
    { name: 'name', kind: 'text' },
  ],
  own: [IF_PRINCIPAL_EXISTS],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const name = shown(input.principal)
    await step('del_string', `while deleting attribute from principal "${name}"`, () => talk.api.call(verb, input))
    talk.info(`Attribute removed from principal "${name}".\n`)
    return { principal: unparsePrincipal(input.principal), removed: input.name, changed: true }
  },
}
