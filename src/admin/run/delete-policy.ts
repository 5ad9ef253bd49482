import { KrbError } from '../../core/errors/krb-error.ts'
import type { PolicyName } from '../language/delete-policy.ts'
import type { Handler } from './context.ts'

/** Principals may go on naming a policy that is gone. Throws `KADM5_UNK_POLICY`, `KADM5_BAD_POLICY`. */
export const deletePolicy: Handler<PolicyName, undefined> = async ({ name }, { store }) => {
  if (name === '') throw new KrbError('KADM5_BAD_POLICY')
  const found = await store.write(tx => tx.deletePolicy(name))
  if (!found) throw new KrbError('KADM5_UNK_POLICY')
  return undefined
}
