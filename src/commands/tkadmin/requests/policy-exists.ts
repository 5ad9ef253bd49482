import { VERBS } from '../../../admin/language/index.ts'
import type { PrincipalWords } from '../../../admin/language/principal-words.ts'
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

/** Says of a policy that it is not there. One that -clearpolicy took back has no name any more, which C prints as (null). */
export async function warnOfPolicy({ change: { policy }, policyTakenBack }: PolicyWords, talk: Talk): Promise<void> {
  if (policy === undefined || talk.script) return
  if (policyTakenBack || !(await policyExists(policy, talk))) {
    talk.warn(`WARNING: policy "${policyTakenBack ? '(null)' : policy}" does not exist\n`)
  }
}

type PolicyWords = Pick<PrincipalWords, 'change' | 'policyTakenBack'>
