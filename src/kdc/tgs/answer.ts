import type { TgsReq } from '../../core/asn1/messages/kdc-req.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import { tgsIssued, tgsRefused } from '../audit/log-line.ts'
import { errorReply } from '../error-reply.ts'
import { type FoundKey, ticketKey } from '../keys.ts'
import type { PeerAddress } from '../peer-address.ts'
import { firstRefusal, TGS_CHECKS } from '../permit/checks.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import { sessionEtype } from '../permit/session-etype.ts'
import { ticketFlags } from '../permit/ticket-flags.ts'
import { ticketTimes } from '../permit/ticket-times.ts'
import { transitedFlag } from '../permit/transited.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import { ticketAuthorizationData } from './authorization-data.ts'
import { gatherTgs } from './gather.ts'
import { type HeaderTicket, openHeaderTicket } from './header-ticket.ts'
import { issueTgs, type TgsPermitted } from './issue.ts'

/** A TGS request from its octets to the reply's: header ticket, gather, permit, issue. One line in the log. */
export async function answerTgs(octets: Bytes, request: TgsReq, from: PeerAddress, desk: RealmDesk, now: Instant): Promise<Bytes> {
  const body = request.reqBody.value
  let server: Principal | undefined = body.sname && fromPrincipalName(body.sname, body.realm)
  let client: Principal | undefined
  let authtime = 0
  let permitted: TgsPermitted | Refusal
  try {
    const header = await openHeaderTicket(request, from, desk, now)
    client = header.client
    if ('refusal' in header) permitted = header.refusal
    else {
      const resolved = await gatherTgs(request, header, desk.realm, now.seconds)
      if (resolved instanceof Refusal) permitted = resolved
      else {
        authtime = header.ticket.authtime
        server = resolved.server.principal
        permitted = permitTgs(octets, request, header, resolved, desk)
      }
    }
    if (!(permitted instanceof Refusal)) {
      const reply = issueTgs(permitted, desk.keys, desk.random)
      const etypes = { reply: permitted.header.replyKey.etype.id, ticket: permitted.serverKey.data.etype, session: permitted.sessionEtype }
      desk.log('info', tgsIssued(body, from, authtime, etypes, permitted.header.client, permitted.resolved.server.principal))
      return reply
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    permitted = refusalOf(error, 'UNKNOWN_REASON')
  }
  if (permitted.remark !== undefined) desk.log('error', permitted.remark)
  desk.log('info', tgsRefused(body, from, authtime, permitted, client, server))
  return errorReply(permitted, { client, server: body.sname && fromPrincipalName(body.sname, body.realm), realm: body.realm }, now)
}

function permitTgs(octets: Bytes, request: TgsReq, header: HeaderTicket, resolved: TgsResolved, desk: RealmDesk): TgsPermitted | Refusal {
  const { body, client, server, realm } = resolved
  const refusal = firstRefusal(TGS_CHECKS, resolved)
  if (refusal !== undefined) return refusal
  const times = ticketTimes({ now: resolved.now, body, client, server, realm, header: resolved.header })
  if (times.endtime <= times.starttime) return new Refusal('KRB5KDC_ERR_NEVER_VALID', 'NEVER_VALID')
  const transited = transitedFlag(resolved)
  if (transited instanceof Refusal) return transited
  const session = sessionEtype(body.etype, server, realm.sessionEtypes)
  if (session === undefined) return new Refusal('KRB5KDC_ERR_ETYPE_NOSUPP', 'BAD_ENCRYPTION_TYPE')
  let serverKey: FoundKey
  try {
    serverKey = ticketKey(server, realm.permittedEtypes)
    desk.keys.ready(serverKey)
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, 'FINDING_SERVER_KEY')
    throw error
  }
  const authorizationData = ticketAuthorizationData(body, header)
  if (authorizationData instanceof Refusal) return authorizationData
  const grounds = {
    kdcOptions: body.kdcOptions,
    clientAttributes: client?.attributes,
    serverAttributes: server.attributes,
    headerFlags: resolved.header.flags,
  }
  const renewable = times.renewTill === undefined ? 0 : TicketFlags.RENEWABLE
  return {
    request: octets,
    padata: request.padata ?? [],
    resolved,
    header,
    serverKey,
    sessionEtype: session,
    flags: ((ticketFlags(grounds) & ~TicketFlags.RENEWABLE) | renewable | transited) >>> 0,
    times,
    authorizationData,
  }
}
