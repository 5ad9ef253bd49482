import { VERBS } from '../../../admin/language/index.ts'
import { displayText } from '../../../core/principal/display.ts'
import { shown } from '../names.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.getStrings

export const getStrings: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  operands: [{ name: 'principal', kind: 'principal' }],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const phrase = `while getting attributes for principal "${shown(input.principal)}"`
    const strings = await step('get_strings', phrase, () => talk.api.call(verb, input))
    const lines = strings.map(([name, value]) => `${displayText(name)}: ${displayText(value)}\n`)
    talk.print(lines.length === 0 ? '(No string attributes.)\n' : lines.join(''))
    return { strings: Object.fromEntries(strings) }
  },
}
