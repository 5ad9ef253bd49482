import { AsReq, KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { messageType } from '../../core/asn1/messages/message-type.ts'
import { preserve } from '../../core/asn1/schema.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type Principal, tgtPrincipal, toPrincipalName } from '../../core/principal/principal.ts'
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
 * Asks for a ticket in the name of the realm's own krbtgt, which no KDC of another realm knows, with an enctype that no KDC uses any more: the
 * refusal says whether it is the right one and what time it has. In Active Directory that account is a user's, `krbtgt`.
 */
export async function meetKdc(realm: string, context: ClientContext): Promise<MetKdc> {
  const server = tgtPrincipal(realm)
  const met = await meetAs(server, server, context)
  return met.is === 'other-realm' ? meetAs({ ...server, components: ['krbtgt'] }, server, context) : met
}

async function meetAs(client: Principal, server: Principal, { env, channel }: ClientContext): Promise<MetKdc> {
  const body: KdcReqBody = {
    kdcOptions: 0,
    cname: toPrincipalName(client),
    realm: server.realm,
    sname: toPrincipalName(server),
    from: undefined,
    till: env.clock.now().seconds + LIFE,
    rtime: undefined,
    nonce: nonce(env),
    etype: [ETYPE.DES_CBC_CRC],
    addresses: undefined,
  }
  let address = ''
  try {
    const answer = await channel.exchange(server.realm, AsReq.encode({ padata: undefined, reqBody: preserve(KdcReqBody, body) }), {
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
