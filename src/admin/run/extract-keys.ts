import type { ExtractKeysInput } from '../language/extract-keys.ts'
import type { KeyWithSalt } from '../language/records.ts'
import type { Handler } from './context.ts'
import { requireEntry } from './entry.ts'

/** In stored order; a version that there is not gives none. The caller wipes them. Throws `KADM5_UNK_PRINC`. */
export const extractKeys: Handler<ExtractKeysInput, readonly KeyWithSalt[]> = async ({ principal, kvno }, context) => {
  const entry = await requireEntry(principal, context)
  const wanted = entry.keyData.filter(data => kvno === undefined || data.kvno === kvno)
  return wanted.map(data => ({
    kvno: data.kvno,
    key: context.masterKeys.openKey(entry, data),
    saltType: data.saltType,
    salt: data.salt,
  }))
}
