import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { ticketFlagLetters } from '../../core/flags/ticket-flags.ts'
import { displayText } from '../../core/principal/display.ts'
import { type EtypeId, etypeName, etypeStanding } from '../../core/registry/etype.ts'
import { isoTime, klistTime } from '../../core/time/format.ts'
import type { Zone } from '../../core/time/zone.ts'
import { type TicketLine, ticketJson } from '../text/ticket.ts'
import type { CacheEntry, CacheListing, ConfigLine, KeytabListing, MemberLine } from './run.ts'

/** Which extra fields were asked for. */
export interface CacheView {
  readonly startTime: (seconds: number) => string
  readonly endTime: (seconds: number) => string
  readonly renewTime: (seconds: number) => string
  readonly letters: (flags: number) => string
  readonly flags: boolean
  readonly etypes: boolean
  readonly adTypes: boolean
  readonly addresses: boolean
  readonly configuration: boolean
}

/** Times and flags as klist prints them; those of one ticket are often those of the next, so each remembers its last one. */
export function texts(zone: Zone): Pick<CacheView, 'startTime' | 'endTime' | 'renewTime' | 'letters'> {
  const time = (seconds: number) => klistTime(seconds, zone)
  return {
    startTime: remembering(time),
    endTime: remembering(time),
    renewTime: remembering(time),
    letters: remembering(ticketFlagLetters),
  }
}

export interface KeytabView {
  readonly zone: Zone
  readonly times: boolean
  readonly etypes: boolean
}

/** The head of a cache as MIT's klist prints it, except that control characters of names are escaped (threat T40), here and below. */
export function cacheHeading({ name, principal }: Pick<CacheListing, 'name' | 'principal'>): string {
  const columns = 'Valid starting     Expires            Service principal'
  return `Ticket cache: ${displayText(name)}\nDefault principal: ${displayText(principal)}\n\n${columns}\n`
}

/** One entry, of a cache of `owner`. */
export function entryText(entry: CacheEntry, owner: string, view: CacheView): string {
  if ('ticket' in entry) return ticketText(entry.ticket, owner, view)
  return view.configuration ? configText(entry.setting, view) : ''
}

export const TICKET_COLUMNS = ['Service', 'Valid from', 'Expires', 'Renewable until', 'Flags', 'Encryption']

/** Cells of `--table`. */
export function ticketCells(ticket: TicketLine, zone: Zone): readonly string[] {
  const { server, starttime, endtime, renewTill, flags, sessionEtype } = ticket
  const until = renewTill === 0 ? '' : klistTime(renewTill, zone)
  return [server, klistTime(starttime, zone), klistTime(endtime, zone), until, ticketFlagLetters(flags), etypeText(sessionEtype)]
}

/** One line per cache, `klist -l`; printf counts octets. */
export function collectionText(members: readonly MemberLine[]): string {
  const field = (text: string) => {
    const octets = encodeText(text).subarray(0, 30)
    return decodeText(octets) + ' '.repeat(30 - octets.length)
  }
  const row = (principal: string, name: string) => `${field(principal)} ${name}\n`
  const rows = members.map(({ principal, name, expired }) =>
    row(displayText(principal), `${displayText(name)}${expired ? ' (Expired)' : ''}`),
  )
  return [row('Principal name', 'Cache name'), row('--------------', '----------'), ...rows].join('')
}

export function keytabHeading(name: string): string {
  return `Keytab name: ${displayText(name)}\n`
}

/** What follows the heading. */
export function keytabText(listing: KeytabListing, view: KeytabView): string {
  const heading = view.times
    ? `KVNO Timestamp         Principal\n---- ${'-'.repeat(TIME_WIDTH)} ${'-'.repeat(73 - TIME_WIDTH)}\n`
    : `KVNO Principal\n---- ${'-'.repeat(74)}\n`
  const lines = listing.entries.map(({ principal, kvno, timestamp, etype, key }) => {
    const time = view.times ? `${klistTime(timestamp, view.zone)} ` : ''
    const type = view.etypes ? ` (${etypeText(etype)}) ` : ''
    const secret = key === undefined ? '' : ` (0x${key})`
    return `${String(kvno).padStart(4)} ${time}${displayText(principal)}${type}${secret}\n`
  })
  return heading + lines.join('')
}

export function cacheJson(listing: CacheListing): object {
  return {
    cache: listing.name,
    principal: listing.principal,
    credentials: listing.entries.flatMap(entry => ('ticket' in entry ? [ticketJson(entry.ticket)] : [])),
    configuration: listing.entries.flatMap(entry => ('setting' in entry ? [configJson(entry.setting)] : [])),
  }
}

function configJson({ key, principal, value }: ConfigLine): object {
  return { key, principal: principal ?? null, value }
}

export function keytabJson(listing: KeytabListing): object {
  return {
    keytab: listing.name,
    entries: listing.entries.map(({ principal, kvno, timestamp, etype, key }) => ({
      principal,
      kvno,
      timestamp: isoTime(timestamp),
      etype: etypeName(etype),
      ...(key === undefined ? {} : { key }),
    })),
  }
}

function remembering(make: (value: number) => string): (value: number) => string {
  let last: number | undefined
  let text = ''
  return value => {
    if (value !== last) {
      text = make(value)
      last = value
    }
    return text
  }
}

/** The extra fields share lines; after more than two of them the encryption types start a new one, as klist counts them. */
function ticketText(ticket: TicketLine, owner: string, view: CacheView): string {
  let text = `${view.startTime(ticket.starttime)}  ${view.endTime(ticket.endtime)}  ${displayText(ticket.server)}\n`
  let weight = 0
  const separator = () => (weight === 0 ? '\t' : ', ')
  if (ticket.client !== owner) {
    text += `${separator()}for client ${displayText(ticket.client)}`
    weight++
  }
  if (ticket.renewTill !== 0) {
    text += `${separator()}renew until ${view.renewTime(ticket.renewTill)}`
    weight += 2
  }
  const letters = view.flags ? view.letters(ticket.flags) : ''
  if (letters !== '') {
    text += `${separator()}Flags: ${letters}`
    weight++
  }
  if (weight > 2) {
    text += '\n'
    weight = 0
  }
  if (view.etypes && ticket.ticketEtype !== undefined) {
    text += `${separator()}Etype (skey, tkt): ${etypeText(ticket.sessionEtype)}, ${etypeText(ticket.ticketEtype)} `
    weight++
  }
  if (view.adTypes) {
    text += `${separator()}AD types: ${ticket.adTypes.join(', ')}`
    weight++
  }
  if (weight > 0) text += '\n'
  if (view.addresses) text += `\tAddresses: ${ticket.addresses.map(a => displayText(a.text)).join(', ') || '(none)'}\n`
  if (ticket.ticketServer !== undefined) text += `\tTicket server: ${displayText(ticket.ticketServer)}\n`
  return text
}

/** `config: key(principal) = value`, octets that do not print as \ooo, broken after column 72 and continued at column 8. */
function configText({ key, principal, value }: ConfigLine, view: CacheView): string {
  let text = `config: ${displayText(key)}${principal === undefined ? '' : `(${displayText(principal)})`} = `
  let column = text.length
  for (const octet of encodeText(value)) {
    if (column < CONFIG_INDENT) {
      text += ' '.repeat(CONFIG_INDENT - column)
      column = CONFIG_INDENT
    }
    const shown = octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : `\\${octet.toString(8).padStart(3, '0')}`
    text += shown
    column += shown.length
    if (column > LAST_COLUMN) {
      text += '\n'
      column = 0
    }
  }
  if (column > 0) text += '\n'
  if (view.adTypes) text += '\tAD types: \n'
  if (view.addresses) text += '\tAddresses: (none)\n'
  return text
}

/** What MIT's library does not know counts as deprecated too. */
function etypeText(etype: EtypeId): string {
  return etypeStanding(etype) === 'current' ? etypeName(etype) : `DEPRECATED:${etypeName(etype)}`
}

const TIME_WIDTH = 17
const CONFIG_INDENT = 8
const LAST_COLUMN = 72
