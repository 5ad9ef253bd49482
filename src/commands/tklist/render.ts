import { decodeText, encodeText } from '../../core/bytes/text.ts'
import { ticketFlagLetters } from '../../core/flags/ticket-flags.ts'
import { displayText } from '../../core/principal/display.ts'
import { type EtypeId, etypeName, etypeStanding } from '../../core/registry/etype.ts'
import { isoTime, klistTime } from '../../core/time/format.ts'
import type { Zone } from '../../core/time/zone.ts'
import { type TicketLine, ticketJson } from '../text/ticket.ts'
import type { CacheListing, ConfigLine, KeytabListing, MemberLine } from './run.ts'

/** Which extra fields were asked for. */
export interface CacheView {
  readonly zone: Zone
  readonly flags: boolean
  readonly etypes: boolean
  readonly adTypes: boolean
  readonly addresses: boolean
  readonly configuration: boolean
}

export interface KeytabView {
  readonly zone: Zone
  readonly times: boolean
  readonly etypes: boolean
}

/** As MIT's klist prints a cache, except that control characters of names are escaped (threat T40). */
export function cacheText(listing: CacheListing, view: CacheView): string {
  const heading = 'Valid starting     Expires            Service principal'
  const parts = [`Ticket cache: ${displayText(listing.name)}\nDefault principal: ${displayText(listing.principal)}\n\n${heading}\n`]
  for (const entry of listing.entries) {
    if ('ticket' in entry) parts.push(ticketText(entry.ticket, listing.principal, view))
    else if (view.configuration) parts.push(configText(entry.setting, view))
  }
  return parts.join('')
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

/** The extra fields share lines; after more than two of them the encryption types start a new one (facts: mit-cli section 2). */
function ticketText(ticket: TicketLine, owner: string, view: CacheView): string {
  const { zone } = view
  const lines = [`${klistTime(ticket.starttime, zone)}  ${klistTime(ticket.endtime, zone)}  ${displayText(ticket.server)}`]
  let fields: string[] = []
  let weight = 0
  const add = (field: string, counts: number) => {
    fields.push(field)
    weight += counts
  }
  const flush = () => {
    if (fields.length > 0) lines.push(`\t${fields.join(', ')}`)
    fields = []
    weight = 0
  }
  if (ticket.client !== owner) add(`for client ${displayText(ticket.client)}`, 1)
  if (ticket.renewTill !== 0) add(`renew until ${klistTime(ticket.renewTill, zone)}`, 2)
  const letters = view.flags ? ticketFlagLetters(ticket.flags) : ''
  if (letters !== '') add(`Flags: ${letters}`, 1)
  if (weight > 2) flush()
  if (view.etypes && ticket.ticketEtype !== undefined) {
    add(`Etype (skey, tkt): ${etypeText(ticket.sessionEtype)}, ${etypeText(ticket.ticketEtype)} `, 1)
  }
  if (view.adTypes) add(`AD types: ${ticket.adTypes.join(', ')}`, 1)
  flush()
  if (view.addresses) lines.push(`\tAddresses: ${ticket.addresses.map(a => displayText(a.text)).join(', ') || '(none)'}`)
  if (ticket.ticketServer !== undefined) lines.push(`\tTicket server: ${displayText(ticket.ticketServer)}`)
  return `${lines.join('\n')}\n`
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
