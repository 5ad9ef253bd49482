import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyName } from '../language/delete-policy.ts'
import type { PolicyRecord } from '../language/records.ts'
import type { Handler } from './context.ts'

/** Throws `KADM5_UNK_POLICY`, `KADM5_BAD_POLICY`. */
export const getPolicy: Handler<PolicyName, PolicyRecord> = async ({ name }, { store }) => {
  if (name === '') throw new KrbError('KADM5_BAD_POLICY')
  const policy = await store.policy(name)
  if (policy === undefined) throw new KrbError('KADM5_UNK_POLICY')
  return policy
}
