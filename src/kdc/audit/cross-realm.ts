import { KrbError } from '../../core/errors/krb-error.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { isTgtPrincipal, type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { TransitedType } from '../../core/registry/transited-type.ts'
import { decodeTransited } from '../../core/transited/decode.ts'
import type { HeaderTicket } from '../tgs/header-ticket.ts'
import type { CrossRealmUse } from './event.ts'
import type { TgsTold } from './kdc-events.ts'
import type { AuditTrail } from './trail.ts'

/** What an event says about other realms; undefined when it has nothing to do with them. */
export function crossRealmUse(
  { header, server, clientKnown, result }: TgsTold,
  realm: string,
  trail: AuditTrail,
): CrossRealmUse | undefined {
  if (header === undefined) return undefined
  const next = server === undefined ? undefined : nextRealm(server)
  const comesIn = header.server.realm !== realm
  if (!comesIn && next === undefined) return undefined
  const client = unparsePrincipal(header.client)
  return {
    direction: comesIn ? (next === undefined ? 'in' : 'through') : 'out',
    foreign_realm: comesIn ? header.client.realm : next!,
    issuer: header.server.realm,
    transited: transitedRealms(header),
    policy_checked: Boolean((('encPart' in result ? result.flags : header.ticket.flags) & TicketFlags.TRANSITED_POLICY_CHECKED) >>> 0),
    service: server === undefined ? null : unparsePrincipal(server),
    client_known: clientKnown,
    ...(comesIn && 'encPart' in result && trail.firstSeen(client) && { first_seen: true }),
  }
}

/** Those that the ticket shown has passed; null for a field that cannot be read. */
function transitedRealms({ ticket, server }: HeaderTicket): readonly string[] | null {
  if (ticket.transited.trType !== TransitedType.DOMAIN_X500_COMPRESS) return null
  try {
    return decodeTransited(ticket.transited.contents, ticket.crealm, server.realm)
  } catch (error) {
    if (error instanceof KrbError) return null
    throw error
  }
}

/** Where a ticket for another realm's TGS leads. */
function nextRealm(server: Principal): string | undefined {
  const [, realm] = server.components
  return isTgtPrincipal(server) && realm !== server.realm ? realm : undefined
}
