import type { Principal } from '../../core/principal/principal.ts'
import type { Acl, AclEntry } from './entry.ts'
import { granting } from './match.ts'
import { OPERATIONS, type Operation, type OperationRule } from './operations.ts'
import { isOwn, type Matter } from './self.ts'

export interface Request extends Matter {
  /** The client's ticket is for kadmin/changepw. */
  readonly byChangepw: boolean
  /** The second name of renamePrincipal (the new one) and of addAlias (what the alias points to). */
  readonly other?: Principal
}

/** Why something is allowed: one's own thing, or a line of kadm5.acl with the restrictions that it brings. */
export type Grant = { readonly by: 'self' } | { readonly by: 'line'; readonly entry: AclEntry }

/** undefined for what is refused; `OPERATIONS` says with which answer. */
export function authorize(acl: Acl, operation: Operation, request: Request): Grant | undefined {
  const rule: OperationRule = OPERATIONS[operation]
  if (request.byChangepw) {
    const own = rule.byChangepw !== undefined && isOwn(rule.byChangepw, request)
    return own ? { by: 'self' } : undefined
  }
  const entry = lineFor(acl, operation, rule, request)
  if (entry !== undefined) return { by: 'line', entry }
  return rule.self !== undefined && isOwn(rule.self, request) ? { by: 'self' } : undefined
}

/** Operations with two names need a right to each; restrictions cannot be put on a name alone, so a line that has them does not give it. */
function lineFor(acl: Acl, operation: Operation, { letter }: OperationRule, { client, target, other }: Request): AclEntry | undefined {
  const entry = granting(acl, letter, client, target)
  if (entry === undefined) return undefined
  if (operation === 'renamePrincipal') return unrestricted(granting(acl, 'a', client, other)) && entry
  if (operation === 'addAlias') return unrestricted(entry) && granting(acl, 'm', client, other) && entry
  return entry
}

function unrestricted(entry: AclEntry | undefined): AclEntry | undefined {
  return entry?.restrictions === undefined ? entry : undefined
}
