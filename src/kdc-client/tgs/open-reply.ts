import { EncKdcRepPart, TgsRep } from '../../core/asn1/messages/kdc-rep.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { openData } from '../../core/crypto/encrypted-data.ts'
import { keyFingerprint } from '../../core/crypto/key-fingerprint.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { isTgtPrincipal } from '../../core/principal/principal.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import type { OpenedReply } from '../check-reply.ts'
import { credentialOf } from '../credential.ts'
import type { TgsSent } from './build-request.ts'
import { checkTgsReply } from './check-reply.ts'

/** A credential and what the KDC said beside it. */
export interface TgsAnswer {
  readonly credential: Credential
  /** In the clear: nobody vouches for it. */
  readonly padata: readonly PaData[]
  readonly encryptedPaData: readonly PaData[]
  readonly sent: TgsSent
}

/**
 * Decrypts a TGS-REP, compares it with the request and takes the credential out. Throws `KRB5KRB_AP_ERR_BAD_INTEGRITY`,
 * `KRB5_KDCREP_MODIFIED`, `KRB5_KDCREP_SKEW`, and ASN1_*.
 */
export function openTgsReply(message: Bytes, sent: TgsSent, clockskew: number, env: Pick<Env, 'trace'>): TgsAnswer {
  const reply = TgsRep.decode(message)
  const plain = decrypt(reply, sent, env)
  try {
    const part = EncKdcRepPart.decode(plain)
    const opened: OpenedReply = { reply, part: { ...part, flags: trustedFlags(part.flags, sent.making.tgt) } }
    checkTgsReply(opened, sent, clockskew, env)
    const credential = credentialOf(opened, {
      addresses: part.caddr ?? sent.body.addresses ?? [],
      isSkey: (sent.body.kdcOptions & KdcOptions.ENC_TKT_IN_SKEY) !== 0,
      ...(sent.making.secondTicket && { secondTicket: sent.making.secondTicket }),
    })
    const { client, server, key } = credential
    env.trace({ event: 'tgs-reply', client, server, key: { etype: key.etype, fingerprint: keyFingerprint(key) } })
    return { credential, padata: reply.padata ?? [], encryptedPaData: part.encryptedPaData ?? [], sent }
  } finally {
    plain.fill(0)
  }
}

/** With the subkey; some KDCs (Heimdal to 1.2) use the session key all the same. */
function decrypt(reply: TgsRep, { subkey, making }: TgsSent, env: Pick<Env, 'trace'>): Bytes {
  try {
    return openData(subkey, KeyUsage.TGS_REP_ENCPART_SUBKEY, reply.encPart)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const { key } = making.tgt
    env.trace({ event: 'tgs-reply-session-key', key: { etype: key.etype, fingerprint: keyFingerprint(key) } })
    try {
      return openData(key, KeyUsage.TGS_REP_ENCPART_SESSKEY, reply.encPart)
    } catch (second) {
      throw second instanceof KrbError ? second.withHints(NOT_OPENED) : second
    }
  }
}

const NOT_OPENED =
  "the KDC's answer opens neither with the request's subkey nor with the ticket's session key: it is for another request, or was changed"

/** A foreign KDC's ok-as-delegate counts only when our own KDC said the same of that realm. */
function trustedFlags(flags: number, tgt: Credential): number {
  const { realm } = tgt.client
  const local = isTgtPrincipal(tgt.server) && tgt.server.realm === realm && tgt.server.components[1] === realm
  return local || tgt.flags & TicketFlags.OK_AS_DELEGATE ? flags : (flags & ~TicketFlags.OK_AS_DELEGATE) >>> 0
}
