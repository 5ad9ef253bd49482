import { VERBS } from '../../../admin/language/index.ts'
import { type ModifyPrincipalInput, readModification } from '../../../admin/language/modify-principal.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { shown } from '../names.ts'
import { IF_PRINCIPAL_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'
import { warnOfPolicy } from './policy-exists.ts'

const verb = VERBS.modifyPrincipal

export const modifyPrincipal: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  flags: true,
  operands: [{ name: 'principal', kind: 'principal' }],
  own: [IF_PRINCIPAL_EXISTS],
  run: async (words, talk) => {
    const { principal } = verb.read(words, talk.reading())
    const name = shown(principal)
    const get = () => talk.api.call(VERBS.getPrincipal, { principal })
    const { attributes } = await step('modify_principal', `while getting "${name}".`, get)
    const input = readModification(words, attributes, talk.reading())
    await warnOfPolicy(input, talk)
    const changed = saysAnything(input)
    if (changed) await step('modify_principal', `while modifying "${name}".`, () => talk.api.call(verb, input))
    talk.info(`Principal "${name}" modified.\n`)
    return { modified: unparsePrincipal(principal), changed }
  },
}

/** Without options nothing is sent, and nobody is written down as the modifier. */
function saysAnything({ change, clearPolicy, unlock }: ModifyPrincipalInput): boolean {
  return Object.keys(change).length > 0 || clearPolicy || unlock
}
