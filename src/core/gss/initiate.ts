import { openApRep } from '../ap/ap-rep.ts'
import { makeApReq } from '../ap/make-ap-req.ts'
import type { Authenticator } from '../asn1/messages/ap.ts'
import { KrbErrorMessage } from '../asn1/messages/krb-error.ts'
import type { Bytes } from '../bytes/bytes.ts'
import type { Credential } from '../ccache/credential.ts'
import { prepareKey, randomKey } from '../crypto/encrypted-data.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import type { Env, Instant } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { codeOfProtocolError } from '../errors/tables/index.ts'
import { ApOptions } from '../flags/ap-options.ts'
import { KeyUsage } from '../registry/key-usage.ts'
import { encodeGssChecksum, GssFlag, NO_BINDINGS } from './authenticator-checksum.ts'
import { establishContext, type GssContext } from './context.ts'
import { frameToken, SetupToken, unframeToken } from './framing.ts'
import { initialNumber, requireTokenEtype, tokenKey } from './keys.ts'

export interface InitiateTerms {
  /** A ticket for the acceptor. */
  readonly credential: Pick<Credential, 'client' | 'key' | 'ticket'>
  /** `GssFlag` bits to ask for; delegation and the refusal of gaps (SEQUENCE) are not offered. */
  readonly flags: number
  /** The acceptor's clock as far as it is known; our own otherwise. */
  readonly now?: Instant
  /** MD5 over the channel bindings (RFC 4121 §4.1.1.2), 16 octets. */
  readonly channelBindings?: Bytes
}

/** Between our token and the acceptor's. */
export interface Initiation {
  readonly token: Bytes
  /**
   * Takes the acceptor's token, which is empty when MUTUAL was not asked for. Works once, whatever comes of it. Throws
   * `KRB5_MUTUAL_FAILED` for an answer to another token or without proof, the error that the acceptor sends, and what unframing and opening throw.
   */
  complete(reply: Bytes): GssContext
}

/** Begins a context (RFC 4121 §4.1). Throws `KRB5_PROG_ETYPE_NOSUPP` for a session key of DES or RC4. */
export function initiateContext(terms: InitiateTerms, env: Pick<Env, 'clock' | 'random'>): Initiation {
  const { credential, flags, now = env.clock.now(), channelBindings = NO_BINDINGS } = terms
  if (flags & ~OFFERED || channelBindings.length !== NO_BINDINGS.length) throw new Error('flags or channel bindings that do not exist')
  requireTokenEtype(credential.key.etype)
  const random = (length: number) => env.random(length)
  const subkey = randomKey(credential.key.etype, random)
  const sessionKey = prepareKey(credential.key)
  const seqNumber = initialNumber(random)
  const { message, authenticator } = makeApReq(
    {
      client: credential.client,
      ticket: credential.ticket,
      sessionKey,
      usage: KeyUsage.AP_REQ_AUTH,
      now,
      apOptions: flags & GssFlag.MUTUAL ? ApOptions.MUTUAL_REQUIRED : 0,
      cksum: encodeGssChecksum({ bindings: channelBindings, flags }),
      subkey,
      seqNumber,
    },
    env,
  )
  const common = { side: 'initiator', sendFrom: seqNumber, random } as const
  const own = prepareKey(subkey)
  subkey.value.wipe()
  let waiting = true
  return {
    token: frameToken(SetupToken.AP_REQ, message),
    complete(reply) {
      if (!waiting) throw new Error('a context is completed once')
      waiting = false
      if (!(flags & GssFlag.MUTUAL)) {
        if (reply.length > 0) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
        return establishContext({ ...common, key: own, acceptorSubkey: false, receiveFrom: seqNumber })
      }
      const theirs = openReply(reply, sessionKey, authenticator)
      const { subkey: acceptorKey, seqNumber: receiveFrom = 0 } = theirs
      if (acceptorKey === undefined) return establishContext({ ...common, key: own, acceptorSubkey: false, receiveFrom })
      const key = tokenKey(acceptorKey)
      acceptorKey.keyvalue.wipe()
      return establishContext({ ...common, key, acceptorSubkey: true, receiveFrom })
    },
  }
}

function openReply(reply: Bytes, sessionKey: PreparedKey, authenticator: Authenticator) {
  if (reply.length === 0) throw new KrbError('KRB5_MUTUAL_FAILED')
  const { kind, message } = unframeToken(reply)
  if (kind === SetupToken.ERROR) throw new KrbError(codeOfProtocolError(KrbErrorMessage.decode(message).errorCode))
  if (kind !== SetupToken.AP_REP) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  return openApRep(message, sessionKey, authenticator)
}

const OFFERED = GssFlag.MUTUAL | GssFlag.REPLAY | GssFlag.CONF | GssFlag.INTEG | GssFlag.TRANS
