import type { Ccache } from '../../core/ccache/ccache.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import { samePrincipal } from '../../core/principal/principal.ts'

export interface Destruction {
  readonly cache: string
  readonly destroyed: boolean
  /** Why not. An absent cache is no failure, but it is told. */
  readonly problem?: KrbError
}

/** Throws nothing of its own: what went wrong is in the result. */
export async function destroyCache(cache: Ccache): Promise<Destruction> {
  try {
    await cache.destroy()
    return { cache: cache.name, destroyed: true }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { cache: cache.name, destroyed: false, problem: error }
  }
}

/** Throws `KRB5_CC_NOTFOUND` unless the cache belongs to `principal`. */
export async function requireOwner(cache: Ccache, principal: Principal): Promise<void> {
  const owner = await cache.principal().catch((error: unknown) => {
    if (!(error instanceof KrbError)) throw error
    return undefined
  })
  if (owner === undefined || !samePrincipal(owner, principal)) throw new KrbError('KRB5_CC_NOTFOUND', { cache: cache.name })
}

export function isAbsence(problem: KrbError): boolean {
  return problem.code === 'KRB5_FCC_NOFILE'
}
