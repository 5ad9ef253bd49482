import { Ticket } from '../../core/asn1/messages/ticket.ts'
import { etypeOfTicketFor } from '../../core/asn1/messages/ticket-glance.ts'
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
  readonly ticketEtype: EtypeId | undefined
  /** The name inside the ticket, when it is another than the one it was stored under. */
  readonly ticketServer: string | undefined
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
  return new TicketLines(addressText).of(credential)
}

/** Makes the lines of many credentials: at once for those without addresses, and most have the same client. */
export class TicketLines {
  readonly #addressText: AddressText
  #client: Principal | undefined
  #clientName = ''

  constructor(addressText: AddressText) {
    this.#addressText = addressText
  }

  of(credential: Credential): TicketLine | Promise<TicketLine> {
    return credential.addresses.length === 0 ? this.#line(credential, NONE) : this.#withAddresses(credential)
  }

  async #withAddresses(credential: Credential): Promise<TicketLine> {
    const addresses: Address[] = []
    for (const address of credential.addresses) addresses.push({ type: address.type, text: await this.#addressText(address) })
    return this.#line(credential, addresses)
  }

  #line(credential: Credential, addresses: readonly Address[]): TicketLine {
    const { client, server, authtime, starttime, endtime, renewTill, flags, key, authdata } = credential
    if (client !== this.#client) {
      this.#clientName = unparsePrincipal(client)
      this.#client = client
    }
    const inside = insideTicket(credential)
    const otherServer = inside !== undefined && inside.server !== server && !samePrincipal(inside.server, server)
    return {
      client: this.#clientName,
      server: unparsePrincipal(server),
      starttime: starttime === 0 ? authtime : starttime,
      endtime,
      renewTill,
      flags,
      sessionEtype: key.etype,
      ticketEtype: inside?.etype,
      ticketServer: otherServer ? unparsePrincipal(inside.server) : undefined,
      adTypes: authdata.length === 0 ? NONE : authdata.map(({ type }) => type),
      addresses,
    }
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
  const etype = etypeOfTicketFor(credential.server, credential.ticket)
  if (etype !== undefined) return { server: credential.server, etype }
  try {
    const ticket = Ticket.decode(credential.ticket)
    return { server: fromPrincipalName(ticket.sname, ticket.realm), etype: ticket.encPart.etype }
  } catch (error) {
    // A cache may hold anything in the place of a ticket; klist shows the rest of the entry then.
    if (error instanceof KrbError) return undefined
    throw error
  }
}

const NONE: readonly never[] = []
