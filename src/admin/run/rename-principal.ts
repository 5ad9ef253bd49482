import { SaltType } from '../../core/config/key-salts.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { samePrincipal } from '../../core/principal/principal.ts'
import type { RenamePrincipalInput } from '../language/rename-principal.ts'
import type { Handler } from './context.ts'
import { kadmDataOf, resolvedInside, stamped } from './entry.ts'
import { saltOfKey } from './key-salts.ts'
import { refuseMasterPrincipal } from './protected.ts'

/**
 * The keys stay valid: the salt that came from the old name is stored with each.
 * Throws `KADM5_DUP`, `KRB5_KDB_NOENTRY` (as MIT says it here), `KRB5_KDB_ALIAS_UNSUPPORTED`, `KADM5_PROTECT_PRINCIPAL`.
 */
export const renamePrincipal: Handler<RenamePrincipalInput, RenamePrincipalInput> = async ({ from, to }, context) => {
  refuseMasterPrincipal(from, context)
  return context.store.write(tx => {
    if (resolvedInside(tx, to) !== undefined) throw new KrbError('KADM5_DUP')
    const entry = resolvedInside(tx, from)
    if (entry === undefined) throw new KrbError('KRB5_KDB_NOENTRY')
    if (!samePrincipal(entry.principal, from)) throw new KrbError('KRB5_KDB_ALIAS_UNSUPPORTED')
    const keyData = entry.keyData.map(key => ({
      ...key,
      version: 2 as const,
      saltType: SaltType.SPECIAL,
      salt: saltOfKey(entry.principal, key),
    }))
    tx.deletePrincipal(from)
    tx.putPrincipal(stamped({ ...entry, principal: to, keyData }, kadmDataOf(entry), context))
    return { from, to }
  })
}
