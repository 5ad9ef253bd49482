import type { ErrorCode } from '../../core/errors/krb-error.ts'
import type { AclLetter } from './entry.ts'

/** Who may do it without a line in kadm5.acl: a principal with itself; anyone with the policy that is their own. */
export type SelfService = 'own principal' | 'own policy'

export interface OperationRule {
  readonly letter: AclLetter
  readonly self?: SelfService
  /** What is answered to those who may not. */
  readonly refusal: ErrorCode
  /** Who came by kadmin/changepw, for a new password, has no other rights than these, whatever kadm5.acl says. */
  readonly byChangepw?: SelfService
  /** What is answered when the principal's keys are locked down (+lockdown_keys). */
  readonly lockedDown?: ErrorCode
  /** Whether the principal exists is told to everyone: the entry is looked up before anything else. */
  readonly absenceIsOpen?: true
  /** One's own keys: an initial ticket, and the policy's minimum life must have passed. */
  readonly changesKeys?: true
}

/** The operations of kadm5 that need a right, and which. */
export const OPERATIONS = {
  addPrincipal: { letter: 'a', refusal: 'KADM5_AUTH_ADD' },
  deletePrincipal: { letter: 'd', refusal: 'KADM5_AUTH_DELETE', lockedDown: 'KADM5_AUTH_DELETE' },
  modifyPrincipal: { letter: 'm', refusal: 'KADM5_AUTH_MODIFY' },
  /** Deleting the old name; `addPrincipal` on the new one comes beside it. */
  renamePrincipal: { letter: 'd', refusal: 'KADM5_AUTH_INSUFFICIENT', lockedDown: 'KADM5_AUTH_DELETE' },
  getPrincipal: { letter: 'i', self: 'own principal', refusal: 'KADM5_AUTH_GET', byChangepw: 'own principal' },
  changePassword: {
    ...{ letter: 'c', self: 'own principal', refusal: 'KADM5_AUTH_CHANGEPW', byChangepw: 'own principal' },
    ...{ lockedDown: 'KADM5_AUTH_CHANGEPW', absenceIsOpen: true, changesKeys: true },
  },
  /** Locked down keys can be made anew, but the new ones are not given away. */
  randomizeKeys: {
    ...{ letter: 'c', self: 'own principal', refusal: 'KADM5_AUTH_CHANGEPW', byChangepw: 'own principal' },
    ...{ absenceIsOpen: true, changesKeys: true },
  },
  setKeys: { letter: 's', refusal: 'KADM5_AUTH_SETKEY', lockedDown: 'KADM5_AUTH_SETKEY', absenceIsOpen: true },
  purgeKeys: { letter: 'm', self: 'own principal', refusal: 'KADM5_AUTH_MODIFY' },
  getStrings: { letter: 'i', self: 'own principal', refusal: 'KADM5_AUTH_GET' },
  setString: { letter: 'm', refusal: 'KADM5_AUTH_MODIFY' },
  extractKeys: { letter: 'e', refusal: 'KADM5_AUTH_EXTRACT', lockedDown: 'KADM5_AUTH_EXTRACT' },
  listPrincipals: { letter: 'l', refusal: 'KADM5_AUTH_LIST' },
  addPolicy: { letter: 'a', refusal: 'KADM5_AUTH_ADD' },
  deletePolicy: { letter: 'd', refusal: 'KADM5_AUTH_DELETE' },
  modifyPolicy: { letter: 'm', refusal: 'KADM5_AUTH_MODIFY' },
  getPolicy: { letter: 'i', self: 'own policy', refusal: 'KADM5_AUTH_GET', byChangepw: 'own policy' },
  listPolicies: { letter: 'l', refusal: 'KADM5_AUTH_LIST' },
  /** Adding the alias; `modifyPrincipal` on what it points to comes beside it. */
  addAlias: { letter: 'a', refusal: 'KADM5_AUTH_INSUFFICIENT' },
} as const satisfies Record<string, OperationRule>

export type Operation = keyof typeof OPERATIONS
