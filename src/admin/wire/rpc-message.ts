import type { Bytes } from '../../core/bytes/bytes.ts'
import { malformed, XdrReader, XdrWriter } from './xdr.ts'

/** A call of ONC RPC version 2 (RFC 5531 §9). */
export interface RpcCall {
  readonly xid: number
  readonly program: number
  readonly version: number
  readonly procedure: number
  readonly credential: RpcAuth
  readonly verifier: RpcAuth
  /** The arguments, or what the flavour makes of them. */
  readonly body: Bytes
}

/** A call as received: `signed` are its octets from the xid to the end of the credential, what a verifier is made over (RFC 2203 §5.3.1). */
export interface ReceivedCall extends RpcCall {
  readonly signed: Bytes
}

/** opaque_auth: at most 400 octets of body. */
export interface RpcAuth {
  readonly flavor: number
  readonly body: Bytes
}

export type RpcReply = RpcAccepted | RpcDenied

export interface RpcAccepted {
  readonly kind: 'accepted'
  readonly xid: number
  readonly verifier: RpcAuth
  readonly outcome: RpcOutcome
}

export type RpcOutcome =
  | { readonly status: typeof AcceptStatus.SUCCESS; readonly body: Bytes }
  | { readonly status: typeof AcceptStatus.PROG_MISMATCH; readonly low: number; readonly high: number }
  | { readonly status: RpcRefusal }

/** The refusals of an accepted call that say nothing more. */
export type RpcRefusal = Exclude<AcceptStatusId, 0 | 2>

interface RpcDenied {
  readonly kind: 'denied'
  readonly xid: number
  readonly reason: { readonly authStatus: number } | { readonly low: number; readonly high: number }
}

type AcceptStatusId = (typeof AcceptStatus)[keyof typeof AcceptStatus]

export const AcceptStatus = {
  SUCCESS: 0,
  PROG_UNAVAIL: 1,
  PROG_MISMATCH: 2,
  PROC_UNAVAIL: 3,
  GARBAGE_ARGS: 4,
  SYSTEM_ERR: 5,
} as const

/** auth_stat, those of RPCSEC_GSS included (RFC 2203 §5.4). */
export const AuthStatus = {
  OK: 0,
  BADCRED: 1,
  REJECTEDCRED: 2,
  BADVERF: 3,
  REJECTEDVERF: 4,
  TOOWEAK: 5,
  INVALIDRESP: 6,
  FAILED: 7,
  RPCSEC_GSS_CREDPROBLEM: 13,
  RPCSEC_GSS_CTXPROBLEM: 14,
} as const

export const AuthFlavor = {
  NONE: 0,
  RPCSEC_GSS: 6,
} as const

export const NO_AUTH: RpcAuth = { flavor: AuthFlavor.NONE, body: new Uint8Array(0) }

/** A call's octets up to the end of its credential. */
export function encodeCallHeader(call: Omit<RpcCall, 'verifier' | 'body'>): Bytes {
  const writer = new XdrWriter().u32(call.xid).u32(CALL).u32(RPC_VERSION).u32(call.program).u32(call.version).u32(call.procedure)
  writeAuth(writer, call.credential)
  return writer.finish()
}

export function encodeCall(call: RpcCall): Bytes {
  const writer = new XdrWriter().raw(encodeCallHeader(call))
  writeAuth(writer, call.verifier)
  return writer.raw(call.body).finish()
}

/** Throws `KADM5_XDR_FAILURE` for whatever is no call of RPC version 2, a reply included. */
export function decodeCall(record: Bytes): ReceivedCall {
  const reader = new XdrReader(record)
  const xid = reader.u32('xid')
  expectNumber(reader, 'direction', CALL)
  expectNumber(reader, 'rpcvers', RPC_VERSION)
  const program = reader.u32('program')
  const version = reader.u32('version')
  const procedure = reader.u32('procedure')
  const credential = readAuth(reader, 'credential')
  const signed = reader.soFar()
  const verifier = readAuth(reader, 'verifier')
  return { xid, program, version, procedure, credential, verifier, body: reader.rest(), signed }
}

export function encodeReply(reply: RpcReply): Bytes {
  const writer = new XdrWriter().u32(reply.xid).u32(REPLY)
  if (reply.kind === 'denied') return encodeDenied(writer.u32(MSG_DENIED), reply)
  writeAuth(writer.u32(MSG_ACCEPTED), reply.verifier)
  const { outcome } = reply
  writer.u32(outcome.status)
  if (outcome.status === AcceptStatus.SUCCESS) writer.raw(outcome.body)
  else if (outcome.status === AcceptStatus.PROG_MISMATCH) writer.u32(outcome.low).u32(outcome.high)
  return writer.finish()
}

/** Throws `KADM5_XDR_FAILURE` for whatever is no reply. */
export function decodeReply(record: Bytes): RpcReply {
  const reader = new XdrReader(record)
  const xid = reader.u32('xid')
  expectNumber(reader, 'direction', REPLY)
  const standing = reader.u32('reply_stat')
  if (standing === MSG_DENIED) return { kind: 'denied', xid, reason: readReason(reader) }
  if (standing !== MSG_ACCEPTED) throw malformed('reply_stat')
  const verifier = readAuth(reader, 'verifier')
  return { kind: 'accepted', xid, verifier, outcome: readOutcome(reader) }
}

function encodeDenied(writer: XdrWriter, { reason }: RpcDenied): Bytes {
  if ('authStatus' in reason) return writer.u32(AUTH_ERROR).u32(reason.authStatus).finish()
  return writer.u32(RPC_MISMATCH).u32(reason.low).u32(reason.high).finish()
}

function readReason(reader: XdrReader): RpcDenied['reason'] {
  const kind = reader.u32('reject_stat')
  if (kind === AUTH_ERROR) return { authStatus: reader.u32('auth_stat') }
  if (kind !== RPC_MISMATCH) throw malformed('reject_stat')
  return { low: reader.u32('low'), high: reader.u32('high') }
}

function readOutcome(reader: XdrReader): RpcOutcome {
  const status = reader.u32('accept_stat')
  if (status === AcceptStatus.SUCCESS) return { status, body: reader.rest() }
  if (status === AcceptStatus.PROG_MISMATCH) return { status, low: reader.u32('low'), high: reader.u32('high') }
  const refusal = REFUSALS.find(known => known === status)
  if (refusal === undefined) throw malformed('accept_stat')
  return { status: refusal }
}

function readAuth(reader: XdrReader, field: string): RpcAuth {
  return { flavor: reader.u32(field), body: reader.opaque(field, MAX_AUTH) }
}

function writeAuth(writer: XdrWriter, auth: RpcAuth): void {
  writer.u32(auth.flavor).opaque(auth.body)
}

function expectNumber(reader: XdrReader, field: string, wanted: number): void {
  if (reader.u32(field) !== wanted) throw malformed(field)
}

const CALL = 0
const REPLY = 1
const RPC_VERSION = 2
const MSG_ACCEPTED = 0
const MSG_DENIED = 1
const RPC_MISMATCH = 0
const AUTH_ERROR = 1
const MAX_AUTH = 400
const REFUSALS: readonly RpcRefusal[] = [
  AcceptStatus.PROG_UNAVAIL,
  AcceptStatus.PROC_UNAVAIL,
  AcceptStatus.GARBAGE_ARGS,
  AcceptStatus.SYSTEM_ERR,
]
