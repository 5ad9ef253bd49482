import { AsReq, KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { messageType } from '../../core/asn1/messages/message-type.ts'
import { preserve } from '../../core/asn1/schema.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { tgtPrincipal, toPrincipalName } from '../../core/principal/principal.ts'
import { ETYPE } from '../../core/registry/etype.ts'
import { MsgType } from '../../core/registry/msg-type.ts'
import { nonce } from '../as/build-request.ts'
import type { ClientContext } from '../context.ts'
import { judgeAvailability, Refusal } from '../refusal.ts'

/** What a first question to a realm's KDC tells. */
export type MetKdc =
  | { readonly is: 'there'; readonly address: string /** Its clock minus ours, in seconds. */; readonly ahead: number }
  /** It answers, but knows nothing of the realm. */
  | { readonly is: 'other-realm'; readonly address: string }
  | { readonly is: 'unreachable'; readonly error: KrbError }

/**
 * Asks for a ticket in the name of the realm's own krbtgt, which every KDC of the realm knows and no other does, with an enctype that no KDC
 * uses any more: the refusal says whether it is the right one and what time it has.
 */
export async function meetKdc(realm: string, { env, channel }: ClientContext): Promise<MetKdc> {
  const krbtgt = toPrincipalName(tgtPrincipal(realm))
  const body: KdcReqBody = {
    kdcOptions: 0,
    cname: krbtgt,
    realm,
    sname: krbtgt,
    from: undefined,
    till: env.clock.now().seconds + LIFE,
    rtime: undefined,
    nonce: nonce(env),
    etype: [ETYPE.DES_CBC_CRC],
    addresses: undefined,
  }
  let address = ''
  try {
    const answer = await channel.exchange(realm, AsReq.encode({ padata: undefined, reqBody: preserve(KdcReqBody, body) }), {
      judge: judgeAvailability,
      answeredBy: answerer => {
        address = answerer.address
      },
    })
    if (messageType(answer) !== MsgType.ERROR) return { is: 'there', address, ahead: 0 }
    const { errorCode, stime } = KrbErrorMessage.decode(answer)
    if (errorCode === Refusal.C_PRINCIPAL_UNKNOWN || errorCode === Refusal.WRONG_REALM) return { is: 'other-realm', address }
    return { is: 'there', address, ahead: stime - env.clock.now().seconds }
  } catch (error) {
    if (error instanceof KrbError) return { is: 'unreachable', error }
    throw error
  }
}

const LIFE = 300
