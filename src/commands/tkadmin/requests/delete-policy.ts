import { VERBS } from '../../../admin/language/index.ts'
import { IF_POLICY_EXISTS } from '../own-options.ts'
import { type Request, step } from '../talk.ts'
import { confirmed } from './confirm.ts'

const verb = VERBS.deletePolicy

export const deletePolicy: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  operands: [{ name: 'policy', kind: 'policy' }],
  own: [IF_POLICY_EXISTS],
  run: async (words, talk) => {
    const { name, force } = verb.read(words, talk.reading())
    if (!force && !(await confirmed(`Are you sure you want to delete the policy "${name}"?`, talk))) {
      talk.warn(`Policy "${name}" not deleted.\n`)
      return { deleted: null, changed: false }
    }
    // Two colons and no full stop: so MIT's.
    await step('delete_policy:', `while deleting policy "${name}"`, () => talk.api.call(verb, { name }))
    return { deleted: name, changed: true }
  },
}
