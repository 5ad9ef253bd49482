import { VERBS } from '../../../admin/language/index.ts'
import { type Request, step } from '../talk.ts'

const verb = VERBS.getPrivs

export const getPrivs: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  run: async (words, talk) => {
    verb.read(words, talk.reading())
    const privileges = await step('get_privs', 'while retrieving privileges', () => talk.api.call(verb, undefined))
    const held = (['inquire', 'add', 'modify', 'delete'] as const).filter(privilege => privileges[privilege])
    talk.print(`current privileges:${held.map(privilege => ` ${privilege.toUpperCase()}`).join('')}\n`)
    return { privileges: held }
  },
}
