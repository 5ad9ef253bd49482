import type { KeyWithVersion, NameOnly } from '../language/records.ts'
import type { Handler } from './context.ts'
import { requireEntry } from './entry.ts'

/** All keys, of every version, in stored order; the caller wipes them. Throws `KADM5_UNK_PRINC`. */
export const extractKeys: Handler<NameOnly, readonly KeyWithVersion[]> = async ({ principal }, context) => {
  const entry = await requireEntry(principal, context)
  return entry.keyData.map(data => ({ kvno: data.kvno, key: context.masterKeys.openKey(entry, data) }))
}
