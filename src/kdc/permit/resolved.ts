import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import type { Pac } from '../../core/pac/container.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { VouchingKeys } from '../pac/vouching-keys.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import type { S4uSelf } from '../s4u/self.ts'
import type { PolicyEntry, PrincipalEntry } from '../store/entry.ts'

/** All that the decision about an AS request rests on. Times in seconds since 1970. */
export interface AsResolved {
  readonly now: number
  readonly body: KdcReqBody
  readonly client: PrincipalEntry
  readonly server: PrincipalEntry
  /** kadmin's policy of the client, for lockout. */
  readonly clientPolicy: PolicyEntry | undefined
  readonly realm: RealmPolicy
}

/** An additional ticket, opened (RFC 4120 §3.3.3). */
export interface SecondTicket {
  readonly ticket: EncTicketPart
  /** SHA-256 of its encrypted part, in hexadecimal. */
  readonly digest: string
  readonly sessionKey: PreparedKey
  readonly server: Principal
  readonly serverEntry: PrincipalEntry
  /** Its PAC, with good signatures. */
  readonly pac: Pac | undefined
  /** The entry that the ticket's client stands for, by whatever name; undefined when it is none of ours. */
  readonly client: PrincipalEntry | undefined
}

/** All that the decision about a TGS request rests on. */
export interface TgsResolved {
  readonly now: number
  readonly body: KdcReqBody
  /** The server as asked for; `server` may be another name of it. */
  readonly requested: Principal
  readonly server: PrincipalEntry
  /** The ticket that came with the request, opened. */
  readonly header: EncTicketPart
  readonly headerServer: Principal
  /** Its PAC, with good signatures. */
  readonly headerPac: Pac | undefined
  /** The header ticket's client, when it has an entry here: mostly one of ours, but an administrator may hold in check others too. */
  readonly client: PrincipalEntry | undefined
  /** The header ticket was issued under a key that another realm shares with us. */
  readonly crossRealm: boolean
  /** For user-to-user: the ticket whose session key is to seal the new one. For delegation: the evidence, somebody's ticket for the service that asks. */
  readonly second: SecondTicket | undefined
  /** The ticket-granting service of the realm that was asked. */
  readonly localTgs: PrincipalEntry
  readonly vouching: VouchingKeys
  /** `server` is another realm's ticket-granting service in place of the one asked for (RFC 6806 §8). */
  readonly referral: boolean
  /** The request is for a ticket to the service itself in a user's name. */
  readonly s4u2self: S4uSelf | undefined
  /** The client knows of resource-based constrained delegation. */
  readonly rbcd: boolean
  readonly realm: RealmPolicy
}
