import { type Bytes, EMPTY } from '../../../core/bytes/bytes.ts'
import type { Env } from '../../../core/env.ts'
import { type ErrorCode, KrbError } from '../../../core/errors/krb-error.ts'
import { GssFlag } from '../../../core/gss/authenticator-checksum.ts'
import type { GssContext } from '../../../core/gss/context.ts'
import { type InitiateTerms, type Initiation, initiateContext } from '../../../core/gss/initiate.ts'
import { AcceptStatus, decodeReply, encodeCall, encodeCallHeader, NO_AUTH, type RpcAccepted } from '../rpc-message.ts'
import { XdrWriter } from '../xdr.ts'
import {
  checkSigned,
  decodeInitResult,
  encodeCredential,
  GSS_VERSION,
  GssProc,
  GssService,
  numberOctets,
  openBody,
  sealBody,
  signed,
} from './messages.ts'

export interface RpcsecClientTerms extends Pick<InitiateTerms, 'credential' | 'now'> {
  readonly program: number
  readonly version: number
}

/** A call on its way: what to send, and what to make of the answer. */
export interface RpcsecExchange {
  /** An RPC message, without record marks. */
  readonly record: Bytes
  /** The XDR results, in a buffer that the caller owns. Throws `KADM5_RPC_ERROR`; the cause says what was wrong with the answer. */
  results(reply: Bytes): Bytes
}

/**
 * The client's side of RPCSEC_GSS (RFC 2203) with service privacy: each message between here and the server is sealed. Calls may be
 * sent before the answers to earlier ones are in.
 */
export class RpcsecClient {
  readonly #terms: RpcsecClientTerms
  readonly #env: Pick<Env, 'clock' | 'random'>
  readonly #random: number
  #calls = 0
  #initiation: { readonly xid: number; readonly gss: Initiation } | undefined
  #session: { readonly context: GssContext; readonly handle: Bytes } | undefined
  #seq = 0

  constructor(terms: RpcsecClientTerms, env: Pick<Env, 'clock' | 'random'>) {
    this.#terms = terms
    this.#env = env
    this.#random = new DataView(env.random(4).slice().buffer).getUint32(0)
  }

  /** The call that sets a context up; its answer goes to `established`. Throws as `initiateContext`. */
  init(): Bytes {
    const { program, version, credential, now } = this.#terms
    const gss = initiateContext({ credential, flags: WANTED, ...(now && { now }) }, this.#env)
    const xid = this.#nextXid()
    this.#initiation = { xid, gss }
    const body = new XdrWriter().opaque(gss.token).finish()
    const by = { version: GSS_VERSION, gssProc: GssProc.INIT, seq: 0, service: GssService.PRIVACY, handle: EMPTY }
    return encodeCall({ xid, program, version, procedure: NULL_PROCEDURE, credential: encodeCredential(by), verifier: NO_AUTH, body })
  }

  /** Throws `KADM5_GSS_ERROR` when the server refuses or does not prove who it is; the cause says why. */
  established(reply: Bytes): void {
    const waiting = this.#initiation
    if (waiting === undefined) throw new Error('no context was begun')
    this.#initiation = undefined
    this.#session = orElse('KADM5_GSS_ERROR', () => {
      const { verifier, body } = accepted(reply, waiting.xid)
      const { handle, major, window, token } = decodeInitResult(body)
      // One round is all that the mechanism needs: CONTINUE_NEEDED is an error too.
      if (major !== GSS_S_COMPLETE) throw new KrbError('KRB5KRB_ERR_GENERIC', { major })
      const context = waiting.gss.complete(token)
      checkSigned(context, numberOctets(window), verifier)
      return { context, handle: handle.slice() }
    })
  }

  /** `args` stay the caller's, to wipe. */
  call(procedure: number, args: Bytes): RpcsecExchange {
    return this.#exchange(GssProc.DATA, procedure, args)
  }

  /** The call that ends the context; nothing can be called after it. A server does not need it when the connection is closed. */
  destroy(): RpcsecExchange {
    const exchange = this.#exchange(GssProc.DESTROY, NULL_PROCEDURE, EMPTY)
    this.#session = undefined
    return exchange
  }

  #exchange(gssProc: number, procedure: number, args: Bytes): RpcsecExchange {
    if (this.#session === undefined) throw new Error('no context')
    const { context, handle } = this.#session
    const xid = this.#nextXid()
    const seq = ++this.#seq
    const { program, version } = this.#terms
    const credential = encodeCredential({ version: GSS_VERSION, gssProc, seq, service: GssService.PRIVACY, handle })
    const header = { xid, program, version, procedure, credential }
    const verifier = signed(context, encodeCallHeader(header))
    const record = encodeCall({ ...header, verifier, body: sealBody(context, seq, args) })
    const results = (reply: Bytes) =>
      orElse('KADM5_RPC_ERROR', () => {
        const answer = accepted(reply, xid)
        checkSigned(context, numberOctets(seq), answer.verifier)
        return openBody(context, seq, answer.body)
      })
    return { record, results }
  }

  #nextXid(): number {
    return (this.#random + this.#calls++) >>> 0
  }
}

/** A reply that belongs to the call and has results. Nothing in it is proved yet. */
function accepted(record: Bytes, xid: number): { readonly verifier: RpcAccepted['verifier']; readonly body: Bytes } {
  const reply = decodeReply(record)
  if (reply.xid !== xid) throw new KrbError('KADM5_RPC_ERROR', {}, { hints: ['the answer belongs to another call'] })
  if (reply.kind === 'denied') {
    const { reason } = reply
    throw 'authStatus' in reason
      ? new KrbError(
          'KADM5_RPC_ERROR',
          { authStatus: reason.authStatus },
          { hints: [`the server denies access (RPC auth_stat ${reason.authStatus})`] },
        )
      : new KrbError('KADM5_RPC_ERROR', reason, { hints: [`the server speaks RPC versions ${reason.low} to ${reason.high}`] })
  }
  const { outcome, verifier } = reply
  if (outcome.status === AcceptStatus.SUCCESS) return { verifier, body: outcome.body }
  throw new KrbError('KADM5_RPC_ERROR', { acceptStatus: outcome.status }, { hints: [REFUSALS[outcome.status]] })
}

/** Runs `task`; a KrbError of another code becomes the cause of one with that code. */
function orElse<T>(code: ErrorCode, task: () => T): T {
  try {
    return task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    if (error.code === code) throw error
    throw new KrbError(code, error.params, { hints: error.hints.length > 0 ? error.hints : [error.message], cause: error })
  }
}

const REFUSALS: Readonly<Record<1 | 2 | 3 | 4 | 5, string>> = {
  [AcceptStatus.PROG_UNAVAIL]: 'there is another service than kadmin on this port',
  [AcceptStatus.PROG_MISMATCH]: 'the server speaks other versions of the protocol',
  [AcceptStatus.PROC_UNAVAIL]: 'the server does not have this procedure',
  [AcceptStatus.GARBAGE_ARGS]: 'the server could not read the call',
  [AcceptStatus.SYSTEM_ERR]: 'the server has trouble of its own',
}

/** What MIT's client asks for: the order of calls is RPCSEC_GSS's own business. */
const WANTED = GssFlag.MUTUAL | GssFlag.REPLAY | GssFlag.CONF | GssFlag.INTEG | GssFlag.TRANS

const NULL_PROCEDURE = 0
const GSS_S_COMPLETE = 0
