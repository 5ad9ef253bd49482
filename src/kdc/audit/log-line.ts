import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { decodeText } from '../../core/bytes/text.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { fromPrincipalName, type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { type EtypeId, etypeLogName } from '../../core/registry/etype.ts'
import type { PeerAddress } from '../peer-address.ts'
import type { TicketTimes } from '../permit/ticket-times.ts'
import type { Refusal } from '../refusal.ts'

/** Enctypes of an issued ticket: of the reply's key, the ticket's and the session key. */
export interface IssuedEtypes {
  readonly reply: EtypeId
  readonly ticket: EtypeId
  readonly session: EtypeId
}

/*
 * The KDC's log in MIT's words (docs/formats/kdc-log.md), without the prefix. Scripts search for these lines.
 */

export function asIssued(body: KdcReqBody, from: PeerAddress, authtime: number, issued: IssuedEtypes): string {
  return line(`AS_REQ (${requestEtypes(body)}) ${from.text}: ISSUE: authtime ${authtime}, ${issuedEtypes(issued)}, ${asNames(body)}`)
}

export function asRefused(body: KdcReqBody, from: PeerAddress, { status, text }: Refusal): string {
  return line(`AS_REQ (${requestEtypes(body)}) ${from.text}: ${status}: ${asNames(body)}, ${text}`)
}

/** `undefined` for names that are not known yet. */
export interface LoggedNames {
  readonly client: Principal | undefined
  readonly server: Principal | undefined
}

export function tgsIssued(body: KdcReqBody, from: PeerAddress, authtime: number, issued: IssuedEtypes, names: LoggedNames): string {
  return line(`TGS_REQ (${requestEtypes(body)}) ${from.text}: ISSUE: authtime ${authtime}, ${issuedEtypes(issued)}, ${forText(names)}`)
}

/**
 * `authtime` is 0 until the request has passed the checks. MIT's line for a server that does not match has no enctypes, and room for the
 * second ticket's client that stays empty.
 */
export function tgsRefused(
  body: KdcReqBody,
  from: PeerAddress,
  authtime: number,
  { code, status, text }: Refusal,
  names: LoggedNames,
): string {
  if (code === 'KRB5KDC_ERR_SERVER_NOMATCH')
    return line(`TGS_REQ ${from.text}: ${status}: authtime ${authtime}, ${forText(names)}, 2nd tkt client <unknown>`)
  return line(
    `TGS_REQ (${requestEtypes(body)}) ${from.text}: ${status}: authtime ${authtime}, ${NOTHING_ISSUED} ${forText(names)}, ${text}`,
  )
}

/** How a service acts for somebody: it vouches for a user itself, or shows the user's ticket. */
export type Acting = 'PROTOCOL-TRANSITION' | 'CONSTRAINED-DELEGATION'

/** The line after a request of that kind; nobody is named when nothing was issued. */
export function actingFor(acting: Acting, client: Principal | undefined): string {
  return line(`... ${acting} s4u-client=${client === undefined ? '<unknown>' : limited(unparsePrincipal(client))}`)
}

/**
 * Who decided how long an issued ticket lives, when it was not the client. A line of our own, before MIT's, which stays the last one of a request: `LIMITS: authtime N, endtime N by
 * realm, renew-till N by client, alice@R for krbtgt/R@R`; `renew-till none by ...` when a renewable ticket was asked for in vain.
 */
export function limits({ authtime, endtime, endBy, renewTill, renewBy }: TicketTimes, names: LoggedNames): string {
  const renewal = renewBy === undefined ? '' : ` renew-till ${renewTill ?? 'none'} by ${renewBy},`
  return line(`LIMITS: authtime ${authtime}, endtime ${endtime} by ${endBy},${renewal} ${forText(names)}`)
}

export function unknownTicketServer(server: Principal): string {
  return line(`TGS_REQ: UNKNOWN SERVER: server='${serverText(server)}'`)
}

/** Another realm's ticket-granting service is given than was asked for: the next one on the way there. */
export function alternateTgt(server: Principal): string {
  return line(`TGS_REQ: issuing TGT ${serverText(server)}`)
}

export function notCheckingTransit(): string {
  return 'not checking transit path'
}

export function badTransit(
  { cname, crealm }: Pick<EncTicketPart, 'cname' | 'crealm'>,
  server: Principal,
  transited: Bytes,
  { code, message }: KrbError,
): string {
  const via = decodeText(transited.subarray(0, TRANSITED_SHOWN)) + (transited.length > TRANSITED_SHOWN ? '...' : '')
  const way = `from '${clientText(fromPrincipalName(cname, crealm))}' to '${serverText(server)}' via '${via}'`
  return line(
    code === 'KRB5KRB_AP_ERR_ILL_CR_TKT' ? `bad realm transit path ${way}` : `unexpected error checking transit ${way}: ${message}`,
  )
}

export function repeated(from: PeerAddress, what: 'resending' | 'dropping'): string {
  return what === 'resending'
    ? `DISPATCH: repeated (retransmitted?) request from ${from.text}, resending previous response`
    : `DISPATCH: repeated (retransmitted?) request from ${from.text} during request processing, dropping repeated request`
}

/** One record, one line (threats T40, T41). */
export function line(text: string): string {
  return PLAIN.test(text) ? text : displayText(text)
}

function asNames({ cname, sname, realm }: KdcReqBody): string {
  return forText({ client: cname && fromPrincipalName(cname, realm), server: sname && fromPrincipalName(sname, realm) })
}

function forText({ client, server }: LoggedNames): string {
  return `${clientText(client)} for ${serverText(server)}`
}

function clientText(name: Principal | undefined): string {
  return name === undefined ? '<unknown client>' : limited(unparsePrincipal(name))
}

function serverText(name: Principal | undefined): string {
  return name === undefined ? '<unknown server>' : limited(unparsePrincipal(name))
}

function limited(name: string): string {
  return name.length < NAME_LIMIT ? name : `${name.slice(0, NAME_LIMIT - 4)}...`
}

function requestEtypes({ etype }: KdcReqBody): string {
  const shown = etype.slice(0, ETYPES_SHOWN).map(etypeText)
  if (etype.length > ETYPES_SHOWN) shown.push('...')
  return `${etype.length} etypes {${shown.join(', ')}}`
}

function issuedEtypes({ reply, ticket, session }: IssuedEtypes): string {
  return `etypes {rep=${etypeText(reply)}, tkt=${etypeText(ticket)}, ses=${etypeText(session)}}`
}

function etypeText(id: EtypeId): string {
  return `${etypeLogName(id)}(${id})`
}

const NOTHING_ISSUED = 'etypes {rep=UNSUPPORTED:(0)}'
const PLAIN = /^[ -~]*$/
const NAME_LIMIT = 128
const TRANSITED_SHOWN = 125
/** Nobody honest asks for more; a line stays a line. */
const ETYPES_SHOWN = 64
