import { VERBS } from '../../../admin/language/index.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { shown } from '../names.ts'
import { IF_PRINCIPAL_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.purgeKeys

export const purgeKeys: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'principal', kind: 'principal' }],
  own: [IF_PRINCIPAL_EXISTS],
  run: async (words, talk) => {
    const input = verb.read(words, talk.reading())
    const name = shown(input.principal)
    await step('purgekeys', `while purging keys for principal "${name}"`, () => talk.api.call(verb, input))
    talk.info(input.keep === 'none' ? `All keys for principal "${name}" removed.\n` : `Old keys for principal "${name}" purged.\n`)
    return { purged: unparsePrincipal(input.principal), changed: true }
  },
}
