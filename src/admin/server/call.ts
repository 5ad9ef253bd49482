import type { Principal } from '../../core/principal/principal.ts'

/** Who sent a call, as the security context proved it. */
export interface Caller {
  readonly client: Principal
  /** The service that the ticket is for: kadmin/admin, kadmin/changepw or kadmin/HOST. */
  readonly service: Principal
  /** The ticket came from a password (or key), not from another ticket. */
  readonly initial: boolean
  /** Where from, for the log. */
  readonly address: string
}

/** True for `kadmin/changepw@REALM`: whoever comes by it wants a new password and nothing else. */
export function cameForPassword({ service }: Pick<Caller, 'service'>): boolean {
  return service.components.length === 2 && service.components[1] === 'changepw'
}

/**
 * The services by which administration may be asked for: `kadmin/X` of this realm, octet for octet, but not kadmin/history, whose key is for
 * former passwords.
 */
export function isAdminService({ components, realm }: Principal, ownRealm: string): boolean {
  return realm === ownRealm && components.length === 2 && components[0] === 'kadmin' && components[1] !== 'history'
}
