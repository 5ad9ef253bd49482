import { type Bytes, concat } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { KrbError } from '../errors/krb-error.ts'

/** Protocol versions of RFC 3244 §2: a change of one's own password, and one that may name somebody else. Replies say 1 to both. */
export const KpasswdVersion = { CHANGE: 1, SET: 0xff80 } as const

/**
 * A request or a reply (RFC 3244 §2, §3), without the length that TCP puts in front. In a reply an empty `ap` says that `body` is a
 * KRB-ERROR; otherwise they are the AP-REQ or AP-REP and the KRB-PRIV.
 */
export interface KpasswdFrame {
  readonly version: number
  readonly ap: Bytes
  readonly body: Bytes
}

/** Throws `KRB5KRB_ERR_FIELD_TOOLONG` when the whole does not fit its 16-bit length. */
export function encodeFrame({ version, ap, body }: KpasswdFrame): Bytes {
  const length = HEAD_BYTES + ap.length + body.length
  if (length > 0xffff) throw new KrbError('KRB5KRB_ERR_FIELD_TOOLONG', { length })
  return concat(u16(length), u16(version), u16(ap.length), ap, body)
}

/** Throws `KRB5KRB_AP_ERR_MODIFIED` for lengths that do not fit. The version is the caller's to judge. */
export function decodeFrame(octets: Bytes): KpasswdFrame {
  const reader = new Reader(octets, () => new KrbError('KRB5KRB_AP_ERR_MODIFIED'))
  if (reader.u16('length') !== octets.length) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  const version = reader.u16('version')
  const ap = reader.bytes(reader.u16('AP length'), 'AP')
  return { version, ap, body: reader.bytes(reader.left, 'body') }
}

/** What a reply says: user data of its KRB-PRIV, or e-data of its KRB-ERROR. `text` is UTF-8, or Active Directory's policy. */
export interface KpasswdAnswer {
  readonly code: number
  readonly text: Bytes
}

export function encodeAnswer({ code, text }: KpasswdAnswer): Bytes {
  return concat(u16(code), text)
}

/** Throws `KRB5KRB_AP_ERR_MODIFIED` for a code that is not assigned. */
export function decodeAnswer(octets: Bytes): KpasswdAnswer {
  const reader = new Reader(octets, () => new KrbError('KRB5KRB_AP_ERR_MODIFIED'))
  const code = reader.u16('code')
  if (code > KpasswdResult.INITIAL_FLAG_NEEDED) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  return { code, text: reader.bytes(reader.left, 'text') }
}

/** Result codes of RFC 3244 §2 (KRB5_KPASSWD_*). */
export const KpasswdResult = {
  SUCCESS: 0,
  MALFORMED: 1,
  HARDERROR: 2,
  AUTHERROR: 3,
  SOFTERROR: 4,
  ACCESSDENIED: 5,
  BAD_VERSION: 6,
  INITIAL_FLAG_NEEDED: 7,
} as const

function u16(value: number): Bytes {
  return Uint8Array.of(value >> 8, value)
}

const HEAD_BYTES = 6
