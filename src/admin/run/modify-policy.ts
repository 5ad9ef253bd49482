import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyWords } from '../language/policy-words.ts'
import type { Handler } from './context.ts'
import { changedPolicy, checkAllowedKeySalts } from './policy-rules.ts'

/** Throws `KADM5_UNK_POLICY`, `KADM5_BAD_POLICY`, `KADM5_BAD_KEYSALTS` and what `changedPolicy` throws. */
export const modifyPolicy: Handler<PolicyWords, undefined> = async ({ name, change }, { store }) => {
  if (name === '') throw new KrbError('KADM5_BAD_POLICY')
  checkAllowedKeySalts(change)
  return store.write(tx => {
    const policy = tx.policy(name)
    if (policy === undefined) throw new KrbError('KADM5_UNK_POLICY')
    tx.putPolicy(changedPolicy(policy, change))
    return undefined
  })
}
