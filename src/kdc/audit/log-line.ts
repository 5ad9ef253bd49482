import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { displayText } from '../../core/principal/display.ts'
import { fromPrincipalName, type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { type EtypeId, etypeLogName } from '../../core/registry/etype.ts'
import type { PeerAddress } from '../peer-address.ts'
import type { Refusal } from '../refusal.ts'

/** Enctypes of an issued ticket: of the reply's key, the ticket's and the session key. */
export interface IssuedEtypes {
  readonly reply: EtypeId
  readonly ticket: EtypeId
  readonly session: EtypeId
}

/*
 * The KDC's log in MIT's words (facts: formats 8), without the prefix. Scripts search for these lines.
 */

export function asIssued(body: KdcReqBody, from: PeerAddress, authtime: number, issued: IssuedEtypes): string {
  return line(`AS_REQ (${requestEtypes(body)}) ${from.text}: ISSUE: authtime ${authtime}, ${issuedEtypes(issued)}, ${asNames(body)}`)
}

export function asRefused(body: KdcReqBody, from: PeerAddress, { status, text }: Refusal): string {
  return line(`AS_REQ (${requestEtypes(body)}) ${from.text}: ${status}: ${asNames(body)}, ${text}`)
}

export function tgsIssued(
  body: KdcReqBody,
  from: PeerAddress,
  authtime: number,
  issued: IssuedEtypes,
  client: Principal,
  server: Principal,
): string {
  const names = `${clientText(client)} for ${serverText(server)}`
  return line(`TGS_REQ (${requestEtypes(body)}) ${from.text}: ISSUE: authtime ${authtime}, ${issuedEtypes(issued)}, ${names}`)
}

/** `authtime` is 0 and `client` undefined until the ticket has been opened. */
export function tgsRefused(
  body: KdcReqBody,
  from: PeerAddress,
  authtime: number,
  { status, text }: Refusal,
  client: Principal | undefined,
  server: Principal | undefined,
): string {
  const names = `${clientText(client)} for ${serverText(server)}`
  return line(`TGS_REQ (${requestEtypes(body)}) ${from.text}: ${status}: authtime ${authtime}, ${NOTHING_ISSUED} ${names}, ${text}`)
}

export function unknownTicketServer(server: Principal): string {
  return line(`TGS_REQ: UNKNOWN SERVER: server='${serverText(server)}'`)
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
  return `${clientText(cname && fromPrincipalName(cname, realm))} for ${serverText(sname && fromPrincipalName(sname, realm))}`
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
/** Nobody honest asks for more; a line stays a line. */
const ETYPES_SHOWN = 64
