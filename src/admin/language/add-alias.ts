import type { Principal } from '../../core/principal/principal.ts'
import { QueryError } from '../query/query-error.ts'
import { readPrincipal } from '../query/values.ts'
import type { Verb } from './verb.ts'

export interface AddAliasInput {
  readonly alias: Principal
  readonly target: Principal
}

const usage = 'usage: add_alias alias_principal target_principal\n'

/** Needs the privileges to add the alias and to modify what it points to: `privilege` and `target` name the first. */
export const addAlias: Verb<AddAliasInput, AddAliasInput> = {
  names: ['add_alias', 'alias'],
  about: 'Add alias',
  usage,
  privilege: 'a',
  read: ([alias, target, ...more], reading) => {
    if (alias === undefined || target === undefined || more.length > 0) throw new QueryError(usage)
    return {
      alias: readPrincipal(alias, 'add_alias', 'parsing alias principal name', reading),
      target: readPrincipal(target, 'add_alias', 'parsing target principal name', reading),
    }
  },
  target: input => input.alias,
}
