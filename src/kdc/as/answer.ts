import type { AsReq } from '../../core/asn1/messages/kdc-req.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { fromPrincipalName, isTgtPrincipal } from '../../core/principal/principal.ts'
import type { Issued } from '../audit/kdc-events.ts'
import { asIssued, asRefused, limits } from '../audit/log-line.ts'
import { errorReply } from '../error-reply.ts'
import { clientKey, type FoundKey, ticketKey } from '../keys.ts'
import { carriesPac, wantsPac } from '../pac/contents.ts'
import { vouchingKeys } from '../pac/vouching-keys.ts'
import type { PeerAddress } from '../peer-address.ts'
import { AS_CHECKS } from '../permit/as-checks.ts'
import { firstRefusal } from '../permit/check.ts'
import { missingIndicator } from '../permit/indicators.ts'
import { countersAfter } from '../permit/lockout.ts'
import type { AsResolved } from '../permit/resolved.ts'
import { sessionEtype } from '../permit/session-etype.ts'
import { ticketFlags } from '../permit/ticket-flags.ts'
import { feltLimits, ticketTimes } from '../permit/ticket-times.ts'
import { preauthenticate } from '../preauth/index.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import { localTgs } from '../tgs/find-server.ts'
import { gatherAs } from './gather.ts'
import { type AsPermitted, issueAs } from './issue.ts'

/** An AS request from its octets to the reply's: gather, permit, pre-authenticate, issue. One line in the log, and one before it when a limit was felt. */
export async function answerAs(octets: Bytes, request: AsReq, from: PeerAddress, desk: RealmDesk, now: Instant): Promise<Bytes> {
  const body = request.reqBody.value
  let resolved: AsResolved | Refusal
  let permitted: AsPermitted | Refusal
  const tell = (result: Issued | Refusal, preauth: readonly string[]) => {
    const clientKnown = !(resolved instanceof Refusal) || resolved.code !== 'KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN'
    desk.audit?.as({ body, padata: request.padata ?? [], from, clientKnown, result, preauth })
  }
  try {
    resolved = await gatherAs(body, desk.realm, now.seconds)
    permitted = resolved instanceof Refusal ? resolved : await permitAs(octets, request, resolved, desk, now)
    if (!(permitted instanceof Refusal)) {
      const { reply, encPart } = issueAs(permitted, desk.keys, desk.random)
      const etypes = { reply: permitted.clientKey.data.etype, ticket: permitted.serverKey.data.etype, session: permitted.sessionEtype }
      if (feltLimits(permitted.times))
        desk.log('info', limits(permitted.times, { client: permitted.clientName, server: permitted.serverName }))
      desk.log('info', asIssued(body, from, permitted.times.authtime, etypes))
      tell({ encPart, etypes, flags: permitted.flags, times: permitted.times }, permitted.preauth)
      note(permitted.clientKey.entry, resolved as AsResolved, 'success', desk)
      return reply
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    resolved = permitted = refusalOf(error, 'UNKNOWN_REASON')
  }
  if (permitted.remark !== undefined) desk.log('info', permitted.remark)
  desk.log('info', asRefused(body, from, permitted))
  tell(permitted, [])
  if (!(resolved instanceof Refusal) && permitted.code === 'KRB5KDC_ERR_PREAUTH_FAILED') note(resolved.client, resolved, 'failure', desk)
  const { cname, sname, realm } = body
  const names = { client: cname && fromPrincipalName(cname, realm), server: sname && fromPrincipalName(sname, realm), realm }
  return errorReply(permitted, names, now)
}

async function permitAs(
  octets: Bytes,
  request: AsReq,
  resolved: AsResolved,
  desk: RealmDesk,
  now: Instant,
): Promise<AsPermitted | Refusal> {
  const { body, client, server, realm } = resolved
  const refusal = firstRefusal(AS_CHECKS, resolved)
  if (refusal !== undefined) return refusal
  const session = sessionEtype(body.etype, server, realm.sessionEtypes)
  if (session === undefined) return new Refusal('KRB5KDC_ERR_ETYPE_NOSUPP', 'BAD_ENCRYPTION_TYPE')
  const times = ticketTimes({ now: now.seconds, body, client, server, realm, header: undefined })
  const found = clientKey(client, body.etype, realm.permittedEtypes)
  const padata = request.padata ?? []
  const earned = await preauthenticate(padata, { client, body, clientKey: found, keys: desk.keys, realm, now })
  if (earned instanceof Refusal) return earned
  const serverKey = openedServerKey(resolved, desk)
  if (serverKey instanceof Refusal) return serverKey
  if (found === undefined) return new Refusal('KRB5KDC_ERR_ETYPE_NOSUPP', 'CANT_FIND_CLIENT_KEY')
  const missing = missingIndicator(server)
  if (missing !== undefined) return missing
  if (times.endtime <= times.starttime) return new Refusal('KRB5KDC_ERR_NEVER_VALID', 'NEVER_VALID')
  const grounds = {
    kdcOptions: body.kdcOptions,
    clientAttributes: client.attributes,
    serverAttributes: server.attributes,
    headerFlags: undefined,
  }
  const renewable = times.renewTill === undefined ? 0 : TicketFlags.RENEWABLE
  const flags = (ticketFlags(grounds) | earned.flags | renewable) >>> 0
  const tgs =
    carriesPac(realm, server.attributes, flags) && wantsPac(padata) ? await localTgs(realm.realm, server, desk.realm.store) : undefined
  if (tgs instanceof Refusal) return tgs
  const vouching = tgs && vouchingKeys(tgs, desk)
  if (vouching instanceof Refusal) return vouching
  return {
    request: octets,
    body,
    padata,
    clientName: fromPrincipalName(body.cname!, body.realm),
    serverName: fromPrincipalName(body.sname!, body.realm),
    client,
    server,
    serverKey,
    clientKey: found,
    sessionEtype: session,
    flags,
    times,
    preauth: earned.by,
    pacSignedBy: vouching?.key,
  }
}

/** The key that the ticket is encrypted in, proved to open. */
function openedServerKey({ server, realm }: AsResolved, { keys }: RealmDesk): FoundKey | Refusal {
  const status = isTgtPrincipal(server.principal) ? 'GET_LOCAL_TGT' : 'FINDING_SERVER_KEY'
  try {
    const first = ticketKey(server, realm.permittedEtypes)
    keys.ready(first)
    return first
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, status)
    throw error
  }
}

/** Lockout counters and last success. The reply does not wait for the disk; a failure to write is one line in the log. */
function note(
  client: AsResolved['client'],
  { clientPolicy, realm, now }: AsResolved,
  outcome: 'success' | 'failure',
  desk: RealmDesk,
): void {
  if (countersAfter(client, clientPolicy, outcome, now, realm) === undefined) return
  desk.realm.store
    .recordAttempt(client.principal, entry => countersAfter(entry, clientPolicy, outcome, now, realm))
    .catch((error: unknown) => desk.log('error', `cannot record an attempt: ${error instanceof Error ? error.message : String(error)}`))
}
