import { ApReq, Authenticator } from '../asn1/messages/ap.ts'
import type { AuthorizationData } from '../asn1/messages/authorization-data.ts'
import type { Checksum } from '../asn1/messages/encrypted-data.ts'
import { Ticket } from '../asn1/messages/ticket.ts'
import { reopen } from '../asn1/schema.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { sealData } from '../crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../crypto/etype.ts'
import type { Env, Instant } from '../env.ts'
import { type Principal, toPrincipalName } from '../principal/principal.ts'
import type { KeyUsageId } from '../registry/key-usage.ts'

export interface ApReqTerms {
  readonly client: Principal
  /** DER of the Ticket, as received. */
  readonly ticket: Bytes
  readonly sessionKey: Key | PreparedKey
  /** `KeyUsage.TGS_REQ_AUTH` inside PA-TGS-REQ, `KeyUsage.AP_REQ_AUTH` elsewhere. */
  readonly usage: KeyUsageId
  /** The authenticator's time: the acceptor's clock as far as it is known. */
  readonly now: Instant
  /** `ApOptions` bits. */
  readonly apOptions?: number
  readonly cksum?: Checksum
  readonly subkey?: Key
  readonly seqNumber?: number
  readonly authorizationData?: AuthorizationData
}

/** An AP-REQ (RFC 4120 §5.5.1) in DER, with the authenticator that the AP-REP will be compared with. */
export function makeApReq(terms: ApReqTerms, env: Pick<Env, 'random'>): { readonly message: Bytes; readonly authenticator: Authenticator } {
  const authenticator: Authenticator = {
    crealm: terms.client.realm,
    cname: toPrincipalName(terms.client),
    cksum: terms.cksum,
    cusec: terms.now.micros,
    ctime: terms.now.seconds,
    subkey: terms.subkey && { keytype: terms.subkey.etype, keyvalue: terms.subkey.value },
    seqNumber: terms.seqNumber,
    authorizationData: terms.authorizationData,
  }
  const plain = Authenticator.encode(authenticator)
  const sealed = sealData(terms.sessionKey, terms.usage, plain, n => env.random(n))
  plain.fill(0)
  const message = ApReq.encode({ apOptions: terms.apOptions ?? 0, ticket: reopen(Ticket, terms.ticket), authenticator: sealed })
  return { message, authenticator }
}
