import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import { isTgtPrincipal, type Principal, parsePrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { AdminApi } from '../api.ts'
import { VERBS } from '../language/index.ts'
import type { PrincipalRecord } from '../language/records.ts'
import { type Direction, halfOf } from './halves.ts'

/** Our entry for one direction of a trust. */
export interface Half {
  readonly direction: Direction
  readonly principal: Principal
  readonly kvno: number
  /** Of the newest keys, in stored order. */
  readonly etypes: readonly EtypeId[]
  /** Seconds since 1970; 0 when nobody knows. */
  readonly changed: number
  /** Tickets are given for it. */
  readonly allowed: boolean
}

export interface Trust {
  readonly realm: string
  readonly in: Half | undefined
  readonly out: Half | undefined
}

/** Every realm that the database shares a key with, in the order of their names. */
export async function listTrusts(api: AdminApi): Promise<readonly Trust[]> {
  const names = await api.call(VERBS.listPrincipals, { pattern: 'krbtgt/*@*' })
  const realms = new Set(names.flatMap(name => otherRealm(parsePrincipal(name), api.realm)))
  const trusts: Trust[] = []
  for (const realm of [...realms].sort()) trusts.push(await trustWith(realm, api))
  return trusts
}

/** What the database knows of the trust with a realm. */
export async function trustWith(realm: string, api: AdminApi): Promise<Trust> {
  return { realm, in: await half('in', realm, api), out: await half('out', realm, api) }
}

async function half(direction: Direction, realm: string, api: AdminApi): Promise<Half | undefined> {
  const principal = halfOf(direction, api.realm, realm)
  const record = await present(principal, api)
  if (record === undefined) return undefined
  const { kvno, keys, attributes, lastPasswordChange } = record
  return {
    direction,
    principal,
    kvno,
    etypes: keys.filter(key => key.kvno === kvno).map(({ etype }) => etype),
    changed: lastPasswordChange,
    allowed: (attributes & (PrincipalAttribute.DISALLOW_ALL_TIX | PrincipalAttribute.DISALLOW_SVR)) === 0,
  }
}

async function present(principal: Principal, api: AdminApi): Promise<PrincipalRecord | undefined> {
  try {
    return await api.call(VERBS.getPrincipal, { principal })
  } catch (error) {
    if (error instanceof KrbError && error.code === 'KADM5_UNK_PRINC') return undefined
    throw error
  }
}

/** None for our own krbtgt, and for a ticket-granting service of two other realms. */
function otherRealm(principal: Principal, ours: string): readonly string[] {
  if (!isTgtPrincipal(principal)) return []
  const [, of] = principal.components as [string, string]
  if (of === ours) return principal.realm === ours ? [] : [principal.realm]
  return principal.realm === ours ? [of] : []
}
