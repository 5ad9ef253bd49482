import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { policyName } from '../../kdc/store/kadm-data.ts'
import type { Store } from '../../kdc/store/store.ts'
import { readTime, TlType } from '../../kdc/store/tl-data.ts'
import type { Caller } from './call.ts'

/** The clock and the policies. */
export interface OwnKeysContext {
  readonly store: Pick<Store, 'policy'>
  now(): number
}

/**
 * Who changes their own keys has just proved that they have the present ones, and has had them for as long as the policy wants: so that a session
 * left open changes no password, and nobody runs through the history. Throws `KADM5_AUTH_INITIAL`, `KADM5_PASS_TOOSOON`.
 */
export async function checkOwnKeyChange(entry: PrincipalEntry, caller: Caller, context: OwnKeysContext): Promise<void> {
  if (!samePrincipal(caller.client, entry.principal)) return
  if (!caller.initial) throw new KrbError('KADM5_AUTH_INITIAL')
  if ((await minimumLifeLeft(entry, context)) > 0) throw new KrbError('KADM5_PASS_TOOSOON')
}

/** Seconds until the policy lets the password be changed again; 0 when it may be, or has to be. */
export async function minimumLifeLeft(entry: PrincipalEntry, { store, now }: OwnKeysContext): Promise<number> {
  const name = policyName(entry.tlData)
  const policy = name === undefined ? undefined : await store.policy(name)
  if (policy === undefined || entry.attributes & PrincipalAttribute.REQUIRES_PWCHANGE) return 0
  return Math.max(0, readTime(entry.tlData, TlType.LAST_PWD_CHANGE) + policy.minLife - now())
}

/** Versions of their own keys that principals may keep, the new one included: a key that leaked ends some day. */
export const OWN_KEY_VERSIONS = 5
