import { KrbError } from '../../core/errors/krb-error.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import type { AdminContext } from '../run/context.ts'
import type { Caller } from './call.ts'
import { requireMinimumLife } from './minimum-life.ts'

/**
 * Who changes their own keys has just proved that they have the present ones, and has had them for as long as the policy wants: so that a session
 * left open changes no password, and nobody runs through the history. Throws `KADM5_AUTH_INITIAL`, `KADM5_PASS_TOOSOON`.
 */
export async function checkOwnKeyChange({ principal }: PrincipalEntry, caller: Caller, context: Pick<AdminContext, 'store' | 'now'>) {
  if (!samePrincipal(caller.client, principal)) return
  if (!caller.initial) throw new KrbError('KADM5_AUTH_INITIAL')
  await requireMinimumLife(principal, context)
}

/** Versions of their own keys that principals may keep, the new one included: a key that leaked ends some day. */
export const OWN_KEY_VERSIONS = 5
