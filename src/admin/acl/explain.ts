import { unparsePrincipal } from '../../core/principal/principal.ts'
import { needsOf, type Request } from './authorize.ts'
import type { Acl } from './entry.ts'
import { findEntry } from './match.ts'
import type { Operation } from './operations.ts'

/** Why `authorize` refused, for whoever looks after kadm5.acl: the line that decided, or that there is none. Names are as they were looked up. */
export function whyRefused(acl: Acl, path: string, operation: Operation, request: Request): string {
  if (request.byChangepw) return 'a ticket for kadmin/changepw is good for a new password only'
  const client = unparsePrincipal(request.client)
  for (const { letter, target, whole } of needsOf(operation, request)) {
    const about = target === undefined ? '' : ` on ${unparsePrincipal(target)}`
    const entry = findEntry(acl, request.client, target)
    if (entry === undefined) return `no line of ${path === '' ? 'kadm5.acl' : path} is for ${client}${about}`
    if (!entry.privileges.has(letter)) return `${path}:${entry.line} does not give ${letter} to ${client}${about}`
    if (whole && entry.restrictions !== undefined) return `${path}:${entry.line} has restrictions, which a name alone cannot obey`
  }
  throw new Error(`${operation} was not refused`)
}
