import type { Principal } from '../../core/principal/principal.ts'
import type { Acl, AclEntry, AclLetter } from './entry.ts'
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
  const entry = lineFor(acl, operation, request)
  if (entry !== undefined) return { by: 'line', entry }
  return rule.self !== undefined && isOwn(rule.self, request) ? { by: 'self' } : undefined
}

/** A right that an operation needs. Restrictions cannot be put on a name alone: a line that has them does not give a `whole` one. */
export interface Need {
  readonly letter: AclLetter
  readonly target: Principal | undefined
  readonly whole: boolean
}

/** Operations with two names need a right to each. */
export function needsOf(operation: Operation, { target, other }: Request): readonly [Need, ...Need[]] {
  const { letter } = OPERATIONS[operation]
  const own = { letter, target, whole: operation === 'addAlias' }
  if (operation === 'renamePrincipal') return [own, { letter: 'a', target: other, whole: true }]
  if (operation === 'addAlias') return [own, { letter: 'm', target: other, whole: false }]
  return [own]
}

/** The line for the first name, when all that is needed is given. */
function lineFor(acl: Acl, operation: Operation, request: Request): AclEntry | undefined {
  const [first, ...more] = needsOf(operation, request).map(({ letter, target, whole }) => {
    const entry = granting(acl, letter, request.client, target)
    return whole && entry?.restrictions !== undefined ? undefined : entry
  })
  return more.includes(undefined) ? undefined : first
}
