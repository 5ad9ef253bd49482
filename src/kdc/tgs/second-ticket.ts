import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart, Ticket } from '../../core/asn1/messages/ticket.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import type { TicketPac } from '../../core/pac/ticket-pac.ts'
import { fromPrincipalName, type Principal } from '../../core/principal/principal.ts'
import type { RealmDesk } from '../realm-desk.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import type { PrincipalEntry } from '../store/entry.ts'
import { openTicket, serverOfTicket } from './open-ticket.ts'

/** The first additional ticket of a user-to-user request or of one for delegation, opened. */
export interface OpenedSecondTicket {
  readonly ticket: EncTicketPart
  /** SHA-256 of its encrypted part, in hexadecimal. */
  readonly digest: string
  readonly sessionKey: PreparedKey
  readonly server: Principal
  readonly serverEntry: PrincipalEntry
  /** As `OpenedTicket.pac`. */
  readonly pac: () => TicketPac | undefined
  readonly client: Principal
}

/** undefined when the request asks for nothing of the kind, or brought no ticket. */
export function openSecondTicket(
  { kdcOptions, additionalTickets }: KdcReqBody,
  desk: RealmDesk,
): Promise<OpenedSecondTicket | Refusal> | undefined {
  const first = kdcOptions & (KdcOptions.ENC_TKT_IN_SKEY | KdcOptions.CNAME_IN_ADDL_TKT) ? additionalTickets?.[0] : undefined
  return first && opened(first.value, desk)
}

async function opened(sealed: Ticket, desk: RealmDesk): Promise<OpenedSecondTicket | Refusal> {
  const server = fromPrincipalName(sealed.sname, sealed.realm)
  const entry = await serverOfTicket(server, desk.realm.store, '2ND_TKT_SERVER')
  if (entry instanceof Refusal) return entry
  try {
    const { ticket, sessionKey, digest, pac } = openTicket(sealed.encPart, server, entry, desk)
    const client = fromPrincipalName(ticket.cname, ticket.crealm)
    return { ticket, digest, sessionKey, server, serverEntry: entry, pac, client }
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, '2ND_TKT_DECRYPT')
    throw error
  }
}
