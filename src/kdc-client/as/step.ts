import { AsRep } from '../../core/asn1/messages/kdc-rep.ts'
import { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { messageType } from '../../core/asn1/messages/message-type.ts'
import { MethodData, type PaData } from '../../core/asn1/messages/pa-data.ts'
import { type Bytes, EMPTY } from '../../core/bytes/bytes.ts'
import type { Key } from '../../core/crypto/etype.ts'
import { keyFingerprint } from '../../core/crypto/key-fingerprint.ts'
import type { Env, Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { displayText } from '../../core/principal/display.ts'
import { defaultSalt, fromPrincipalName, isTgtPrincipal, type Principal } from '../../core/principal/principal.ts'
import { MsgType } from '../../core/registry/msg-type.ts'
import { NameType } from '../../core/registry/name-type.ts'
import { PaType, type PaTypeId } from '../../core/registry/pa-type.ts'
import { shown } from '../check-reply.ts'
import { findPadata, termsFrom } from '../preauth/etype-info.ts'
import { choosePreauth } from '../preauth/index.ts'
import type { KeyTerms, Question } from '../preauth/preauth.ts'
import { inPreferredOrder } from '../preauth/preferred-order.ts'
import { Refusal, refusalError, traced } from '../refusal.ts'
import { type AsSent, type AsTerms, buildAsRequest } from './build-request.ts'
import { refusedLogInHints, wrongKeyHints } from './explain.ts'
import { type AsResult, openAsReply } from './open-reply.ts'

/** What this point of the exchange knows. Never changed: each step hands out a new one. */
export interface AsState {
  readonly terms: AsTerms
  /** Its realm changes with referrals. */
  readonly client: Principal
  /** Those whose KDC was asked, in the order of the referrals. */
  readonly realms: readonly string[]
  readonly rounds: number
  readonly tcpOnly: boolean
  /** METHOD-DATA of the KDC's last error; undefined before the first. */
  readonly offered: readonly PaData[] | undefined
  readonly spent: ReadonlyMap<PaTypeId, KrbError>
  /** The mechanism answered last, and whether it was the last one to try. */
  readonly selected: PaTypeId | undefined
  readonly final: boolean
  readonly keyTerms: KeyTerms
  readonly key: Key | undefined
  /** KDC's clock minus ours, microseconds, from an error's stime: unauthenticated, so it only dates requests (threat T9). */
  readonly offsetMicros: number
  readonly askEncPaRep: boolean
  readonly disabled: boolean
  readonly sent: AsSent | undefined
  /** A question is out: for which mechanism, or for which reply. */
  readonly asking: { readonly by: PaTypeId } | { readonly reply: AsRep } | undefined
}

export type AsInput =
  | { readonly got: 'start' }
  | { readonly got: 'reply'; readonly message: Bytes }
  | { readonly got: 'key'; readonly key: Key }
  | { readonly got: 'no-key'; readonly error: KrbError }

export type AsStep =
  | { readonly do: 'send'; readonly realm: string; readonly message: Bytes; readonly tcpOnly: boolean; readonly state: AsState }
  | { readonly do: 'ask'; readonly question: Question; readonly client: Principal; readonly state: AsState }
  | { readonly do: 'done'; readonly result: AsResult }
  | { readonly do: 'fail'; readonly error: KrbError }

export type AsWorld = Pick<Env, 'clock' | 'random' | 'trace'>

export function asStart(terms: AsTerms): AsState {
  return {
    terms,
    client: terms.client,
    realms: [terms.client.realm],
    rounds: 0,
    tcpOnly: false,
    askEncPaRep: true,
    disabled: terms.encryptedTimestampDisabled(terms.client.realm),
    ...fresh(terms),
  }
}

/** One step of the AS exchange (RFC 4120 §3.1; RFC 6113 §3): what came in, what to do next. Every KrbError becomes `fail`. */
export async function asStep(state: AsState, input: AsInput, world: AsWorld): Promise<AsStep> {
  try {
    switch (input.got) {
      case 'start':
        return await request(state, world)
      case 'reply':
        return await take(state, input.message, world)
      case 'key':
        return await withKey({ ...state, key: input.key }, world)
      case 'no-key':
        return await withoutKey(state, input.error, world)
    }
  } catch (error) {
    if (error instanceof KrbError) return { do: 'fail', error }
    throw error
  }
}

async function request(state: AsState, world: AsWorld): Promise<AsStep> {
  if (state.rounds >= MAX_ROUNDS) throw new KrbError('KRB5_GET_IN_TKT_LOOP', {}, { hints: circleHint(state.realms) })
  if (state.offered === undefined) {
    world.trace({ event: 'preauth-none' })
    return send(state, [], world)
  }
  const { keyTerms, key, disabled } = state
  const context = { terms: keyTerms, key, now: kdcNow(state, world), encryptedTimestampDisabled: disabled, env: world }
  const only = state.final ? state.selected : await state.terms.allowedPreauth?.(serviceIn(state.terms, state.client.realm))
  const limits = { spent: state.spent, only }
  const chosen = await choosePreauth(state.offered, limits, context)
  if ('none' in chosen) throw chosen.none
  if ('need' in chosen) {
    return { do: 'ask', question: chosen.need, client: state.client, state: { ...state, asking: { by: chosen.by } } }
  }
  return send({ ...state, selected: chosen.selected, final: chosen.final }, chosen.padata, world)
}

function send(state: AsState, padata: readonly PaData[], world: AsWorld): AsStep {
  const { terms, client, askEncPaRep } = state
  const server = serviceIn(terms, client.realm)
  const sent = buildAsRequest({ terms, client, server, padata, askEncPaRep, now: kdcNow(state, world) }, world)
  return transmit({ ...state, sent, rounds: state.rounds + 1, asking: undefined })
}

function transmit(state: AsState): AsStep {
  const { message, server } = state.sent!
  return { do: 'send', realm: server.realm, message, tcpOnly: state.tcpOnly, state }
}

async function take(state: AsState, message: Bytes, world: AsWorld): Promise<AsStep> {
  switch (messageType(message)) {
    case MsgType.ERROR:
      return refused(state, KrbErrorMessage.decode(message), world)
    case MsgType.AS_REP:
      return granted(state, AsRep.decode(message), world)
    default:
      throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  }
}

async function refused(state: AsState, message: KrbErrorMessage, world: AsWorld): Promise<AsStep> {
  const error = refusalError(message, wordingOf(message, state.client), { client: shown(state.client) }).withHints(
    ...refusedLogInHints(message, state, world.clock.now().seconds),
  )
  world.trace({ event: 'kdc-error', error: traced(refusalError(message)) })
  const { errorCode } = message
  const methodData = methodDataIn(message)
  if (errorCode === Refusal.RESPONSE_TOO_BIG && !state.tcpOnly) {
    world.trace({ event: 'too-big-for-udp' })
    return transmit({ ...state, tcpOnly: true })
  }
  if (errorCode === Refusal.PREAUTH_FAILED && state.selected === undefined && state.askEncPaRep) {
    // KDCs older than MIT 1.7 take any padata that they do not know for a failed attempt.
    return request({ ...state, ...fresh(state.terms), askEncPaRep: false }, world)
  }
  if (errorCode === Refusal.PREAUTH_EXPIRED) return request({ ...state, ...fresh(state.terms) }, world)
  if (errorCode === Refusal.PREAUTH_REQUIRED && methodData !== undefined) {
    return request(learn(timed(state, message, world), methodData, world), world)
  }
  if (errorCode === Refusal.PREAUTH_FAILED && methodData !== undefined) {
    const next = spend(timed(state, message, world), error)
    return request(methodData.length > 0 ? learn(next, methodData, world) : next, world)
  }
  if (errorCode === Refusal.MORE_PREAUTH_DATA_REQUIRED && methodData !== undefined && state.selected !== undefined) {
    world.trace({ event: 'preauth-continuing', paType: state.selected })
    return request({ ...learn(state, methodData, world), final: true }, world)
  }
  const realm = referralRealm(message, state)
  if (realm !== undefined) return request(follow(state, realm, world), world)
  // A mechanism's own complaint (skew, say): another mechanism may do.
  if (methodData !== undefined && state.selected !== undefined) return request(spend(state, error), world)
  throw error
}

async function granted(state: AsState, reply: AsRep, world: AsWorld): Promise<AsStep> {
  const { etype, kvno } = reply.encPart
  if (!state.terms.etypes.includes(etype)) {
    throw new KrbError('KRB5_CONFIG_ETYPE_NOSUPP', {}, { hints: [`the reply is encrypted with enctype ${etype}, which was not asked for`] })
  }
  const hinted = keyTermsIn(state, sorted(reply.padata ?? [], state), world)
  // No mechanism has anything to say to a reply; MIT's trace tells that too.
  if (reply.padata !== undefined && reply.padata.length > 0) world.trace({ event: 'preauth-produced', paTypes: [] })
  const client = fromPrincipalName(reply.cname, reply.crealm)
  const salt = hinted.salt ?? defaultSalt(client)
  if (hinted.salt === undefined) world.trace({ event: 'salt-from-principal', salt })
  const keyTerms: KeyTerms = { etype, salt, s2kparams: hinted.s2kparams, kvno }
  const waiting: AsState = { ...state, keyTerms, asking: { reply } }
  if (state.key?.etype === etype) {
    world.trace({ event: 'reply-key-from-preauth', key: { etype, fingerprint: keyFingerprint(state.key) } })
    try {
      return { do: 'done', result: openAsReply(reply, state.key, state.sent!, state, world) }
    } catch (error) {
      if (!(error instanceof KrbError && error.code === 'KRB5KRB_AP_ERR_BAD_INTEGRITY')) throw error
      world.trace({ event: 'reply-key-from-preauth-failed', error: traced(error) })
    }
  }
  world.trace({ event: 'getting-reply-key', salt, params: keyTerms.s2kparams ?? EMPTY })
  return { do: 'ask', question: { kind: 'key', terms: keyTerms }, client: state.client, state: { ...waiting, key: undefined } }
}

async function withKey(state: AsState, world: AsWorld): Promise<AsStep> {
  const { asking, key } = state
  if (asking === undefined || key === undefined) throw new Error('a key came that nobody asked for')
  if ('by' in asking) return request({ ...state, asking: undefined }, world)
  world.trace({ event: 'reply-key', key: { etype: key.etype, fingerprint: keyFingerprint(key) } })
  try {
    return { do: 'done', result: openAsReply(asking.reply, key, state.sent!, state, world) }
  } catch (error) {
    if (!(error instanceof KrbError && error.code === 'KRB5KRB_AP_ERR_BAD_INTEGRITY')) throw error
    throw error.withHints(...wrongKeyHints(state))
  }
}

/** No key for a reply is the end; for a mechanism it is the end of that mechanism. */
async function withoutKey(state: AsState, error: KrbError, world: AsWorld): Promise<AsStep> {
  const { asking } = state
  if (asking === undefined || 'reply' in asking || error.code === 'KRB5_LIBOS_PWDINTR') throw error
  return request({ ...state, asking: undefined, spent: new Map([...state.spent, [asking.by, error]]) }, world)
}

/** What belongs to one realm's KDCs and is forgotten when starting over. */
function fresh(terms: AsTerms) {
  return {
    offered: undefined,
    spent: new Map<PaTypeId, KrbError>(),
    selected: undefined,
    final: false,
    keyTerms: { etype: terms.etypes[0] ?? 0, salt: undefined, s2kparams: undefined },
    key: undefined,
    offsetMicros: 0,
    sent: undefined,
    asking: undefined,
  } as const
}

function learn(state: AsState, methodData: readonly PaData[], world: AsWorld): AsState {
  world.trace({ event: 'preauth-from-method-data' })
  const offered = sorted(methodData, state)
  const keyTerms = keyTermsIn(state, offered, world)
  const cookie = findPadata(offered, PaType.FX_COOKIE)
  if (cookie !== undefined) world.trace({ event: 'cookie-received', cookie: cookie.padataValue })
  // The key source still has the key, if these are the terms that it had before.
  return { ...state, offered, keyTerms, key: undefined }
}

function keyTermsIn(state: AsState, padata: readonly PaData[], world: AsWorld): KeyTerms {
  if (padata.length > 0) world.trace({ event: 'preauth-offered', paTypes: padata.map(p => p.padataType) })
  return termsFrom(padata, state.terms.etypes, state.keyTerms, world)
}

function sorted(padata: readonly PaData[], { terms, client }: AsState): readonly PaData[] {
  return inPreferredOrder(padata, terms.preferredPreauthTypes(client.realm))
}

function spend(state: AsState, error: KrbError): AsState {
  if (state.selected === undefined) return state
  return { ...state, spent: new Map([...state.spent, [state.selected, error]]), key: undefined }
}

function timed(state: AsState, message: KrbErrorMessage, world: AsWorld): AsState {
  const now = world.clock.now()
  return { ...state, offsetMicros: (message.stime - now.seconds) * 1e6 + message.susec - now.micros }
}

function kdcNow(state: AsState, world: AsWorld): Instant {
  const { seconds, micros } = world.clock.now()
  const at = seconds * 1e6 + micros + (state.terms.timesync ? state.offsetMicros : 0)
  return { seconds: Math.floor(at / 1e6), micros: ((at % 1e6) + 1e6) % 1e6 }
}

/** A realm that the KDC sends us to (RFC 6806 §7); older Windows says so with C_PRINCIPAL_UNKNOWN. */
function referralRealm(message: KrbErrorMessage, { terms, client }: AsState): string | undefined {
  const asked = (terms.kdcOptions & KdcOptions.CANONICALIZE) !== 0 || client.type === NameType.ENTERPRISE
  if (!asked || (message.errorCode !== Refusal.WRONG_REALM && message.errorCode !== Refusal.C_PRINCIPAL_UNKNOWN)) return undefined
  return message.crealm === undefined || message.crealm === '' || message.crealm === client.realm ? undefined : message.crealm
}

function follow(state: AsState, realm: string, world: AsWorld): AsState {
  world.trace({ event: 'init-creds-referral', realm })
  const { terms } = state
  return {
    ...state,
    ...fresh(terms),
    client: { ...state.client, realm },
    realms: [...state.realms, realm],
    askEncPaRep: true,
    // A referral must not get around the home realm's setting.
    disabled: state.disabled || terms.encryptedTimestampDisabled(realm),
  }
}

function circleHint(realms: readonly string[]): readonly string[] {
  return realms.length > 1 ? [`the KDCs refer to one another: ${realms.map(displayText).join(' -> ')}`] : []
}

/** The service as the realm that the client was referred to knows it; its ticket-granting service instead of that of the first. */
function serviceIn({ service, client }: AsTerms, realm: string): Principal {
  const granting = isTgtPrincipal(service) && service.components[1] === client.realm
  return { ...service, realm, components: granting ? ['krbtgt', realm] : service.components }
}

/** METHOD-DATA in e-data; empty when something else is in it, undefined without e-data. */
function methodDataIn(message: KrbErrorMessage): readonly PaData[] | undefined {
  if (message.eData === undefined || message.eData.length === 0) return undefined
  try {
    return MethodData.decode(message.eData)
  } catch (error) {
    if (error instanceof KrbError) return []
    throw error
  }
}

function wordingOf(message: KrbErrorMessage, client: Principal): string | undefined {
  return message.errorCode === Refusal.C_PRINCIPAL_UNKNOWN ? `Client '${shown(client)}' not found in Kerberos database` : undefined
}

const MAX_ROUNDS = 16
