import { makeApRep } from '../../src/core/ap/ap-rep.ts'
import { makeKrbPriv, openKrbPriv } from '../../src/core/ap/krb-priv.ts'
import { ApReq, Authenticator } from '../../src/core/asn1/messages/ap.ts'
import { internetAddress } from '../../src/core/asn1/messages/host-address.ts'
import { KrbErrorMessage } from '../../src/core/asn1/messages/krb-error.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { openData, randomKey } from '../../src/core/crypto/encrypted-data.ts'
import type { Key } from '../../src/core/crypto/etype.ts'
import { decodeFrame, encodeAnswer, encodeFrame } from '../../src/core/kpasswd/frame.ts'
import { KeyUsage } from '../../src/core/registry/key-usage.ts'

/** What a password server finds in a request, without a ticket to open: it is told the session key. */
export interface SeenRequest {
  readonly version: number
  readonly userData: Bytes
  readonly authenticator: Authenticator
  readonly subkey: Key
  readonly krbPriv: Bytes
  /** The sender as the request says. */
  readonly sAddress: Bytes
}

export function seenRequest(request: Bytes, sessionKey: Key, local: Bytes): SeenRequest {
  const { version, ap, body } = decodeFrame(request)
  const authenticator = Authenticator.decode(openData(sessionKey, KeyUsage.AP_REQ_AUTH, ApReq.decode(ap).authenticator))
  const subkey = { etype: authenticator.subkey!.keytype, value: authenticator.subkey!.keyvalue }
  const userData = openKrbPriv(body, subkey, { sAddress: internetAddress(local), seqNumber: 0 })
  return { version, userData, authenticator, subkey, krbPriv: body, sAddress: local }
}

export interface ReplyTerms {
  readonly code: number
  readonly text?: string
  readonly version?: number
  /** Numbers of AP-REP and KRB-PRIV. */
  readonly seqNumbers?: readonly [number | undefined, number | undefined]
  /** Instead of the client's subkey. */
  readonly key?: Key
  /** Instead of the KRB-PRIV. */
  readonly body?: Bytes
  /** Instead of the authenticator's. */
  readonly ctime?: number
}

export function kpasswdReply(seen: SeenRequest, sessionKey: Key, terms: ReplyTerms, random: (length: number) => Bytes): Bytes {
  const [apNumber, privNumber] = terms.seqNumbers ?? [77, 77]
  const times = { ctime: terms.ctime ?? seen.authenticator.ctime, cusec: seen.authenticator.cusec }
  const subkey = randomKey(seen.subkey.etype, random)
  const ap = makeApRep(times, sessionKey, { subkey, ...(apNumber !== undefined && { seqNumber: apNumber }) }, { random })
  const answer = encodeAnswer({ code: terms.code, text: encodeText(terms.text ?? '') })
  const address = { sAddress: internetAddress(Uint8Array.of(10, 0, 0, 1)), ...(privNumber !== undefined && { seqNumber: privNumber }) }
  const body = terms.body ?? makeKrbPriv(answer, terms.key ?? seen.subkey, address, { random })
  return encodeFrame({ version: terms.version ?? 1, ap, body })
}

export function kpasswdError(errorCode: number, eData?: Bytes): Bytes {
  const sname = { nameType: 1, nameString: ['kadmin', 'changepw'] }
  return KrbErrorMessage.encode({ stime: 1_800_000_000, susec: 0, errorCode, realm: 'R', sname, eData })
}
