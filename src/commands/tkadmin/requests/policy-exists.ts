import { VERBS } from '../../../admin/language/index.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { Talk } from '../talk.ts'

/** False also when the answer cannot be had, as when one may not ask. */
export async function policyExists(name: string, { api }: Talk): Promise<boolean> {
  try {
    await api.call(VERBS.getPolicy, { name })
    return true
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}
