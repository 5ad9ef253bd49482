import { KrbError } from '../errors/krb-error.ts'
import { type Principal, samePrincipal, unparsePrincipal } from '../principal/principal.ts'
import { missingHints, versionText } from './explain.ts'
import type { KeytabEntry } from './keytab.ts'

/**
 * The entry for a name, an enctype (0 = any) and a kvno (0 = the newest). An explicit kvno matches exactly or, failing that, by its low
 * 8 bits, since older writers stored no more. Name types do not matter. Hints of errors call the keytab `keytab`.
 */
export function lookup(entries: readonly KeytabEntry[], principal: Principal, kvno: number, etype: number, keytab: string): KeytabEntry {
  const candidates = entries.filter(entry => samePrincipal(entry.principal, principal) && (etype === 0 || entry.key.etype === etype))
  if (candidates.length === 0) {
    const name = unparsePrincipal(principal)
    throw new KrbError(
      'KRB5_KT_NOTFOUND',
      { principal: name },
      { text: `No key table entry found for ${name}`, hints: missingHints(entries, principal, keytab) },
    )
  }
  const found = kvno === 0 ? newest(candidates) : ofKvno(candidates, kvno)
  if (found !== undefined) return found
  const present = [...new Set(candidates.map(versionText))].join('; ')
  throw new KrbError(
    'KRB5_KT_KVNONOTFOUND',
    { principal: unparsePrincipal(principal), kvno },
    { hints: [`${keytab} has of ${unparsePrincipal(principal)}: ${present}; not ${kvno}`] },
  )
}

/** Whether `a` supersedes `b`: a kvno below 128 beats one above 240 that is not younger, because 8 bits wrap. */
export function isNewer(a: KeytabEntry, b: KeytabEntry): boolean {
  if (a.kvno < 128 && b.kvno > 240 && b.timestamp <= a.timestamp) return true
  if (a.kvno > 240 && b.kvno < 128 && a.timestamp <= b.timestamp) return false
  return a.kvno > b.kvno
}

function newest(entries: readonly KeytabEntry[]): KeytabEntry | undefined {
  return entries.reduce<KeytabEntry | undefined>((best, entry) => (best === undefined || isNewer(entry, best) ? entry : best), undefined)
}

function ofKvno(entries: readonly KeytabEntry[], kvno: number): KeytabEntry | undefined {
  return entries.find(entry => entry.kvno === kvno) ?? entries.find(entry => entry.kvno === (kvno & 0xff))
}
