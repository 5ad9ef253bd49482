import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyEntry } from '../../kdc/store/entry.ts'
import type { PolicyChange } from '../language/records.ts'
import { withTaggedData } from './entry.ts'

/** The policy with the change made. Throws `KADM5_BAD_TL_TYPE`, `KADM5_BAD_MIN_PASS_LIFE`, `KADM5_BAD_LENGTH`, `KADM5_BAD_CLASS`, `KADM5_BAD_HISTORY`. */
export function changedPolicy(policy: PolicyEntry, change: PolicyChange): PolicyEntry {
  const tlData = withTaggedData(policy.tlData, change.tlData)
  const changed: PolicyEntry = { ...policy, ...change, allowedKeySalts: policy.allowedKeySalts, tlData }
  if (change.minLife !== undefined && changed.maxLife !== 0 && changed.minLife > changed.maxLife) {
    throw new KrbError('KADM5_BAD_MIN_PASS_LIFE')
  }
  if (changed.minLength < 1) throw new KrbError('KADM5_BAD_LENGTH')
  if (changed.minClasses < 1 || changed.minClasses > 5) throw new KrbError('KADM5_BAD_CLASS')
  if (changed.history < 1) throw new KrbError('KADM5_BAD_HISTORY')
  return 'allowedKeySalts' in change ? { ...changed, allowedKeySalts: change.allowedKeySalts } : changed
}

/** A tab ends the list in the eyes of its reader; words that mean nothing are stored all the same. Throws `KADM5_BAD_KEYSALTS`. */
export function checkAllowedKeySalts({ allowedKeySalts }: PolicyChange): void {
  if (allowedKeySalts?.includes('\t')) throw new KrbError('KADM5_BAD_KEYSALTS')
}

/** A principal's policy need not exist, but it has a name. Throws `KADM5_BAD_POLICY`. */
export function checkPolicyReference(policy: string | undefined): void {
  if (policy === '') throw new KrbError('KADM5_BAD_POLICY')
}

/** Throws `KADM5_BAD_POLICY` unless the name is printable ASCII. */
export function checkPolicyName(name: string): void {
  if (!/^[ -~]+$/.test(name)) throw new KrbError('KADM5_BAD_POLICY')
}
