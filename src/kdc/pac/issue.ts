import type { AuthorizationData } from '../../core/asn1/messages/authorization-data.ts'
import { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { PacBuffer } from '../../core/pac/container.ts'
import { hasTicketSignature, type PacKeys, signPac } from '../../core/pac/sign.ts'
import { BLANK_PAC_ELEMENT, pacElement } from '../../core/pac/ticket-pac.ts'
import type { Principal } from '../../core/principal/principal.ts'

/** A PAC that a ticket is to carry: what stands in it, and the keys that sign it. */
export interface PacToIssue {
  readonly contents: readonly PacBuffer[]
  readonly keys: PacKeys
}

/** The authorization data of `ticket` with the signed PAC in front, where everybody looks for it. `server` is the canonical name of who the ticket is for. */
export function withPac(ticket: EncTicketPart, { contents, keys }: PacToIssue, server: Principal): AuthorizationData {
  const others = ticket.authorizationData ?? []
  if (!hasTicketSignature(server)) return [pacElement(signPac(contents, keys, undefined)), ...others]
  const blanked = EncTicketPart.encode({ ...ticket, authorizationData: [BLANK_PAC_ELEMENT, ...others] })
  const signed = signPac(contents, keys, blanked)
  blanked.fill(0)
  return [pacElement(signed), ...others]
}
