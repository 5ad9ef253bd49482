import type { Bytes } from '../../../core/bytes/bytes.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { GssContext } from '../../../core/gss/context.ts'
import { AuthFlavor, type RpcAuth } from '../rpc-message.ts'
import { XdrReader, XdrWriter } from '../xdr.ts'

/** RFC 2203 §5.1. */
export const GSS_VERSION = 1

/** What a call is for (RFC 2203 §5.1, rpc_gss_proc_t). */
export const GssProc = {
  DATA: 0,
  INIT: 1,
  CONTINUE_INIT: 2,
  DESTROY: 3,
} as const

/** rpc_gss_service_t. */
export const GssService = {
  NONE: 1,
  INTEGRITY: 2,
  PRIVACY: 3,
} as const

/** rpc_gss_cred_vers_1_t with its version. */
export interface GssCredential {
  readonly version: number
  readonly gssProc: number
  readonly seq: number
  readonly service: number
  readonly handle: Bytes
}

/** rpc_gss_init_res (RFC 2203 §5.2.3.1). */
export interface InitResult {
  readonly handle: Bytes
  readonly major: number
  readonly minor: number
  readonly window: number
  readonly token: Bytes
}

export function encodeCredential({ version, gssProc, seq, service, handle }: GssCredential): RpcAuth {
  const body = new XdrWriter().u32(version).u32(gssProc).u32(seq).u32(service).opaque(handle).finish()
  return { flavor: AuthFlavor.RPCSEC_GSS, body }
}

/** Throws `KADM5_XDR_FAILURE`. */
export function decodeCredential(body: Bytes): GssCredential {
  const reader = new XdrReader(body)
  const version = reader.u32('version')
  const gssProc = reader.u32('gss_proc')
  const seq = reader.u32('seq_num')
  return { version, gssProc, seq, service: reader.u32('service'), handle: reader.opaque('handle') }
}

export function encodeInitResult({ handle, major, minor, window, token }: InitResult): Bytes {
  return new XdrWriter().opaque(handle).u32(major).u32(minor).u32(window).opaque(token).finish()
}

/** Throws `KADM5_XDR_FAILURE`. */
export function decodeInitResult(body: Bytes): InitResult {
  const reader = new XdrReader(body)
  const handle = reader.opaque('handle')
  const major = reader.u32('gss_major')
  const minor = reader.u32('gss_minor')
  return { handle, major, minor, window: reader.u32('seq_window'), token: reader.opaque('gss_token') }
}

/** The verifier of a call over its header, of a reply over a number (RFC 2203 §5.3.1, §5.3.3.2). */
export function signed(context: GssContext, octets: Bytes): RpcAuth {
  return { flavor: AuthFlavor.RPCSEC_GSS, body: context.getMic(octets) }
}

/** Throws what `verifyMic` throws, and `KRB5KRB_AP_ERR_MSG_TYPE` for a verifier of another flavour. */
export function checkSigned(context: GssContext, octets: Bytes, verifier: RpcAuth): void {
  if (verifier.flavor !== AuthFlavor.RPCSEC_GSS) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  context.verifyMic(octets, verifier.body)
}

/** rpc_gss_priv_data (RFC 2203 §5.3.2.3): number and payload, sealed. */
export function sealBody(context: GssContext, seq: number, payload: Bytes): Bytes {
  const plain = new XdrWriter().u32(seq).raw(payload).finish()
  try {
    return new XdrWriter().opaque(context.wrap(plain, true)).finish()
  } finally {
    plain.fill(0)
  }
}

/**
 * The payload, in a buffer that the caller owns and may wipe. Throws what `unwrap` throws, `KADM5_XDR_FAILURE`, and
 * `KRB5KRB_AP_ERR_MODIFIED` for a body that is signed but not sealed and for another number than the credential's.
 */
export function openBody(context: GssContext, seq: number, body: Bytes): Bytes {
  const { message, sealed } = context.unwrap(new XdrReader(body).opaque('body'))
  const reader = new XdrReader(message)
  if (!sealed || reader.u32('seq_num') !== seq) {
    message.fill(0)
    throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  }
  return reader.rest()
}

export function numberOctets(value: number): Bytes {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}
