import { Checksum } from '../../core/asn1/messages/encrypted-data.ts'
import { type AsRep, EncKdcRepPart, type LastReq } from '../../core/asn1/messages/kdc-rep.ts'
import { encodeText } from '../../core/bytes/text.ts'
import type { ConfigEntry, Credential } from '../../core/ccache/credential.ts'
import { verifyChecksum } from '../../core/crypto/checksum.ts'
import { openData, prepareKey } from '../../core/crypto/encrypted-data.ts'
import type { Key, PreparedKey } from '../../core/crypto/etype.ts'
import { keyFingerprint } from '../../core/crypto/key-fingerprint.ts'
import type { Env } from '../../core/env.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { LastReqType, type LastReqTypeId } from '../../core/registry/last-req-type.ts'
import { PaType, type PaTypeId } from '../../core/registry/pa-type.ts'
import { clientOf, mismatch } from '../check-reply.ts'
import { credentialOf } from '../credential.ts'
import { type Cut, cutsOf } from '../cuts.ts'
import { findPadata } from '../preauth/etype-info.ts'
import type { AsSent, AsTerms } from './build-request.ts'
import { checkAsReply } from './check-reply.ts'

export interface AsResult {
  /** As the KDC names it: another than asked for only when that was allowed. */
  readonly client: Principal
  readonly credential: Credential
  /** Whose KDCs were asked, one referring to the next. */
  readonly realms: readonly string[]
  /** `fast_avail` and `pa_type`, as MIT's kinit keeps them in the cache. */
  readonly config: readonly ConfigEntry[]
  /** KDC's clock minus ours when kdc_timesync is on, by the reply's authenticated authtime; for the cache's header. */
  readonly offset: { readonly seconds: number; readonly micros: number }
  readonly replyEtype: EtypeId
  /** Version of the client's key, where the KDC says it. */
  readonly replyKvno: number | undefined
  /** Where the KDC was less generous than asked. */
  readonly cuts: readonly Cut[]
  readonly expiry: Expiry
}

/** Seconds since 1970, 0 for never or unsaid. `announced`: by last-req, so the KDC wants the user to be told. */
export interface Expiry {
  readonly password: number
  readonly account: number
  readonly announced: boolean
}

/**
 * Decrypts an AS-REP, compares it with the request and takes the credential out. Throws `KRB5KRB_AP_ERR_BAD_INTEGRITY` for a wrong
 * key, `KRB5_KDCREP_MODIFIED`, `KRB5_KDCREP_SKEW`, and ASN1_*.
 */
export function openAsReply(
  reply: AsRep,
  key: Key,
  sent: AsSent,
  { terms, selected, realms }: { readonly terms: AsTerms; readonly selected: PaTypeId | undefined; readonly realms: readonly string[] },
  env: Pick<Env, 'trace'>,
): AsResult {
  const prepared = prepareKey(key)
  const plain = openData(prepared, KeyUsage.AS_REP_ENCPART, reply.encPart)
  try {
    const part = EncKdcRepPart.decode(plain)
    env.trace({
      event: 'as-reply-decrypted',
      key: { etype: part.key.keytype, fingerprint: keyFingerprint({ etype: part.key.keytype, value: part.key.keyvalue }) },
    })
    const fast = negotiatedFast(part, sent, prepared)
    env.trace({ event: 'fast-negotiation', available: fast })
    const opened = { reply, part }
    const { body } = sent
    checkAsReply(opened, sent, terms)
    const credential = credentialOf(opened, { addresses: part.caddr ?? [] })
    return {
      client: clientOf(opened),
      credential,
      realms,
      config: configOf(credential.server, fast, selected),
      offset: { seconds: terms.timesync ? part.authtime - sent.at.seconds : 0, micros: 0 },
      replyEtype: key.etype,
      replyKvno: reply.encPart.kvno,
      cuts: cutsOf({ endtime: body.till, renewTill: body.rtime ?? 0, from: body.till - terms.lifetime }, credential),
      expiry: expiryOf(part.lastReq, part.keyExpiration),
    }
  } finally {
    plain.fill(0)
  }
}

/** Checks the KDC's checksum of our request, when the ticket says that there is one (RFC 6806 §11). True when it takes FAST. */
function negotiatedFast(part: EncKdcRepPart, sent: AsSent, key: PreparedKey): boolean {
  if ((part.flags & TicketFlags.ENC_PA_REP) === 0) return false
  const padata = part.encryptedPaData ?? []
  const proof = findPadata(padata, PaType.REQ_ENC_PA_REP)
  if (proof === undefined || !verifyChecksum(key, KeyUsage.AS_REQ, sent.message, Checksum.decode(proof.padataValue))) {
    throw mismatch('checksum of the request', 'a valid one', proof === undefined ? 'none' : 'another')
  }
  return findPadata(padata, PaType.FX_FAST) !== undefined
}

function configOf(server: Principal, fast: boolean, selected: PaTypeId | undefined): readonly ConfigEntry[] {
  const config: ConfigEntry[] = []
  if (fast) config.push({ key: 'fast_avail', server, value: encodeText('yes') })
  if (selected !== undefined) config.push({ key: 'pa_type', server, value: encodeText(String(selected)) })
  return config
}

function expiryOf(lastReq: LastReq, keyExpiration: number | undefined): Expiry {
  const last = (type: LastReqTypeId) => lastReq.filter(entry => Math.abs(entry.lrType) === type).at(-1)?.lrValue
  const password = last(LastReqType.PASSWORD_EXPIRES)
  const account = last(LastReqType.ACCOUNT_EXPIRES)
  const announced = password !== undefined || account !== undefined
  return { password: announced ? (password ?? 0) : (keyExpiration ?? 0), account: account ?? 0, announced }
}
