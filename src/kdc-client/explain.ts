import type { Credential } from '../core/ccache/credential.ts'
import type { ClientConfig } from '../core/config/krb5-conf.ts'
import { placeText } from '../core/config/realm-origin.ts'
import { TicketFlags } from '../core/flags/ticket-flags.ts'
import { displayText } from '../core/principal/display.ts'
import type { Principal } from '../core/principal/principal.ts'
import { type EtypeId, etypeName } from '../core/registry/etype.ts'
import { NameType } from '../core/registry/name-type.ts'
import { isoTime } from '../core/time/format.ts'
import { shown } from './check-reply.ts'
import { spanText } from './clock-hint.ts'

/*
 * What a person needs beside MIT's words: hints of errors, which appear on a terminal and in JSON.
 */

/** A client that a KDC does not know. */
export function unknownClientHints(client: Principal, canonicalize: boolean): readonly string[] {
  const sent = `sent as ${shown(client)}, name type ${nameTypeText(client.type)}, ${canonicalize ? 'with' : 'without'} canonicalization`
  const next = [
    ...(canonicalize ? [] : ['-C (canonicalize = true) finds aliases']),
    ...(client.type === NameType.ENTERPRISE ? [] : ['-E takes a name like user@company']),
  ]
  return next.length === 0 ? [sent] : [sent, next.join('; ')]
}

/** A service that a KDC does not know: the name as it was asked for, and the realms whose KDCs were asked, in the order of the referrals. */
export function unknownServerHints(server: Principal, realms: readonly string[]): readonly string[] {
  return [
    `asked for ${shown(server)}, name type ${nameTypeText(server.type)}`,
    `asked ${realms.length > 1 ? 'one after another' : 'the KDC of'}: ${realms.map(displayText).join(' -> ')}`,
  ]
}

/** A ticket that is over; `now` by the KDC's clock, seconds since 1970. */
export function endedHints({ server, endtime, renewTill, flags }: Credential, now: number): readonly string[] {
  const ended = `${shown(server)} ended at ${isoTime(endtime)}, ${spanText(Math.max(0, now - endtime))} ago`
  if (!(flags & TicketFlags.RENEWABLE)) return [ended, 'it was not renewable: a new tkinit is needed']
  const limit = `renewable until ${isoTime(renewTill)}`
  if (renewTill < now) return [ended, `${limit}, which was ${spanText(now - renewTill)} ago: a new tkinit is needed`]
  return [ended, `${limit}, but only before it ends: a new tkinit is needed`]
}

/** A postdated ticket that is not to be used yet; `now` as with `endedHints`. */
export function notStartedHint({ server, starttime }: Credential, now: number): string {
  const wait = starttime > now ? `starts at ${isoTime(starttime)}, in ${spanText(starttime - now)}` : `started at ${isoTime(starttime)}`
  return `${shown(server)} is postdated: it ${wait}; from then on tkinit -v validates it`
}

/** No enctype in common: what was asked for and who said so, and the keys that are at hand. */
export function etypeHints(lists: {
  readonly asked: readonly EtypeId[]
  readonly from: string
  readonly offered: readonly EtypeId[] | undefined
  readonly keytab: readonly EtypeId[] | undefined
}): readonly string[] {
  return [
    `asked for: ${etypeNames(lists.asked)} (${lists.from})`,
    `the KDC offers: ${lists.offered === undefined ? 'it does not say' : etypeNames(lists.offered)}`,
    ...(lists.keytab === undefined ? [] : [`in the keytab: ${etypeNames(lists.keytab)}`]),
  ]
}

/** Which relation of [libdefaults] gives a list of enctypes, and where it stands. */
export function etypeListOrigin(
  relation: 'default_tkt_enctypes' | 'default_tgs_enctypes',
  { profile }: Pick<ClientConfig, 'profile'>,
): string {
  for (const name of [relation, 'permitted_enctypes']) {
    const place = profile.where('libdefaults', name)
    if (place !== undefined) return `${name}, ${placeText(place)}`
  }
  return 'the built-in list'
}

function etypeNames(etypes: readonly EtypeId[]): string {
  return etypes.length === 0 ? 'none' : etypes.map(etypeName).join(' ')
}

function nameTypeText(type: number): string {
  const name = Object.entries(NameType).find(([, number]) => number === type)?.[0]
  return name === undefined ? String(type) : `${name.replaceAll('_', '-')} (${type})`
}

export const EXPIRED_HINT = 'tkpasswd changes it; without a terminal it reads the old password and twice the new one from standard input'
