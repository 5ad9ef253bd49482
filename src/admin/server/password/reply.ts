import { makeApRep } from '../../../core/ap/ap-rep.ts'
import { makeKrbPriv } from '../../../core/ap/krb-priv.ts'
import { KrbErrorMessage } from '../../../core/asn1/messages/krb-error.ts'
import { type Bytes, EMPTY } from '../../../core/bytes/bytes.ts'
import type { RandomSource } from '../../../core/crypto/encrypted-data.ts'
import { encodeAnswer, encodeFrame, type KpasswdAnswer, KpasswdVersion } from '../../../core/kpasswd/frame.ts'
import { type Principal, toPrincipalName } from '../../../core/principal/principal.ts'
import { AddressType } from '../../../core/registry/address-type.ts'
import { errorReply } from '../../../kdc/error-reply.ts'
import { Refusal } from '../../../kdc/refusal.ts'
import type { Caller } from './request.ts'

/**
 * AP-REP and KRB-PRIV (RFC 3244 §3), the latter under the client's key. The AP-REP gives the client its own subkey back: whichever of the
 * two a client takes, it is the right one.
 */
export function sealedReply({ opened: { authenticator, prepared }, key }: Caller, told: KpasswdAnswer, random: RandomSource): Bytes {
  const seqNumber = initialNumber(random)
  const { subkey } = authenticator
  const own = subkey && { etype: subkey.keytype, value: subkey.keyvalue }
  const ap = makeApRep(authenticator, prepared, { ...(own !== undefined && { subkey: own }), seqNumber }, { random })
  const body = makeKrbPriv(encodeAnswer(told), key, { sAddress: ACCEPTOR, seqNumber }, { random })
  return encodeFrame({ version: KpasswdVersion.CHANGE, ap, body })
}

/** For callers that could not be told apart from strangers: a KRB-ERROR (RFC 3244 §3), which proves nothing. */
export function openReply(told: KpasswdAnswer, service: Principal, now: number): Bytes {
  const body = KrbErrorMessage.encode({
    stime: now,
    susec: 0,
    errorCode: GENERIC,
    realm: service.realm,
    sname: toPrincipalName(service),
    eData: encodeAnswer(told),
  })
  return encodeFrame({ version: KpasswdVersion.CHANGE, ap: EMPTY, body })
}

/** For a TCP request whose length is beyond anything sensible: a KRB-ERROR without a frame. */
export function tooLongReply(service: Principal, now: number): Bytes {
  const refusal = new Refusal('KRB5KRB_ERR_FIELD_TOOLONG', '')
  return errorReply(refusal, { client: undefined, server: service, realm: service.realm }, { seconds: now, micros: 0 })
}

/** Of 30 bits, which nobody takes for a negative one (RFC 4120 §5.5.1). */
function initialNumber(random: RandomSource): number {
  return new DataView(random(4).slice().buffer).getUint32(0) & 0x3fff_ffff
}

/** RFC 4120 §7.1 has an address for whoever answers, wherever that is: a server may have many. */
const ACCEPTOR = { addrType: AddressType.DIRECTIONAL, address: Uint8Array.of(0, 0, 0, 1) }
/** KRB_ERR_GENERIC, RFC 4120 §7.5.9. */
const GENERIC = 60
