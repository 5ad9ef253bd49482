import type { EncryptedData } from '../../core/asn1/messages/encrypted-data.ts'
import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { KdcOptions, kdcOptionNames } from '../../core/flags/kdc-options.ts'
import { ticketFlagNames } from '../../core/flags/ticket-flags.ts'
import { fromPrincipalName, type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { isoTime } from '../../core/time/format.ts'
import type { PeerAddress } from '../peer-address.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import type { TicketTimes } from '../permit/ticket-times.ts'
import type { Refusal } from '../refusal.ts'
import type { HeaderTicket } from '../tgs/header-ticket.ts'
import { crossRealmUse } from './cross-realm.ts'
import type { AsEvent, AuditedError, AuditedTicket, ShownTicket, TgsEvent, TgsKind } from './event.ts'
import type { IssuedEtypes } from './log-line.ts'
import { ticketId } from './ticket-id.ts'
import type { AuditTrail } from './trail.ts'

/** What was issued, for the event about it. */
export interface Issued {
  readonly encPart: EncryptedData
  readonly etypes: IssuedEtypes
  readonly flags: number
  readonly times: TicketTimes
}

export interface AsTold {
  readonly body: KdcReqBody
  readonly padata: readonly PaData[]
  readonly from: PeerAddress
  /** Of the desk that answered. */
  readonly realm: string
  readonly clientKnown: boolean
  readonly result: Issued | Refusal
  /** Names of the mechanisms that the client passed. */
  readonly preauth: readonly string[]
}

export function asEvent(told: AsTold): AsEvent {
  const { body, realm, from, clientKnown, result, preauth } = told
  const server = body.sname && fromPrincipalName(body.sname, body.realm)
  return {
    event: 'as',
    ...outcome(result),
    realm,
    address: from.text,
    client: nameOf(body.cname && fromPrincipalName(body.cname, body.realm)),
    client_known: clientKnown,
    server: nameOf(server),
    request: requestOf(told),
    ...('encPart' in result && { ticket: ticketOf(result) }),
    ...(preauth.length > 0 && { preauth: preauth.join(' ') }),
    pkinit: null,
  }
}

export interface TgsTold {
  readonly body: KdcReqBody
  readonly padata: readonly PaData[]
  readonly from: PeerAddress
  readonly realm: string
  /** The ticket shown, when it could be opened. */
  readonly header: HeaderTicket | undefined
  readonly client: Principal | undefined
  /** Whether the client has an entry in this database. */
  readonly clientKnown: boolean
  readonly server: Principal | undefined
  /** As far as the request got. */
  readonly resolved: TgsResolved | undefined
  readonly result: Issued | Refusal
}

export function tgsEvent(told: TgsTold, trail: AuditTrail): TgsEvent {
  const { realm, from, header, client, clientKnown, server, resolved, result } = told
  const second = resolved?.second
  const crossRealm = crossRealmUse(told, trail)
  return {
    event: 'tgs',
    kind: kindOf(told),
    ...outcome(result),
    realm,
    address: from.text,
    client: nameOf(client),
    client_known: clientKnown,
    server: nameOf(server),
    request: requestOf(told),
    ...(header !== undefined && { header_ticket: shown(header, header.client) }),
    ...(second !== undefined && { second_ticket: shown(second, fromPrincipalName(second.ticket.cname, second.ticket.crealm)) }),
    ...('encPart' in result && { ticket: ticketOf(result) }),
    ...(crossRealm !== undefined && { cross_realm: crossRealm }),
  }
}

/** The first that fits. */
function kindOf({ body, padata, resolved }: TgsTold): TgsKind {
  const { kdcOptions } = body
  if (kdcOptions & KdcOptions.VALIDATE) return 'validate'
  if (kdcOptions & KdcOptions.RENEW) return 'renew'
  if (kdcOptions & KdcOptions.CNAME_IN_ADDL_TKT) return 's4u2proxy'
  if (padata.some(isS4u)) return 's4u2self'
  if (kdcOptions & KdcOptions.ENC_TKT_IN_SKEY) return 'user-to-user'
  if (kdcOptions & KdcOptions.FORWARDED) return 'forward'
  if (kdcOptions & KdcOptions.PROXY) return 'proxy'
  return resolved?.referral ? 'referral' : 'service'
}

function isS4u({ padataType }: PaData): boolean {
  return padataType === PaType.FOR_USER || padataType === PaType.S4U_X509_USER
}

function outcome(result: Issued | Refusal): { outcome: 'success' | 'failure'; status: string; error?: AuditedError } {
  if ('encPart' in result) return { outcome: 'success', status: 'ISSUE' }
  const { code, protocolCode, status, text } = result
  return { outcome: 'failure', status, error: { code, number: protocolCode, text } }
}

function requestOf({ body, padata }: { readonly body: KdcReqBody; readonly padata: readonly PaData[] }): TgsEvent['request'] {
  return {
    etypes: body.etype.slice(0, MOST_SHOWN).map(etypeName),
    kdc_options: kdcOptionNames(body.kdcOptions),
    padata: padata.slice(0, MOST_SHOWN).map(({ padataType }) => padataType),
  }
}

function ticketOf({ encPart, etypes, flags, times }: Issued): AuditedTicket {
  const { authtime, starttime, endtime, renewTill } = times
  return {
    id: ticketId(encPart),
    etypes: { reply: etypeName(etypes.reply), ticket: etypeName(etypes.ticket), session: etypeName(etypes.session) },
    flags: ticketFlagNames(flags),
    authtime: isoTime(authtime),
    starttime: isoTime(starttime),
    endtime: isoTime(endtime),
    renew_till: renewTill === undefined ? null : isoTime(renewTill),
  }
}

/** A ticket that came with the request. */
function shown(
  {
    sealed,
    server,
    ticket,
  }: { readonly sealed: EncryptedData; readonly server: Principal; readonly ticket: { readonly authtime: number } },
  client: Principal,
): ShownTicket {
  return { id: ticketId(sealed), server: unparsePrincipal(server), client: unparsePrincipal(client), authtime: isoTime(ticket.authtime) }
}

function nameOf(principal: Principal | undefined): string | null {
  return principal === undefined ? null : unparsePrincipal(principal)
}

/** Nobody honest has more; a line stays a line. */
const MOST_SHOWN = 64
