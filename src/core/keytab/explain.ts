import { nearNames } from '../config/near-names.ts'
import { displayText } from '../principal/display.ts'
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

/** A ticket that was not opened, as far as it can be read from outside. */
export interface SealedTicket {
  readonly server: Principal
  /** Absent: the ticket does not say. */
  readonly kvno: number | undefined
  readonly etype: number
  /** Seconds since 1970. */
  readonly issued: number
}

/** Why no key of the keytab called `keytab` opens a ticket: the versions on both sides, and what helps. */
export function unopenedHints(entries: readonly KeytabEntry[], ticket: SealedTicket, keytab: string): readonly string[] {
  const { server, kvno, etype, issued } = ticket
  const name = displayText(unparsePrincipal(server))
  const own = entries.filter(({ principal }) => samePrincipal(principal, server))
  const made = `the ticket for ${name} is made with ${kvno === undefined ? 'a key without number' : `kvno ${kvno}`}, ${etypeName(etype)}, at ${isoTime(issued)}`
  if (own.length === 0) return [made, ...missingHints(entries, server, keytab)]
  const versions = [...new Set(own.map(entry => `${versionText(entry)} (${etypeName(entry.key.etype)})`))]
  return [made, `${keytab} has of ${name}: ${versions.join('; ')}`, nextStep(own, ticket, name, keytab)]
}

function nextStep(own: readonly KeytabEntry[], { kvno, etype }: SealedTicket, name: string, keytab: string): string {
  const same = own.filter(entry => kvno === undefined || entry.kvno === kvno || entry.kvno === (kvno & 0xff))
  if (same.some(({ key }) => key.etype === etype)) {
    return `the key of ${name} in ${keytab} is another one than that of the KDC: tktutil verify says more, tkadmin ktadd makes both anew`
  }
  if (same.length > 0) return `the keytab lacks the key of ${etypeName(etype)}: tkadmin ktadd -norandkey adds all that the KDC has`
  if (own.every(entry => entry.kvno < kvno!))
    return 'the key was changed after the keytab was written: tkadmin ktadd -norandkey adds the present one'
  if (own.every(entry => entry.kvno > kvno!)) return 'the ticket is from before the key was changed: tkinit and a new ticket help'
  return `the keytab lacks kvno ${kvno}: tkinit and a new ticket help, if the KDC has a later key`
}

/** `kvno 3 of 2026-11-21T20:00:43Z` */
export function versionText({ kvno, timestamp }: KeytabEntry): string {
  return timestamp === 0 ? `kvno ${kvno}, undated` : `kvno ${kvno} of ${isoTime(timestamp)}`
}

const MOST_NAMES = 5
