import { type Principal, samePrincipal } from '../principal/principal.ts'
import type { KeytabEntry } from './keytab.ts'
import { isNewer } from './lookup.ts'

/** The entries of one principal with the same version, newest first. */
export interface KeyVersion {
  readonly kvno: number
  readonly entries: readonly KeytabEntry[]
}

/** The versions that a keytab has of a principal, newest first. */
export function versionsOf(principal: Principal, entries: readonly KeytabEntry[]): readonly KeyVersion[] {
  const own = entries.filter(entry => samePrincipal(entry.principal, principal))
  const newestFirst = own.toSorted((a, b) => (isNewer(a, b) ? -1 : isNewer(b, a) ? 1 : 0))
  return [...new Set(newestFirst.map(({ kvno }) => kvno))].map(kvno => ({ kvno, entries: own.filter(entry => entry.kvno === kvno) }))
}

/** The principals of a keytab, each once, in its order. */
export function principalsOf(entries: readonly KeytabEntry[]): readonly Principal[] {
  const principals: Principal[] = []
  for (const { principal } of entries) if (!principals.some(seen => samePrincipal(seen, principal))) principals.push(principal)
  return principals
}

/** The entries that are not among the `keep` newest versions of their principal. */
export function outdatedEntries(entries: readonly KeytabEntry[], keep: number): ReadonlySet<KeytabEntry> {
  return new Set(
    principalsOf(entries).flatMap(principal =>
      versionsOf(principal, entries)
        .slice(keep)
        .flatMap(version => version.entries),
    ),
  )
}
