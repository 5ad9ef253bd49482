import { nearNames } from '../config/near-names.ts'
import { type Principal, samePrincipal, unparsePrincipal } from '../principal/principal.ts'
import { etypeName } from '../registry/etype.ts'
import { isoTime } from '../time/format.ts'
import type { KeytabEntry } from './keytab.ts'

/** Why there is no entry for `principal`: what the keytab called `keytab` has instead, and which name may have been meant. */
export function missingHints(entries: readonly KeytabEntry[], principal: Principal, keytab: string): readonly string[] {
  const own = entries.filter(entry => samePrincipal(entry.principal, principal))
  const name = unparsePrincipal(principal)
  if (own.length > 0) return [`${keytab} has of ${name} only ${[...new Set(own.map(({ key }) => etypeName(key.etype)))].join(', ')}`]
  const names = [...new Set(entries.map(entry => unparsePrincipal(entry.principal)))]
  if (names.length === 0) return [`${keytab} is empty`]
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  const near = nearNames(name, names).slice(0, MOST_NAMES)
  return [
    `${keytab} has keys of ${names.slice(0, MOST_NAMES).join(', ')}${more}`,
    ...(near.length === 0 ? [] : [`nearest to ${name}: ${near.join(', ')}`]),
  ]
}

/** `kvno 3 of 2026-11-21T20:00:43Z` */
export function versionText({ kvno, timestamp }: KeytabEntry): string {
  return timestamp === 0 ? `kvno ${kvno}, undated` : `kvno ${kvno} of ${isoTime(timestamp)}`
}

const MOST_NAMES = 5
