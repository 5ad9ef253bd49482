import { makeApRep } from '../ap/ap-rep.ts'
import { checkTicketTimes, type OpenedApReq, openApReq, type TicketKeys } from '../ap/open-ap-req.ts'
import { ApReq } from '../asn1/messages/ap.ts'
import type { EncTicketPart } from '../asn1/messages/ticket.ts'
import { type Bytes, EMPTY } from '../bytes/bytes.ts'
import type { Credential } from '../ccache/credential.ts'
import { asPrepared, randomKey } from '../crypto/encrypted-data.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { sameSecret } from '../crypto/primitives/constant-time.ts'
import type { Env, Instant } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { TicketFlags } from '../flags/ticket-flags.ts'
import { fromPrincipalName, type Principal } from '../principal/principal.ts'
import type { ReplayCache } from '../rcache/replay-cache.ts'
import { KeyUsage } from '../registry/key-usage.ts'
import { decodeGssChecksum, GssFlag } from './authenticator-checksum.ts'
import { establishContext, type GssContext } from './context.ts'
import { openDelegated } from './delegated.ts'
import { frameToken, SetupToken, unframeToken } from './framing.ts'
import { initialNumber, requireTokenEtype, tokenKey } from './keys.ts'

export interface AcceptTerms {
  /** Keys of the principal that `serverNamedIn` gives; a key of any other would let its owner speak for that principal. */
  readonly keys: TicketKeys
  readonly now: Instant
  /** Seconds. */
  readonly clockskew: number
  readonly replayCache: ReplayCache
  /** MD5 over the channel bindings (RFC 4121 §4.1.1.2), 16 octets: then the initiator has to have the same. Without it, what it has is ignored. */
  readonly channelBindings?: Bytes
}

export interface AcceptedContext {
  /** For the initiator; empty when it did not ask for mutual authentication. */
  readonly reply: Bytes
  readonly context: GssContext
  readonly client: Principal
  readonly server: Principal
  /** `TicketFlags` bits. */
  readonly ticketFlags: number
  readonly authtime: number
  /** When the ticket ends; the context itself never does. */
  readonly endtime: number
  /** `GssFlag` bits that are in force. */
  readonly flags: number
  /** What the initiator handed on with DELEG, else empty. */
  readonly delegated: readonly Credential[]
}

/** Whom the ticket in an initial token names: whose keys to try. Nothing of it is proved before one of them has opened the ticket. */
export function serverNamedIn(token: Bytes): Principal {
  return serverOf(apReqIn(token))
}

/**
 * Accepts an initiator's token (RFC 4121 §4.1): ticket, authenticator, times, channel bindings and replay are checked. Keeps nothing
 * when it throws: what unframing, `openApReq`, `checkTicketTimes` and the replay cache throw, `KRB5KRB_AP_ERR_TKT_INVALID`,
 * `KRB5KRB_AP_ERR_ILL_CR_TKT` for a foreign client whose path no KDC checked, `KRB5KRB_AP_ERR_INAPP_CKSUM`,
 * `KRB5KRB_AP_ERR_BADMATCH` for other channel bindings and `KRB5_PROG_ETYPE_NOSUPP` for keys of DES or RC4.
 */
export function acceptContext(token: Bytes, terms: AcceptTerms, env: Pick<Env, 'random'>): AcceptedContext {
  const apReq = apReqIn(token)
  const server = serverOf(apReq)
  const { now, clockskew } = terms
  const opened = openApReq(apReq, terms.keys, { authenticator: KeyUsage.AP_REQ_AUTH }, now, clockskew)
  const { ticket, authenticator } = opened
  checkTicketTimes(ticket, now, clockskew)
  checkTicket(ticket, server)
  const { bindings, flags, delegated } = decodeGssChecksum(authenticator.cksum)
  if (terms.channelBindings !== undefined && !sameSecret(terms.channelBindings, bindings)) throw new KrbError('KRB5KRB_AP_ERR_BADMATCH')
  const initiatorKey = initiatorKeyOf(opened)
  const credentials = delegated === undefined ? [] : openDelegated(delegated, [initiatorKey, opened.prepared])
  // Last, so that only what was good is remembered.
  terms.replayCache.remember(apReq.authenticator.cipher, authenticator.ctime, now.seconds)
  return {
    ...answer(opened, initiatorKey, flags, env),
    client: fromPrincipalName(ticket.cname, ticket.crealm),
    server,
    ticketFlags: ticket.flags,
    authtime: ticket.authtime,
    endtime: ticket.endtime,
    flags: flags & OFFERED,
    delegated: credentials,
  }
}

function apReqIn(token: Bytes): ApReq {
  const { kind, message } = unframeToken(token)
  if (kind !== SetupToken.AP_REQ) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  return ApReq.decode(message)
}

function serverOf({ ticket: { value } }: ApReq): Principal {
  return fromPrincipalName(value.sname, value.realm)
}

/** A path that no KDC looked at is not ours to judge (RFC 4120 §2.7). */
function checkTicket({ flags, crealm, transited }: EncTicketPart, server: Principal): void {
  if (flags & TicketFlags.INVALID) throw new KrbError('KRB5KRB_AP_ERR_TKT_INVALID')
  if (crealm === server.realm || transited.contents.length === 0 || flags & TicketFlags.TRANSITED_POLICY_CHECKED) return
  throw new KrbError('KRB5KRB_AP_ERR_ILL_CR_TKT')
}

function initiatorKeyOf({ authenticator: { subkey }, sessionKey, prepared }: OpenedApReq): PreparedKey {
  if (subkey !== undefined) return tokenKey(subkey)
  requireTokenEtype(sessionKey.etype)
  return prepared
}

/** With mutual authentication a subkey of our own makes the context's key fresh even if the initiator's is not. */
function answer(
  { authenticator, prepared }: OpenedApReq,
  initiatorKey: PreparedKey,
  flags: number,
  env: Pick<Env, 'random'>,
): Pick<AcceptedContext, 'reply' | 'context'> {
  const random = (length: number) => env.random(length)
  const receiveFrom = authenticator.seqNumber ?? 0
  const common = { side: 'acceptor', receiveFrom, random } as const
  if (!(flags & GssFlag.MUTUAL)) {
    return { reply: EMPTY, context: establishContext({ ...common, key: initiatorKey, acceptorSubkey: false, sendFrom: receiveFrom }) }
  }
  const subkey = randomKey(initiatorKey.etype.id, random)
  const sendFrom = initialNumber(random)
  const reply = frameToken(SetupToken.AP_REP, makeApRep(authenticator, prepared, { subkey, seqNumber: sendFrom }, env))
  const key = asPrepared(subkey)
  subkey.value.wipe()
  return { reply, context: establishContext({ ...common, key, acceptorSubkey: true, sendFrom }) }
}

/** Gaps in a sequence are not reported: SEQUENCE is not among them. */
const OFFERED = GssFlag.DELEG | GssFlag.MUTUAL | GssFlag.REPLAY | GssFlag.CONF | GssFlag.INTEG | GssFlag.TRANS
