import { openApRep } from '../core/ap/ap-rep.ts'
import { makeKrbPriv, openKrbPriv } from '../core/ap/krb-priv.ts'
import { makeApReq } from '../core/ap/make-ap-req.ts'
import type { Authenticator } from '../core/asn1/messages/ap.ts'
import { internetAddress } from '../core/asn1/messages/host-address.ts'
import { KrbErrorMessage } from '../core/asn1/messages/krb-error.ts'
import { messageType } from '../core/asn1/messages/message-type.ts'
import { ChangePasswdData } from '../core/asn1/messages/set-passwd.ts'
import { type Bytes, sameBytes } from '../core/bytes/bytes.ts'
import type { PasswordChannel } from '../core/channel.ts'
import { prepareKey, randomKey } from '../core/crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../core/crypto/etype.ts'
import { keyFingerprint } from '../core/crypto/key-fingerprint.ts'
import type { Env, Instant } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { decodeAnswer, decodeFrame, encodeFrame, type KpasswdAnswer, KpasswdResult, KpasswdVersion } from '../core/kpasswd/frame.ts'
import { type Principal, parsePrincipal, toPrincipalName } from '../core/principal/principal.ts'
import { KeyUsage } from '../core/registry/key-usage.ts'
import { MsgType } from '../core/registry/msg-type.ts'
import type { Secret } from '../core/secret/secret.ts'
import type { TracedKey } from '../core/trace/events.ts'
import type { ClientContext } from './context.ts'
import { type InitResult, initialCredentials } from './initial.ts'
import type { KeySource } from './key-source.ts'
import { refusalError } from './refusal.ts'

export interface PasswordContext extends ClientContext {
  readonly passwords: PasswordChannel
}

/** An initial ticket for the password service, of five minutes and good for nothing else. Throws as `initialCredentials`. */
export function passwordTicket(client: Principal, keySource: KeySource, context: ClientContext): Promise<InitResult> {
  const service = parsePrincipal('kadmin/changepw', { ignoreRealm: true })
  const plain = { lifetime: TICKET_LIFE, renewLife: 0, forwardable: false, proxiable: false }
  return initialCredentials({ client, server: service, keySource, ...plain }, context)
}

/**
 * Changes the password of the ticket's client, or sets that of `target`, by RFC 3244. What the server answers is the result, code 0
 * for success. Throws `KRB5_REALM_UNKNOWN` and `KRB5_KDC_UNREACH` when no server is known or answers, a KRB-ERROR's code when it says
 * nothing of passwords, `KRB5KRB_AP_ERR_*`, `KRB5_MUTUAL_FAILED` and ASN1_* for an answer that is not the server's or not to this request.
 */
export async function changePassword(
  ticket: Pick<InitResult, 'credential' | 'offset'>,
  password: Secret,
  { env, passwords }: Pick<PasswordContext, 'env' | 'passwords'>,
  target?: Principal,
): Promise<KpasswdAnswer> {
  const request = new ChangeRequest(ticket, password, target, env)
  try {
    const realm = ticket.credential.server.realm
    return request.answerIn(await passwords.exchange(realm, local => request.messageFrom(local)))
  } finally {
    request.wipe()
  }
}

/** One request, its replies to be compared with it: one AP-REQ, and a KRB-PRIV for each of our addresses it is sent from. */
class ChangeRequest {
  readonly #version: number
  readonly #userData: Bytes
  readonly #apReq: Bytes
  readonly #authenticator: Authenticator
  readonly #sessionKey: PreparedKey
  readonly #subkey: Key
  readonly #sent: Bytes[] = []
  readonly #env: Env

  constructor(
    { credential, offset }: Pick<InitResult, 'credential' | 'offset'>,
    password: Secret,
    target: Principal | undefined,
    env: Env,
  ) {
    this.#env = env
    this.#version = target === undefined ? KpasswdVersion.CHANGE : KpasswdVersion.SET
    this.#userData = target === undefined ? password.use(octets => octets.slice()) : setData(password, target)
    this.#sessionKey = prepareKey(credential.key)
    this.#subkey = randomKey(credential.key.etype, n => env.random(n))
    // As MIT's client: no sequence numbers from our side, those of the server are checked.
    const { message, authenticator } = makeApReq(
      {
        client: credential.client,
        ticket: credential.ticket,
        sessionKey: this.#sessionKey,
        usage: KeyUsage.AP_REQ_AUTH,
        now: shifted(env.clock.now(), offset.seconds),
        subkey: this.#subkey,
      },
      env,
    )
    this.#apReq = message
    this.#authenticator = authenticator
    const { client, server } = credential
    const keys = { subkey: traced(this.#subkey), sessionKey: traced(credential.key) }
    env.trace({ event: 'ap-req-made', client, server, seqNumber: 0, ...keys })
  }

  messageFrom(local: Bytes): Bytes {
    const body = makeKrbPriv(this.#userData, this.#subkey, { sAddress: internetAddress(local) }, this.#env)
    this.#sent.push(body)
    return encodeFrame({ version: this.#version, ap: this.#apReq, body })
  }

  answerIn(reply: Bytes): KpasswdAnswer {
    // Active Directory sends errors without a frame.
    if (messageType(reply) === MsgType.ERROR) return answerInError(reply)
    const { version, ap, body } = decodeFrame(reply)
    if (version !== KpasswdVersion.CHANGE && version !== KpasswdVersion.SET) throw new KrbError('KRB5KDC_ERR_BAD_PVNO')
    if (ap.length === 0) return answerInError(body)
    // Our own message, sent back to us, opens with the same key.
    if (this.#sent.some(sent => sameBytes(sent, body))) throw modified('the answer is our own message, sent back')
    return decodeAnswer(openKrbPriv(body, this.#subkey, { seqNumber: this.#openApRep(ap) }))
  }

  wipe(): void {
    this.#userData.fill(0)
    this.#subkey.value.wipe()
  }

  /** The server's sequence number. Its subkey is not used: RFC 3244 §3 wants the reply under ours. */
  #openApRep(message: Bytes): number {
    const { ctime, cusec, subkey, seqNumber = 0 } = openApRep(message, this.#sessionKey, this.#authenticator)
    const key = subkey && { etype: subkey.keytype, value: subkey.keyvalue }
    this.#env.trace({ event: 'ap-rep-read', ctime, cusec, subkey: key && traced(key), seqNumber })
    key?.value.wipe()
    return seqNumber
  }
}

/** A KRB-ERROR is no proof of anything: it may refuse, but a success in it is none. */
function answerInError(octets: Bytes): KpasswdAnswer {
  const message = KrbErrorMessage.decode(octets)
  if (message.eData === undefined) throw refusalError(message)
  const answer = decodeAnswer(message.eData)
  if (answer.code === KpasswdResult.SUCCESS)
    throw modified('a success in an error message, which nobody vouches for: the password may be the old one')
  return answer
}

function modified(hint: string): KrbError {
  return new KrbError('KRB5KRB_AP_ERR_MODIFIED', {}, { hints: [hint] })
}

function setData(password: Secret, target: Principal): Bytes {
  return ChangePasswdData.encode({ newpasswd: password, targname: toPrincipalName(target), targrealm: target.realm })
}

function shifted({ seconds, micros }: Instant, by: number): Instant {
  return { seconds: seconds + by, micros }
}

function traced(key: Key): TracedKey {
  return { etype: key.etype, fingerprint: keyFingerprint(key) }
}

const TICKET_LIFE = 300
