import { AdIfRelevant, type AuthorizationData } from '../asn1/messages/authorization-data.ts'
import { EncTicketPart } from '../asn1/messages/ticket.ts'
import type { Bytes } from '../bytes/bytes.ts'
import { AdType } from '../registry/ad-type.ts'
import { type Pac, parsePac } from './container.ts'

/** A PAC and where in the ticket it was. */
export interface TicketPac {
  readonly pac: Pac
  /** DER of the encrypted part with one zero octet in place of the PAC: what the ticket signature is over (MS-PAC §2.8.3). */
  blankedTicket(): Bytes
}

/** The first PAC in an AD-IF-RELEVANT (MS-KILE §3.3.5.6.3.2). Throws ASN1_*, and as `parsePac`. */
export function pacOf(ticket: EncTicketPart): TicketPac | undefined {
  const outer = ticket.authorizationData ?? []
  for (let i = 0; i < outer.length; i++) {
    if (outer[i]!.adType !== AdType.IF_RELEVANT) continue
    const inner = AdIfRelevant.decode(outer[i]!.adData)
    const at = inner.findIndex(({ adType }) => adType === AdType.WIN2K_PAC)
    if (at < 0) continue
    return {
      pac: parsePac(inner[at]!.adData),
      blankedTicket: () => {
        const adData = AdIfRelevant.encode(inner.with(at, BLANK))
        return EncTicketPart.encode({ ...ticket, authorizationData: outer.with(i, { adType: AdType.IF_RELEVANT, adData }) })
      },
    }
  }
  return undefined
}

/** A PAC as an element of a ticket's authorization data. */
export function pacElement(pac: Bytes): AuthorizationData[number] {
  return ifRelevant({ adType: AdType.WIN2K_PAC, adData: pac })
}

function ifRelevant(element: AuthorizationData[number]): AuthorizationData[number] {
  return { adType: AdType.IF_RELEVANT, adData: AdIfRelevant.encode([element]) }
}

const BLANK = { adType: AdType.WIN2K_PAC, adData: Uint8Array.of(0) }

/** What stands in the place of a PAC in the ticket that is signed. */
export const BLANK_PAC_ELEMENT: AuthorizationData[number] = ifRelevant(BLANK)
