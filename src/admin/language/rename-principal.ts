import type { Principal } from '../../core/principal/principal.ts'
import { forcedNames } from '../query/forced.ts'
import { readPrincipal } from '../query/values.ts'
import type { Verb } from './verb.ts'

export interface RenamePrincipalInput {
  readonly from: Principal
  readonly to: Principal
}

const usage = 'usage: rename_principal [-force] old_principal new_principal\n'

/** Needs the privileges to add the new name and to delete the old one: `privilege` and `target` name the second. */
export const renamePrincipal: Verb<RenamePrincipalInput, RenamePrincipalInput, RenamePrincipalInput & { readonly force: boolean }> = {
  names: ['rename_principal', 'renprinc'],
  about: 'Rename principal',
  usage,
  privilege: 'd',
  options: [{ word: '-force' }],
  read: (words, reading) => {
    const { force, names } = forcedNames(words, 2, usage)
    const from = readPrincipal(names[0]!, 'rename_principal', 'parsing old principal name', reading)
    return { force, from, to: readPrincipal(names[1]!, 'rename_principal', 'parsing new principal name', reading) }
  },
  target: input => input.from,
}
