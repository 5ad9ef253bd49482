import type { PurgeKeysInput } from '../language/purge-keys.ts'
import type { NameOnly } from '../language/records.ts'
import type { Handler } from './context.ts'
import { entryInside, kadmDataOf, newestKvno, stamped } from './entry.ts'
import { refuseMasterPrincipal } from './protected.ts'

/** Throws `KADM5_UNK_PRINC`, `KADM5_PROTECT_PRINCIPAL`. */
export const purgeKeys: Handler<PurgeKeysInput, NameOnly> = async ({ principal, keep }, context) => {
  refuseMasterPrincipal(principal, context)
  return context.store.write(tx => {
    const entry = entryInside(tx, principal)
    refuseMasterPrincipal(entry.principal, context)
    const oldest = keep === 'none' ? Number.POSITIVE_INFINITY : keep <= 0 ? newestKvno(entry.keyData) : keep
    const keyData = entry.keyData.filter(key => key.kvno >= oldest)
    tx.putPrincipal(stamped({ ...entry, keyData }, kadmDataOf(entry), context))
    return { principal }
  })
}
