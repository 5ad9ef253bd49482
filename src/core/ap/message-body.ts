import type { HostAddress } from '../asn1/messages/host-address.ts'
import type { KrbSafeBody } from '../asn1/messages/krb-safe-priv.ts'
import { type Bytes, sameBytes } from '../bytes/bytes.ts'
import type { Instant } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import { checkAuthenticatorTime } from './open-ap-req.ts'

/** What a KRB-SAFE or KRB-PRIV says beside its user data. */
export interface MessageTerms {
  readonly sAddress: HostAddress
  readonly rAddress?: HostAddress
  readonly seqNumber?: number
  readonly timestamp?: Instant
}

/** What a received one is compared with; what is not given is not looked at. */
export interface Expected {
  /** A message without a number has number 0, as in MIT. */
  readonly seqNumber?: number
  readonly sAddress?: HostAddress
  /** Our own address: a message may leave its receiver open. */
  readonly rAddress?: HostAddress
  /** The message has to have a time, not further from `now` than `clockskew` seconds. */
  readonly time?: { readonly now: Instant; readonly clockskew: number }
}

export function bodyOf(userData: Bytes, { sAddress, rAddress, seqNumber, timestamp }: MessageTerms): KrbSafeBody {
  return { userData, timestamp: timestamp?.seconds, usec: timestamp?.micros, seqNumber, sAddress, rAddress }
}

/** Throws `KRB5KRB_AP_ERR_BADADDR`, `KRB5KRB_AP_ERR_BADORDER` and `KRB5KRB_AP_ERR_SKEW` (RFC 4120 §3.4.2, §3.5.2). */
export function checkBody(body: KrbSafeBody, { seqNumber, sAddress, rAddress, time }: Expected): void {
  if (sAddress !== undefined && !sameAddress(body.sAddress, sAddress)) throw new KrbError('KRB5KRB_AP_ERR_BADADDR')
  if (rAddress !== undefined && body.rAddress !== undefined && !sameAddress(body.rAddress, rAddress)) {
    throw new KrbError('KRB5KRB_AP_ERR_BADADDR')
  }
  if (time !== undefined) {
    if (body.timestamp === undefined) throw new KrbError('KRB5KRB_AP_ERR_SKEW')
    checkAuthenticatorTime(body.timestamp, time.now, time.clockskew)
  }
  if (seqNumber !== undefined && (body.seqNumber ?? 0) !== seqNumber) throw new KrbError('KRB5KRB_AP_ERR_BADORDER')
}

function sameAddress(a: HostAddress, b: HostAddress): boolean {
  return a.addrType === b.addrType && sameBytes(a.address, b.address)
}
