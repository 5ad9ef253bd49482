import { KrbError } from '../../../core/errors/krb-error.ts'
import type { Keytab, KeytabEntry } from '../../../core/keytab/keytab.ts'

/** Those of a keytab that may be about to be made. */
export async function presentEntries(keytab: Keytab): Promise<readonly KeytabEntry[]> {
  try {
    return await keytab.entries()
  } catch (error) {
    if (error instanceof KrbError && error.code === 'ENOENT') return []
    throw error
  }
}
