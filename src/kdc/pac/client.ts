import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { isPacOf, type RealmUse } from '../../core/pac/client-info.ts'
import type { Pac } from '../../core/pac/container.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'

/** Whether a PAC is of this client and of the log-in that the ticket comes from. A malformed one is nobody's. */
export function isPacOfClient(pac: Pac, client: Principal, authtime: number, realm?: RealmUse): boolean {
  try {
    return isPacOf(pac, client, authtime, realm)
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

/** The PAC says of whom and when what the ticket says. */
export function isPacOfTicket(pac: Pac, { cname, crealm, authtime }: EncTicketPart): boolean {
  return isPacOfClient(pac, fromPrincipalName(cname, crealm), authtime)
}
