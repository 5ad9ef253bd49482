import { VERBS } from '../../../admin/language/index.ts'
import { shown } from '../names.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.purgeKeys

export const purgeKeys: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const name = shown(input.principal)
    await step('purgekeys', `while purging keys for principal "${name}"`, () => talk.api.call(verb, input))
    talk.info(input.keep === 'none' ? `All keys for principal "${name}" removed.\n` : `Old keys for principal "${name}" purged.\n`)
    return { purged: name }
  },
}
