import type { Keytab } from '../../../core/keytab/keytab.ts'
import { resolveKeytab } from '../../../core/keytab/resolve.ts'
import { RequestFailure, step, type Talk } from '../talk.ts'

/** A keytab and its name as ktadd and ktremove print it: as given when it has a type, else with WRFILE. */
export interface NamedKeytab {
  readonly keytab: Keytab
  readonly label: string
}

export async function openKeytab(name: string | undefined, talk: Talk): Promise<NamedKeytab> {
  const { env, config, program } = talk
  if (name === undefined) {
    const keytab = await step(program, 'while opening default keytab', () => resolveKeytab(undefined, env, config, 'server'))
    return { keytab, label: keytab.name }
  }
  const label = name.includes(':') ? name : `WRFILE:${name}`
  return { keytab: await step(program, `while resolving keytab ${label}`, () => resolveKeytab(label, env, config, 'server')), label }
}

/** One principal of several failed: it is reported, and the others follow. */
export async function carryOn(talk: Talk, task: () => Promise<void>): Promise<void> {
  try {
    await task()
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    talk.fail(error.message, error.error)
  }
}
