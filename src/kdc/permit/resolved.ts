import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { RealmPolicy } from '../realm-settings.ts'
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
  /** The header ticket's client, when it is one of ours. */
  readonly client: PrincipalEntry | undefined
  /** The header ticket was issued under a key that another realm shares with us. */
  readonly crossRealm: boolean
  /** The request carries S4U2Self data. */
  readonly s4u2self: boolean
  readonly realm: RealmPolicy
}
