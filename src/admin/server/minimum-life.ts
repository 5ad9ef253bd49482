import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { readTime, TlType } from '../../kdc/store/tl-data.ts'
import type { AdminContext } from '../run/context.ts'
import { kadmDataOf, requireEntry } from '../run/entry.ts'

/**
 * For those who change their own keys: the policy's minimum life of the present ones must have passed, unless a change is required.
 * Throws `KADM5_PASS_TOOSOON` with the time that it ends as the parameter `until` (seconds since 1970), and `KADM5_UNK_PRINC`.
 */
export async function requireMinimumLife(principal: Principal, context: Pick<AdminContext, 'store' | 'now'>): Promise<void> {
  const entry = await requireEntry(principal, context)
  const { policy: name } = kadmDataOf(entry)
  const policy = name === undefined ? undefined : await context.store.policy(name)
  if (policy === undefined || entry.attributes & PrincipalAttribute.REQUIRES_PWCHANGE) return
  const until = readTime(entry.tlData, TlType.LAST_PWD_CHANGE) + policy.minLife
  if (context.now() < until) throw new KrbError('KADM5_PASS_TOOSOON', { until })
}
