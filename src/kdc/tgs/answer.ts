import type { TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import type { Pac, PacBuffer } from '../../core/pac/container.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { Issued, KdcEvents } from '../audit/kdc-events.ts'
import { type Acting, actingFor, limits, tgsIssued, tgsRefused } from '../audit/log-line.ts'
import { errorReply } from '../error-reply.ts'
import { ticketKey } from '../keys.ts'
import { actedForPac, carriesPac, delegatedPac, sameClientsPac } from '../pac/contents.ts'
import type { PacToIssue } from '../pac/issue.ts'
import type { PeerAddress } from '../peer-address.ts'
import { firstRefusal } from '../permit/check.ts'
import { delegationRefusal, isDelegation, unforwardable } from '../permit/delegation.ts'
import { missingIndicator } from '../permit/indicators.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import { sessionEtype } from '../permit/session-etype.ts'
import { TGS_CHECKS } from '../permit/tgs-checks.ts'
import { ticketFlags } from '../permit/ticket-flags.ts'
import { feltLimits, ticketTimes } from '../permit/ticket-times.ts'
import { badTransitRefusal, transitedPath } from '../permit/transited.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import { ticketAuthorizationData } from './authorization-data.ts'
import { gatherTgs } from './gather.ts'
import { type HeaderTicket, openHeaderTicket } from './header-ticket.ts'
import { issueTgs, type TgsPermitted, type TicketKey } from './issue.ts'
import { type Subject, subjectOf } from './subject.ts'

/** A TGS request from its octets to the reply's: header ticket, gather, permit, issue. One line in the log, and one before it when a limit was felt. */
export async function answerTgs(octets: Bytes, request: TgsReq, from: PeerAddress, desk: RealmDesk, now: Instant): Promise<Bytes> {
  const body = request.reqBody.value
  let server: Principal | undefined = body.sname && fromPrincipalName(body.sname, body.realm)
  let client: Principal | undefined
  let authtime = 0
  let header: HeaderTicket | undefined
  let resolved: TgsResolved | undefined
  let acting: Acting | undefined
  let permitted: TgsPermitted | Refusal
  const tell = async (result: Issued | Refusal, audit: KdcEvents) => {
    const entry = resolved?.client ?? (header && (await desk.realm.store.principal(header.client)))
    const padata = request.padata ?? []
    const actedFor = acting && subjectOf(resolved!).actedFor
    audit.tgs({ body, padata, from, header, client, clientKnown: entry !== undefined, server, resolved, actedFor, result })
  }
  try {
    const opened = await openHeaderTicket(request, from, desk, now)
    client = opened.client
    if ('refusal' in opened) permitted = opened.refusal
    else {
      header = opened
      const gathered = await gatherTgs(request, header, desk, now.seconds)
      if (gathered instanceof Refusal) permitted = gathered
      else {
        resolved = gathered
        server = resolved.server.principal
        if (resolved.s4u2self !== undefined) acting = 'PROTOCOL-TRANSITION'
        const refusal = firstRefusal(TGS_CHECKS, resolved)
        if (refusal === undefined && isDelegation(resolved)) acting = 'CONSTRAINED-DELEGATION'
        const forbidden = refusal ?? (acting === 'CONSTRAINED-DELEGATION' ? delegationRefusal(resolved) : undefined)
        if (forbidden === undefined) authtime = subjectOf(resolved).ticket.authtime
        permitted = forbidden ?? permitTgs(octets, request, header, resolved, desk)
      }
    }
    if (!(permitted instanceof Refusal)) {
      const { reply, encPart } = issueTgs(permitted, desk.random)
      const { times, ticketKey, sessionEtype: session } = permitted
      const etypes = { reply: permitted.header.replyKey.etype.id, ticket: ticketKey.key.etype.id, session }
      const names = { client: permitted.header.client, server: permitted.resolved.server.principal }
      if (feltLimits(times)) desk.log('info', limits(times, names))
      desk.log('info', tgsIssued(body, from, authtime, etypes, names))
      if (acting !== undefined) desk.log('info', actingFor(acting, subjectOf(permitted.resolved).actedFor))
      if (desk.audit !== undefined) await tell({ encPart, etypes, flags: permitted.flags, times }, desk.audit)
      return reply
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    permitted = refusalOf(error, 'UNKNOWN_REASON')
  }
  if (permitted.remark !== undefined) desk.log('error', permitted.remark)
  desk.log('info', tgsRefused(body, from, authtime, permitted, { client, server }))
  if (acting !== undefined && permitted.code !== 'KRB5KDC_ERR_SERVER_NOMATCH') desk.log('info', actingFor(acting, undefined))
  if (desk.audit !== undefined) await tell(permitted, desk.audit)
  return errorReply(permitted, { client, server: body.sname && fromPrincipalName(body.sname, body.realm), realm: body.realm }, now)
}

/** What is granted, once nothing forbids it. */
function permitTgs(octets: Bytes, request: TgsReq, header: HeaderTicket, resolved: TgsResolved, desk: RealmDesk): TgsPermitted | Refusal {
  const { body, server, realm } = resolved
  const subject = subjectOf(resolved)
  const second = body.kdcOptions & KdcOptions.ENC_TKT_IN_SKEY ? resolved.second : undefined
  const session = userToUserEtype(body.etype, second) ?? sessionEtype(body.etype, server, realm.sessionEtypes)
  if (session === undefined) return new Refusal('KRB5KDC_ERR_ETYPE_NOSUPP', 'BAD_ENCRYPTION_TYPE')
  // Who a service vouches for did not authenticate in any way.
  const missing = resolved.s4u2self === undefined ? missingIndicator(server) : undefined
  if (missing !== undefined) return missing
  const times = ticketTimes({
    now: resolved.now,
    body,
    client: subject.entry,
    server,
    realm,
    header: { ...resolved.header, authtime: subject.ticket.authtime },
  })
  const ticketKey = second === undefined ? serverKey(resolved, desk) : { key: second.sessionKey, kvno: undefined }
  if (ticketKey instanceof Refusal) return ticketKey
  // Evidence is our own realm's work, and says itself by which realms its client came.
  const path = transitedPath(
    isDelegation(resolved) ? { ...resolved, header: subject.ticket, crossRealm: false } : resolved,
    subject.client.realm,
  )
  if (path instanceof Refusal) return path
  if (path.remark !== undefined) desk.log(...path.remark)
  const badTransit = badTransitRefusal(path, resolved)
  if (badTransit !== undefined) return badTransit
  if (times.endtime <= times.starttime) return new Refusal('KRB5KDC_ERR_NEVER_VALID', 'NEVER_VALID')
  const authorizationData = ticketAuthorizationData(body, subject.ticket, header)
  if (authorizationData instanceof Refusal) return authorizationData
  const grounds = {
    kdcOptions: body.kdcOptions,
    clientAttributes: subject.entry?.attributes,
    serverAttributes: server.attributes,
    headerFlags: resolved.header.flags,
  }
  const renewable = times.renewTill === undefined ? 0 : TicketFlags.RENEWABLE
  const flags =
    ((ticketFlags(grounds) & ~(unforwardable(resolved) | TicketFlags.RENEWABLE | TicketFlags.TRANSITED_POLICY_CHECKED)) |
      renewable |
      path.flag) >>>
    0
  const pac = pacToIssue(resolved, subject, ticketKey, flags)
  if (pac instanceof Refusal) return pac
  return {
    request: octets,
    padata: request.padata ?? [],
    resolved,
    header,
    client: subject.client,
    ticketKey,
    sessionEtype: session,
    flags,
    transited: path.transited,
    times,
    authorizationData,
    pac,
  }
}

/** The PAC of the ticket that the subject is known by goes on; a ticket without one begets tickets without one. */
function pacToIssue(resolved: TgsResolved, subject: Subject, { key }: TicketKey, flags: number): PacToIssue | undefined | Refusal {
  const { server, realm, vouching, s4u2self } = resolved
  // A service that acts for users needs the PAC to go on with, whatever it wants in other tickets.
  const attributes = s4u2self === undefined ? server.attributes : server.attributes & ~Attributes.NO_AUTH_DATA_REQUIRED
  if (subject.pac === undefined || !carriesPac(realm, attributes, flags)) return undefined
  try {
    return { contents: pacContents(resolved, subject, subject.pac), keys: { server: key, kdc: vouching.key } }
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, 'HANDLE_AUTHDATA')
    throw error
  }
}

function pacContents(resolved: TgsResolved, { client, ticket, actedFor }: Subject, pac: Pac): readonly PacBuffer[] {
  const { requested, second, referral } = resolved
  if (isDelegation(resolved)) return delegatedPac(pac, client, ticket.authtime, requested, second!.server)
  if (actedFor === undefined) return sameClientsPac(pac)
  return actedForPac(pac, actedFor, ticket.authtime, referral ? 'with-realm' : 'without-realm')
}

function serverKey({ server, realm }: TgsResolved, { keys }: RealmDesk): TicketKey | Refusal {
  try {
    const found = ticketKey(server, realm.permittedEtypes)
    return { key: keys.ready(found), kvno: found.data.kvno }
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, 'FINDING_SERVER_KEY')
    throw error
  }
}

/** A server that takes user-to-user tickets may know no other enctype than that of its TGT's session key, so that one comes first. */
function userToUserEtype(wanted: readonly EtypeId[], second: TgsResolved['second']): EtypeId | undefined {
  const etype = second?.ticket.key.keytype
  return etype !== undefined && wanted.includes(etype) ? etype : undefined
}
