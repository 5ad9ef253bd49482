import { VERBS } from '../../../admin/language/index.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { shown } from '../names.ts'
import { IF_PRINCIPAL_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'
import { confirmed } from './confirm.ts'

const verb = VERBS.renamePrincipal

export const renamePrincipal: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [
    { name: 'old principal', kind: 'principal' },
    { name: 'new principal', kind: 'new' },
  ],
  own: [IF_PRINCIPAL_EXISTS],
  run: async (words, talk) => {
    const { from, to, force } = verb.read(words, talk.reading())
    const [before, after] = [shown(from), shown(to)]
    if (!force && !(await confirmed(`Are you sure you want to rename the principal "${before}" to "${after}"?`, talk))) {
      talk.warn(`Principal "${before}" not renamed\n`)
      return { renamed: null, changed: false }
    }
    const rename = () => talk.api.call(verb, { from, to })
    await step('rename_principal', `while renaming principal "${before}" to "${after}"`, rename)
    talk.info(
      `Principal "${before}" renamed to "${after}".\nMake sure that you have removed the old principal from all ACLs before reusing.\n`,
    )
    return { renamed: unparsePrincipal(from), to: unparsePrincipal(to), changed: true }
  },
}
