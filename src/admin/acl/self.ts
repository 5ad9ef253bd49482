import { type Principal, samePrincipal } from '../../core/principal/principal.ts'
import type { SelfService } from './operations.ts'

/** What a request is about, as far as one's own things go. */
export interface Matter {
  readonly client: Principal
  /** The principal that the operation is about. */
  readonly target?: Principal | undefined
  /** The policy that it is about, and the one that the client has. */
  readonly policy?: string | undefined
  readonly ownPolicy?: string | undefined
}

/** Whether somebody asks about what is theirs. Names are compared octet for octet. */
export function isOwn(kind: SelfService, { client, target, policy, ownPolicy }: Matter): boolean {
  if (kind === 'own principal') return target !== undefined && samePrincipal(client, target)
  return ownPolicy !== undefined && policy === ownPolicy
}
