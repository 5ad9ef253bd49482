import { KrbError } from '../../core/errors/krb-error.ts'
import type { NameOnly } from '../language/records.ts'
import type { Handler } from './context.ts'
import { refuseMasterPrincipal } from './protected.ts'

/** An alias goes, its target stays. Throws `KADM5_UNK_PRINC`, `KADM5_PROTECT_PRINCIPAL`. */
export const deletePrincipal: Handler<NameOnly, NameOnly> = async ({ principal }, context) => {
  refuseMasterPrincipal(principal, context)
  const found = await context.store.write(tx => tx.deletePrincipal(principal))
  if (!found) throw new KrbError('KADM5_UNK_PRINC')
  return { principal }
}
