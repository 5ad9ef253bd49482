import { VERBS } from '../../../admin/language/index.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { shown } from '../names.ts'
import { IF_NOT_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.addAlias

export const addAlias: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  operands: [
    { name: 'alias', kind: 'new' },
    { name: 'target', kind: 'principal' },
  ],
  own: [IF_NOT_EXISTS],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const [alias, target] = [shown(input.alias), shown(input.target)]
    await step('add_alias', `while aliasing principal "${alias}" to "${target}"`, () => talk.api.call(verb, input))
    talk.info(`Principal "${alias}" aliased to "${target}".\n`)
    return { alias: unparsePrincipal(input.alias), target: unparsePrincipal(input.target), changed: true }
  },
}
