import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyEntry } from '../../kdc/store/entry.ts'
import type { PolicyWords } from '../language/policy-words.ts'
import type { Handler } from './context.ts'
import { changedPolicy, checkAllowedKeySalts, checkPolicyName } from './policy-rules.ts'

/** Throws `KADM5_DUP`, `KADM5_BAD_POLICY`, `KADM5_BAD_KEYSALTS` and what `changedPolicy` throws. */
export const addPolicy: Handler<PolicyWords, undefined> = async ({ name, change }, { store }) => {
  if (name === '') throw new KrbError('KADM5_BAD_POLICY')
  checkAllowedKeySalts(change)
  return store.write(tx => {
    if (tx.policy(name) !== undefined) throw new KrbError('KADM5_DUP')
    checkPolicyName(name)
    tx.putPolicy(changedPolicy({ ...NEW_POLICY, name }, change))
    return undefined
  })
}

const NEW_POLICY: Omit<PolicyEntry, 'name'> = {
  minLife: 0,
  maxLife: 0,
  minLength: 1,
  minClasses: 1,
  history: 1,
  maxFailures: 0,
  failureInterval: 0,
  lockoutDuration: 0,
  attributes: 0,
  maxTicketLife: 0,
  maxRenewableLife: 0,
  allowedKeySalts: undefined,
  tlData: [],
}
