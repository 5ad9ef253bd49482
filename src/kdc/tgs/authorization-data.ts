import { AdIfRelevant, AuthorizationData } from '../../core/asn1/messages/authorization-data.ts'
import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import { openData } from '../../core/crypto/encrypted-data.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { AdType } from '../../core/registry/ad-type.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import { type Refusal, refusalOf } from '../refusal.ts'
import type { HeaderTicket } from './header-ticket.ts'

/**
 * Authorization data of a ticket got with another one (RFC 4120 §3.3.3): the other one's, then what the client adds. Elements that only a KDC
 * may issue are taken from neither: nobody vouches for them here.
 */
export function ticketAuthorizationData(
  body: KdcReqBody,
  given: EncTicketPart,
  header: HeaderTicket,
): AuthorizationData | undefined | Refusal {
  try {
    const added = body.encAuthorizationData === undefined ? [] : decrypted(body.encAuthorizationData, header)
    if (added.some(({ adType }) => adType === AdType.MANDATORY_FOR_KDC)) throw new KrbError('KRB5KDC_ERR_POLICY')
    const kept = [...(given.authorizationData ?? []), ...added].filter(element => !isForKdcsOnly(element))
    return kept.length === 0 ? undefined : kept
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, 'HANDLE_AUTHDATA')
    throw error
  }
}

function decrypted(sealed: NonNullable<KdcReqBody['encAuthorizationData']>, { replyKey, hasSubkey }: HeaderTicket): AuthorizationData {
  return AuthorizationData.decode(openData(replyKey, hasSubkey ? KeyUsage.TGS_REQ_AD_SUBKEY : KeyUsage.TGS_REQ_AD_SESSKEY, sealed))
}

/** At any depth of AD-IF-RELEVANT: acceptors look into all of them. */
function isForKdcsOnly({ adType, adData }: AuthorizationData[number], depth = 0): boolean {
  if (adType !== AdType.IF_RELEVANT) return KDC_ONLY.has(adType)
  return depth === MAX_DEPTH || AdIfRelevant.decode(adData).some(element => isForKdcsOnly(element, depth + 1))
}

const KDC_ONLY: ReadonlySet<number> = new Set([
  AdType.KDC_ISSUED,
  AdType.FX_FAST_ARMOR,
  AdType.FX_FAST_USED,
  AdType.CAMMAC,
  AdType.AUTHENTICATION_INDICATOR,
  AdType.WIN2K_PAC,
  AdType.SIGNTICKET,
])

/** Nobody honest nests deeper. */
const MAX_DEPTH = 8
