import { readStrings } from '../../kdc/store/tl-data.ts'
import type { NameOnly } from '../language/records.ts'
import type { Handler } from './context.ts'
import { requireEntry } from './entry.ts'

/** Throws `KADM5_UNK_PRINC`. */
export const getStrings: Handler<NameOnly, readonly (readonly [string, string])[]> = async ({ principal }, context) => {
  const entry = await requireEntry(principal, context)
  return [...readStrings(entry.tlData)]
}
