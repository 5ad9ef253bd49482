import { Ticket } from '../../core/asn1/messages/ticket.ts'
import type { Credential, TypedOctets } from '../../core/ccache/credential.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { ticketFlagNames } from '../../core/flags/ticket-flags.ts'
import { fromPrincipalName, type Principal, samePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { type EtypeId, etypeName } from '../../core/registry/etype.ts'
import { isoTime } from '../../core/time/format.ts'

/** A credential as plain data: names unparsed, times in seconds since 1970 (renewTill 0: not renewable). */
export interface TicketLine {
  readonly client: string
  readonly server: string
  readonly starttime: number
  readonly endtime: number
  readonly renewTill: number
  readonly flags: number
  readonly sessionEtype: EtypeId
  /** Of the ticket itself, as far as it can be read. */
  readonly ticketEtype?: EtypeId
  /** The name inside the ticket, when it is another than the one it was stored under. */
  readonly ticketServer?: string
  readonly adTypes: readonly number[]
  readonly addresses: readonly Address[]
}

/** `text` is the host's name or number, or what is wrong with the address. */
export interface Address {
  readonly type: number
  readonly text: string
}

export type AddressText = (address: TypedOctets) => Promise<string>

export async function ticketLine(credential: Credential, addressText: AddressText): Promise<TicketLine> {
  const { client, server, authtime, starttime, endtime, renewTill, flags, key, authdata } = credential
  const inside = insideTicket(credential)
  const addresses: Address[] = []
  for (const address of credential.addresses) addresses.push({ type: address.type, text: await addressText(address) })
  return {
    client: unparsePrincipal(client),
    server: unparsePrincipal(server),
    starttime: starttime === 0 ? authtime : starttime,
    endtime,
    renewTill,
    flags,
    sessionEtype: key.etype,
    ...(inside === undefined ? {} : { ticketEtype: inside.etype }),
    ...(inside === undefined || samePrincipal(inside.server, server) ? {} : { ticketServer: unparsePrincipal(inside.server) }),
    adTypes: authdata.map(({ type }) => type),
    addresses,
  }
}

/** As every program's `--json` shows a credential. */
export function ticketJson(ticket: TicketLine): object {
  return {
    client: ticket.client,
    server: ticket.server,
    starttime: isoTime(ticket.starttime),
    endtime: isoTime(ticket.endtime),
    renewTill: ticket.renewTill === 0 ? null : isoTime(ticket.renewTill),
    flags: ticketFlagNames(ticket.flags),
    sessionKeyEtype: etypeName(ticket.sessionEtype),
    ticketEtype: ticket.ticketEtype === undefined ? null : etypeName(ticket.ticketEtype),
    ticketServer: ticket.ticketServer ?? ticket.server,
    adTypes: ticket.adTypes,
    addresses: ticket.addresses,
  }
}

function insideTicket(credential: Credential): { readonly server: Principal; readonly etype: EtypeId } | undefined {
  try {
    const ticket = Ticket.decode(credential.ticket)
    return { server: fromPrincipalName(ticket.sname, ticket.realm), etype: ticket.encPart.etype }
  } catch (error) {
    // A cache may hold anything in the place of a ticket; klist shows the rest of the entry then.
    if (error instanceof KrbError) return undefined
    throw error
  }
}
