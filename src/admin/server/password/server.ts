import { openKrbPriv } from '../../../core/ap/krb-priv.ts'
import { type Bytes, concat } from '../../../core/bytes/bytes.ts'
import { decodeText } from '../../../core/bytes/text.ts'
import { permittedEnctypes } from '../../../core/config/enctypes.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { decodeAnswer, encodeAnswer, type KpasswdAnswer, type KpasswdFrame, KpasswdResult } from '../../../core/kpasswd/frame.ts'
import type { Principal } from '../../../core/principal/principal.ts'
import type { ReplayCache } from '../../../core/rcache/replay-cache.ts'
import { NameType } from '../../../core/registry/name-type.ts'
import { line } from '../../../kdc/audit/log-line.ts'
import type { AuditTrail } from '../../../kdc/audit/trail.ts'
import { KeyRing } from '../../../kdc/keys.ts'
import { Lookaside, lookasideKey } from '../../../kdc/lookaside.ts'
import type { PeerAddress } from '../../../kdc/peer-address.ts'
import type { LogSink } from '../../../kdc/realm-desk.ts'
import type { RequestHandler } from '../../../kdc/server/request-handler.ts'
import type { AdminContext } from '../../run/context.ts'
import { passwordEvent } from '../audit-events.ts'
import { serviceKeys } from '../service-keys.ts'
import { type ChangeTerms, change } from './change.ts'
import { changeLine } from './log-line.ts'
import { answer } from './refusal-text.ts'
import { openReply, sealedReply } from './reply.ts'
import { type Caller, openCaller, requestFrame } from './request.ts'
import { readWish } from './wish.ts'

export interface PasswordServerParts extends Pick<ChangeTerms, 'mayChange' | 'zone'> {
  /** `caller` of it is not used: entries are stamped by kadmind, as in MIT. */
  readonly context: AdminContext
  readonly replayCache: ReplayCache
  readonly log: LogSink
  readonly audit?: AuditTrail | undefined
}

/**
 * The password service (RFC 3244, change and set) without sockets. A request that was obeyed once is not obeyed again; one that comes
 * again soon because its answer got lost, by whatever transport, gets that answer.
 */
export function createPasswordServer(parts: PasswordServerParts): RequestHandler {
  const { replayCache, log, audit } = parts
  const { config, store, masterKeys, now, random } = parts.context
  const service = passwordService(config.realm)
  const context = { ...parts.context, caller: { ...service, components: [MODIFIER] } }
  const terms: ChangeTerms = { context, mayChange: parts.mayChange, zone: parts.zone }
  const permitted = permittedEnctypes(config.client)
  const { clockskew } = config.client
  const ring = new KeyRing(masterKeys)
  const answers = new Lookaside()

  function record(version: number, from: PeerAddress, { code, text }: KpasswdAnswer, client?: Principal, target?: Principal): void {
    const told = { version, address: from.text, code, text: decodeText(text), target, ...(client !== undefined && { client }) }
    audit?.record(passwordEvent(config.realm, told))
  }

  async function reply(frame: KpasswdFrame, from: PeerAddress): Promise<Bytes | undefined> {
    const keys = await serviceKeys(service, store, ring, permitted)
    const caller = unless(UNREAD, () => openCaller(frame.ap, { service, keys, permitted, now: now(), clockskew }))
    if (isAnswer(caller)) {
      record(frame.version, from, caller)
      return openReply(caller, service, now())
    }
    const seqNumber = caller.opened.authenticator.seqNumber ?? 0
    const userData = unless(UNDECIPHERED, () => openKrbPriv(frame.body, caller.key, { seqNumber }))
    if (isAnswer(userData)) {
      record(frame.version, from, userData, caller.client)
      return sealedReply(caller, userData, random)
    }
    try {
      return await replyOnce(frame.version, userData, caller, from)
    } finally {
      userData.fill(0)
    }
  }

  /** undefined while the same request is being worked on: whoever waits for its answer gets that one. */
  async function replyOnce(version: number, userData: Bytes, caller: Caller, from: PeerAddress): Promise<Bytes | undefined> {
    // What is asked, apart from how it was sealed: a client seals it anew for each of its addresses.
    const key = lookasideKey(concat(Uint8Array.of(version & 0xff), caller.cipher, userData))
    const known = answers.find(key, now())
    if (known !== undefined) return known === 'pending' ? undefined : sealedReply(caller, decodeAnswer(known), random)
    const repeated = unless(UNREAD, () => replayCache.remember(caller.cipher, caller.opened.authenticator.ctime, now()))
    if (repeated !== undefined) {
      record(version, from, repeated, caller.client)
      return openReply(repeated, service, now())
    }
    answers.begin(key)
    let told: KpasswdAnswer | undefined
    try {
      told = await obeyed(version, userData, caller, from)
    } finally {
      answers.finish(key, told && encodeAnswer(told))
    }
    return sealedReply(caller, told, random)
  }

  async function obeyed(version: number, userData: Bytes, caller: Caller, from: PeerAddress): Promise<KpasswdAnswer> {
    const wish = unless(UNDECODED, () => readWish(version, userData))
    if (isAnswer(wish)) {
      record(version, from, wish, caller.client)
      return wish
    }
    using _password = wish.password
    const { answer: told, outcome, quality } = await change(caller, wish, terms)
    if (quality !== undefined) log('error', quality)
    log('notice', changeLine(version, from, caller.client, wish.target, outcome))
    record(version, from, told, caller.client, wish.target)
    return told
  }

  return {
    async handle(message, from) {
      const frame = requestFrame(message)
      if (frame === undefined) return undefined
      if (audit?.available === false) return openReply(UNAUDITABLE, service, now())
      try {
        await masterKeys.upToDate(MASTER_KEY_CHECK_MS)
        return await reply(frame, from)
      } catch (error) {
        // A database that fails, or a mistake of ours: it must not end the server.
        log('error', line(`chpw: ${error instanceof KrbError ? error.message : error instanceof Error ? error.stack : String(error)}`))
        return undefined
      }
    },
  }
}

/** kadmin/changepw@REALM. */
export function passwordService(realm: string): Principal {
  return { type: NameType.PRINCIPAL, realm, components: ['kadmin', 'changepw'] }
}

/** What `task` gives, or `told` when a `KrbError` stops it. */
function unless<T>(told: KpasswdAnswer, task: () => T): T | KpasswdAnswer {
  try {
    return task()
  } catch (error) {
    if (error instanceof KrbError) return told
    throw error
  }
}

function isAnswer(value: object): value is KpasswdAnswer {
  return 'code' in value
}

const UNREAD = answer(KpasswdResult.AUTHERROR, 'Failed reading application request')
const UNDECIPHERED = answer(KpasswdResult.HARDERROR, 'Failed decrypting request')
const UNDECODED = answer(KpasswdResult.MALFORMED, 'Failed decoding ChangePasswdData')
const UNAUDITABLE = answer(KpasswdResult.HARDERROR, 'The audit stream is not available')
const MODIFIER = 'kadmind'
const MASTER_KEY_CHECK_MS = 50
