import { VERBS } from '../../../admin/language/index.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { shown } from '../names.ts'
import { IF_PRINCIPAL_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'
import { confirmed } from './confirm.ts'

const verb = VERBS.deletePrincipal

export const deletePrincipal: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'principal', kind: 'principal' }],
  own: [IF_PRINCIPAL_EXISTS],
  run: async (words, talk) => {
    const { principal, force } = verb.read(words, talk.reading())
    const name = shown(principal)
    if (!force && !(await confirmed(`Are you sure you want to delete the principal "${name}"?`, talk))) {
      talk.warn(`Principal "${name}" not deleted\n`)
      return { deleted: null, changed: false }
    }
    await step('delete_principal', `while deleting principal "${name}"`, () => talk.api.call(verb, { principal }))
    talk.info(`Principal "${name}" deleted.\nMake sure that you have removed this principal from all ACLs before reusing.\n`)
    return { deleted: unparsePrincipal(principal), changed: true }
  },
}
