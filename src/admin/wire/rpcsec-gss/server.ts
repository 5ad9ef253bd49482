import type { TicketKeys } from '../../../core/ap/open-ap-req.ts'
import { type Bytes, EMPTY } from '../../../core/bytes/bytes.ts'
import type { Env } from '../../../core/env.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { type AcceptedContext, acceptContext, serverNamedIn } from '../../../core/gss/accept.ts'
import type { GssContext } from '../../../core/gss/context.ts'
import { NumberWindow } from '../../../core/gss/number-window.ts'
import type { Principal } from '../../../core/principal/principal.ts'
import type { ReplayCache } from '../../../core/rcache/replay-cache.ts'
import {
  AcceptStatus,
  AuthFlavor,
  AuthStatus,
  decodeCall,
  encodeReply,
  type ReceivedCall,
  type RpcOutcome,
  type RpcRefusal,
} from '../rpc-message.ts'
import { XdrReader } from '../xdr.ts'
import { DATA_CHECKS, EVERY_CHECK, firstFailure, INIT_CHECKS, readCredential } from './checks.ts'
import { encodeInitResult, type GssCredential, GssProc, numberOctets, openBody, sealBody, signed } from './messages.ts'
import type { RpcsecCaller, Session } from './session.ts'

export interface RpcsecServerTerms {
  readonly program: number
  readonly version: number
  /** The keys of a service that a ticket names. */
  keysOf(server: Principal): TicketKeys | Promise<TicketKeys>
  /** Whether the service is one whose tickets are good here: asked once its key has opened the ticket. */
  accepts(server: Principal): boolean
  /** Seconds. */
  readonly clockskew: number
  readonly replayCache: ReplayCache
}

/** A call that is genuine, sealed and new. */
export interface RpcsecCall {
  readonly procedure: number
  /** XDR, in a buffer for the receiver to wipe. */
  readonly args: Bytes
  readonly caller: RpcsecCaller
  /** The reply's record with XDR results. Calls may be answered in any order, each once. */
  answer(results: Bytes): Bytes
  /** The reply's record when nothing was done: GARBAGE_ARGS for arguments that do not decode, PROC_UNAVAIL. */
  refuse(status: RpcRefusal): Bytes
}

export type RpcsecReceived =
  | { readonly call: RpcsecCall }
  /** The machinery has answered itself. For the log: why a context was not set up, or which flavor the call had that is none of ours. */
  | { readonly reply: Bytes; readonly refused?: KrbError; readonly flavor?: number }

/**
 * The server's side of RPCSEC_GSS (RFC 2203) for one connection, as MIT's kadmind has it, with service privacy only. A
 * context belongs to its connection; one that is refused leaves nothing behind. It is good until its ticket ends (and the clock skew has passed),
 * which is our choice: neither RFC 2203 nor MIT says when a context ends.
 */
export class RpcsecServer {
  readonly #terms: RpcsecServerTerms
  readonly #env: Pick<Env, 'clock' | 'random'>
  #session: Session | undefined

  constructor(terms: RpcsecServerTerms, env: Pick<Env, 'clock' | 'random'>) {
    this.#terms = terms
    this.#env = env
  }

  /**
   * Takes one record, and the next one when this one's promise is settled. undefined: no answer, for what is no call of RPC version 2.
   */
  async receive(record: Bytes): Promise<RpcsecReceived | undefined> {
    const call = orUndefined(() => decodeCall(record))
    if (call === undefined) return undefined
    const credential = readCredential(call.credential)
    if (typeof credential === 'number') return { ...denied(call, credential), ...otherFlavor(call) }
    const known = { call, credential, session: this.#session, now: this.#env.clock.now() }
    const every = firstFailure(EVERY_CHECK, known)
    if (every !== undefined) return denied(call, every)
    const setsUp = credential.gssProc === GssProc.INIT || credential.gssProc === GssProc.CONTINUE_INIT
    const failure = firstFailure(setsUp ? INIT_CHECKS : DATA_CHECKS, known)
    if (failure !== undefined) return denied(call, failure)
    return setsUp ? this.#setUp(call) : this.#take(call, credential, this.#session!)
  }

  async #setUp(call: ReceivedCall): Promise<RpcsecReceived> {
    let accepted: AcceptedContext
    try {
      accepted = await this.#accept(call.body)
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      return { ...denied(call, AuthStatus.REJECTEDCRED), refused: error }
    }
    const { context, reply, client, server, ticketFlags, endtime } = accepted
    if (!this.#terms.accepts(server)) {
      return { ...denied(call, AuthStatus.TOOWEAK), refused: new KrbError('KRB5KRB_AP_WRONG_PRINC') }
    }
    const handle = this.#env.random(HANDLE_OCTETS)
    this.#session = {
      handle,
      context,
      caller: { client, server, ticketFlags },
      goodUntil: endtime + this.#terms.clockskew,
      // The first number is 1; 0 is no number of a call, but RFC 2203 does not forbid it.
      window: new NumberWindow(SEQUENCE_WINDOW, 0n),
    }
    const body = encodeInitResult({ handle, major: GSS_S_COMPLETE, minor: 0, window: SEQUENCE_WINDOW, token: reply })
    return accept(call, context, SEQUENCE_WINDOW, { status: AcceptStatus.SUCCESS, body })
  }

  async #accept(body: Bytes): Promise<AcceptedContext> {
    const token = new XdrReader(body).opaque('token', MAX_TOKEN)
    const keys = await this.#terms.keysOf(serverNamedIn(token))
    const { clockskew, replayCache } = this.#terms
    const accepted = acceptContext(token, { keys, clockskew, replayCache, now: this.#env.clock.now() }, this.#env)
    // Without a proof of our own the client could be talking to anybody (docs/security.md T47).
    if (accepted.reply.length === 0) throw new KrbError('KRB5_MUTUAL_FAILED')
    return accepted
  }

  #take(call: ReceivedCall, credential: GssCredential, session: Session): RpcsecReceived {
    const { context, caller, window } = session
    const { seq } = credential
    window.mark(BigInt(seq))
    const finish = (outcome: RpcOutcome) => accept(call, context, seq, outcome)
    const answer = (results: Bytes) => {
      // The verifier's token goes before the body's.
      const verifier = signed(context, numberOctets(seq))
      const body = sealBody(context, seq, results)
      return encodeReply({ kind: 'accepted', xid: call.xid, verifier, outcome: { status: AcceptStatus.SUCCESS, body } })
    }
    const { program, version } = this.#terms
    if (call.program !== program) return finish({ status: AcceptStatus.PROG_UNAVAIL })
    if (call.version !== version) return finish({ status: AcceptStatus.PROG_MISMATCH, low: version, high: version })
    const args = orUndefined(() => openBody(context, seq, call.body))
    if (args === undefined) return finish({ status: AcceptStatus.GARBAGE_ARGS })
    if (credential.gssProc === GssProc.DESTROY) this.#session = undefined
    // Procedure 0 takes nothing and gives nothing, in every program (RFC 5531 §12).
    if (call.procedure === NULL_PROCEDURE) return { reply: answer(EMPTY) }
    return { call: { procedure: call.procedure, args, caller, answer, refuse: status => finish({ status }).reply } }
  }
}

function otherFlavor({ credential: { flavor } }: ReceivedCall): { readonly flavor?: number } {
  return flavor === AuthFlavor.RPCSEC_GSS ? {} : { flavor }
}

function denied(call: ReceivedCall, authStatus: number): { readonly reply: Bytes } {
  return { reply: encodeReply({ kind: 'denied', xid: call.xid, reason: { authStatus } }) }
}

/** An accepted reply whose body, if any, is as given. `number` is what its verifier is over. */
function accept(call: ReceivedCall, context: GssContext, number: number, outcome: RpcOutcome): { readonly reply: Bytes } {
  return { reply: encodeReply({ kind: 'accepted', xid: call.xid, verifier: signed(context, numberOctets(number)), outcome }) }
}

function orUndefined<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** How far behind the highest number a call may come: MIT's. */
const SEQUENCE_WINDOW = 32

/** A ticket with a large PAC fits; MIT takes 2048 octets. */
const MAX_TOKEN = 65_536

const HANDLE_OCTETS = 8
const NULL_PROCEDURE = 0
const GSS_S_COMPLETE = 0
