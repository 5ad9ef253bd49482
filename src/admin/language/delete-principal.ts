import { forcedNames } from '../query/forced.ts'
import { readPrincipal } from '../query/values.ts'
import type { NameOnly } from './records.ts'
import type { Verb } from './verb.ts'

const usage = 'usage: delete_principal [-force] principal\n'

export const deletePrincipal: Verb<NameOnly, NameOnly, NameOnly & { readonly force: boolean }> = {
  names: ['delete_principal', 'delprinc'],
  about: 'Delete principal',
  usage,
  privilege: 'd',
  options: [{ word: '-force' }],
  read: (words, reading) => {
    const { force, names } = forcedNames(words, 1, usage)
    return { force, principal: readPrincipal(names[0]!, 'delete_principal', 'parsing principal name', reading) }
  },
  target: input => input.principal,
}
