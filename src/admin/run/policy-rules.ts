import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyEntry } from '../../kdc/store/entry.ts'
import type { PolicyChange } from '../language/records.ts'

/** The policy with the change made. Throws `KADM5_BAD_MIN_PASS_LIFE`, `KADM5_BAD_LENGTH`, `KADM5_BAD_CLASS`, `KADM5_BAD_HISTORY`. */
export function changedPolicy(policy: PolicyEntry, change: PolicyChange): PolicyEntry {
  const changed: PolicyEntry = { ...policy, ...change, allowedKeySalts: policy.allowedKeySalts }
  if (change.minLife !== undefined && changed.maxLife !== 0 && changed.minLife > changed.maxLife) {
    throw new KrbError('KADM5_BAD_MIN_PASS_LIFE')
  }
  if (changed.minLength < 1) throw new KrbError('KADM5_BAD_LENGTH')
  if (changed.minClasses < 1 || changed.minClasses > 5) throw new KrbError('KADM5_BAD_CLASS')
  if (changed.history < 1) throw new KrbError('KADM5_BAD_HISTORY')
  return 'allowedKeySalts' in change ? { ...changed, allowedKeySalts: change.allowedKeySalts } : changed
}

/** Throws `KADM5_BAD_POLICY` unless the name is printable ASCII. */
export function checkPolicyName(name: string): void {
  if (!/^[ -~]+$/.test(name)) throw new KrbError('KADM5_BAD_POLICY')
}
