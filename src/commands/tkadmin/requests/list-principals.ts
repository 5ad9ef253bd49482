import { VERBS } from '../../../admin/language/index.ts'
import { displayText } from '../../../core/principal/display.ts'
import { TABLE } from '../own-options.ts'
import { type Request, step } from '../talk.ts'
import { principalTable, wantsTable } from './overview.ts'

const verb = VERBS.listPrincipals

export const listPrincipals: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  operands: [{ name: 'pattern', kind: 'principal', optional: true }],
  own: [TABLE],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const names = await step('get_principals', 'while retrieving list.', () => talk.api.call(verb, input))
    talk.print(wantsTable(talk) ? await principalTable(names, talk) : names.map(name => `${displayText(name)}\n`).join(''))
    return { principals: names }
  },
}
