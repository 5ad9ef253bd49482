import { AsReq, KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { messageType } from '../../core/asn1/messages/message-type.ts'
import { preserve } from '../../core/asn1/schema.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { type Principal, tgtPrincipal, toPrincipalName } from '../../core/principal/principal.ts'
import { MsgType } from '../../core/registry/msg-type.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { nonce } from '../as/build-request.ts'
import { usableEtypes } from '../cached.ts'
import { shown } from '../check-reply.ts'
import type { ClientContext } from '../context.ts'
import { judgeAvailability, Refusal, refusalError } from '../refusal.ts'
import { isTooBigForUdp } from '../tgs/outcome.ts'

/**
 * The realm that knows a user by an enterprise name or a certificate (DER), found as for a log-in that goes no further (RFC 6806 §7): from
 * `user.realm` by referrals. Throws what the last KDC says of the user, `KRB5_KDC_UNREACH` for referrals in a circle, and what the channel throws.
 */
export async function realmOfUser(user: Principal, certificate: Bytes | undefined, context: ClientContext): Promise<string> {
  const seen: string[] = []
  for (let realm = user.realm; ; ) {
    if (seen.includes(realm) || seen.length >= MAX_HOPS)
      throw new KrbError('KRB5_KDC_UNREACH', { realm }, { hints: ['referrals go in a circle'] })
    seen.push(realm)
    const reply = await ask({ ...user, realm }, certificate, context)
    if (messageType(reply) === MsgType.AS_REP) return realm
    if (messageType(reply) !== MsgType.ERROR) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
    const message = KrbErrorMessage.decode(reply)
    // Whoever is asked for a proof, or for a new password, is known there.
    if (message.errorCode === Refusal.PREAUTH_REQUIRED || message.errorCode === Refusal.KEY_EXPIRED) return realm
    if (message.errorCode === Refusal.C_PRINCIPAL_UNKNOWN)
      throw refusalError(message, `Client '${shown({ ...user, realm })}' not found in Kerberos database`)
    if (message.errorCode !== Refusal.WRONG_REALM || message.crealm === undefined) throw refusalError(message)
    realm = message.crealm
  }
}

async function ask(user: Principal, certificate: Bytes | undefined, context: ClientContext): Promise<Bytes> {
  const { env, channel } = context
  const body: KdcReqBody = {
    kdcOptions: KdcOptions.CANONICALIZE,
    cname: toPrincipalName(user),
    realm: user.realm,
    sname: toPrincipalName(tgtPrincipal(user.realm)),
    till: env.clock.now().seconds + BRIEFLY,
    nonce: nonce(env),
    etype: usableEtypes(context),
  }
  const padata = certificate && [{ padataType: PaType.S4U_X509_USER, padataValue: certificate }]
  const message = AsReq.encode({ ...(padata !== undefined && { padata }), reqBody: preserve(KdcReqBody, body) })
  const send = (tcpOnly: boolean) => channel.exchange(user.realm, message, { tcpOnly, judge: judgeAvailability })
  const reply = await send(false)
  return isTooBigForUdp(reply) ? send(true) : reply
}

const MAX_HOPS = 10
/** A ticket that nobody uses. */
const BRIEFLY = 15
