import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { Pac } from '../../core/pac/container.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import { isDelegation } from '../permit/delegation.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import type { PrincipalEntry } from '../store/entry.ts'

/** Whom a new ticket is about, and by which ticket that is known: the one shown, or with delegation the evidence. */
export interface Subject {
  readonly ticket: EncTicketPart
  readonly pac: Pac | undefined
  /** The new ticket's client. */
  readonly client: Principal
  /** Its entry, when it has one. */
  readonly entry: PrincipalEntry | undefined
  /** Whoever a service acts for (S4U). */
  readonly actedFor: Principal | undefined
}

export function subjectOf(resolved: TgsResolved): Subject {
  const { header, headerPac, client, second, s4u2self, referral } = resolved
  if (isDelegation(resolved)) {
    const { ticket, pac } = second!
    const evident = fromPrincipalName(ticket.cname, ticket.crealm)
    return { ticket, pac, client: evident, entry: second!.client, actedFor: evident }
  }
  const shown = fromPrincipalName(header.cname, header.crealm)
  if (s4u2self === undefined) return { ticket: header, pac: headerPac, client: shown, entry: client, actedFor: undefined }
  const { user, entry } = s4u2self
  return { ticket: header, pac: headerPac, client: referral ? shown : user, entry, actedFor: user }
}
