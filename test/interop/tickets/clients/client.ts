import type { Kdc } from '../kdcs/kdc.ts'
import type { Ticket } from './ticket.ts'

/** What is asked for at log-in; seconds. */
export interface Wish {
  readonly forwardable?: boolean
  readonly proxiable?: boolean
  readonly life?: number
  readonly renewableLife?: number
  /** From now; asks for a postdated ticket. */
  readonly startIn?: number
  /** Bind it to the addresses of the machine, that which the KDC sees among them. */
  readonly addressed?: boolean
  /** Instead of a TGT. */
  readonly service?: string
  readonly password?: string
  /** For nobody in particular (RFC 8062), whatever the name. */
  readonly anonymous?: boolean
}

/** The programs of one implementation. Each call throws `Refused` when there is no ticket, `Impossible` when they cannot ask. */
export interface Client {
  readonly id: ClientId
  on(kdc: Kdc, folder: string): Promise<Programs>
}

type ClientId = 'mit' | 'heimdal' | 'ours'

/** Names are principals without realm. What `tgt` and `ticket` name is in a cache of its own, which is not changed. */
export interface Programs {
  logIn(name: string, wish: Wish): Promise<Ticket>
  use(tgt: Ticket, service: string): Promise<Ticket>
  forward(tgt: Ticket, address?: string): Promise<Ticket>
  proxy(tgt: Ticket, service: string, address?: string): Promise<Ticket>
  renew(ticket: Ticket): Promise<Ticket>
  validate(ticket: Ticket): Promise<Ticket>
  /** With a TGT that allows it; seconds from now. */
  postdate(tgt: Ticket, service: string, startIn: number): Promise<Ticket>
  userToUser(tgt: Ticket, other: Ticket, name: string): Promise<Ticket>
  close?(): Promise<void>
}

/** No ticket: the words for the table. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** The programs or the KDC have no words for it: the words for the table. */
export class Impossible extends Error {
  override readonly name = 'Impossible'
}
