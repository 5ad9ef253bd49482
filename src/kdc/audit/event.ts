/*
 * What the audit stream says (docs/audit.md): one JSON object a line, its version in `schema`. Times are RFC 3339 in UTC, names are unparsed
 * principals, enctypes and flags have their RFC's names. Members are only ever added within a version.
 */

export const AUDIT_SCHEMA = 1

/** An event as whoever saw it tells it; the trail adds `schema`, `id` and `time`. */
export type AuditEvent = AsEvent | TgsEvent | PasswordEvent | AdminEvent

interface Outcome {
  readonly outcome: 'success' | 'failure'
  /** MIT's status word for an AS or TGS request: ISSUE, NEEDED_PREAUTH, ... */
  readonly status?: string
  readonly error?: AuditedError
}

export interface AuditedError {
  /** MIT's name of a com_err code, or RFC 3244's of a result. */
  readonly code: string
  /** On the wire: of RFC 4120 §7.5.9 for AS and TGS, com_err's for administration, RFC 3244's result for passwords. */
  readonly number: number
  readonly text: string
}

interface KdcEvent extends Outcome {
  readonly realm: string
  /** Of the client, without a port. */
  readonly address: string
  readonly client: string | null
  /** Whether the client has an entry in this realm's database. */
  readonly client_known: boolean
  readonly server: string | null
  readonly request: AuditedRequest
  /** Of what was issued. */
  readonly ticket?: AuditedTicket
  readonly cross_realm?: CrossRealmUse
}

interface AuditedRequest {
  readonly etypes: readonly string[]
  readonly kdc_options: readonly string[]
  /** padata-types as they came. */
  readonly padata: readonly number[]
}

interface AuditedTicket {
  /** Links the request that got a ticket with those that show it (docs/audit.md). */
  readonly id: string
  readonly etypes: { readonly reply: string; readonly ticket: string; readonly session: string }
  readonly flags: readonly string[]
  readonly authtime: string
  readonly starttime: string
  readonly endtime: string
  readonly renew_till: string | null
}

interface AsEvent extends KdcEvent {
  readonly event: 'as'
  /** How the client proved who it is: `encrypted-timestamp`; absent when it did not. */
  readonly preauth?: string
  /** Reserved: what a certificate said. */
  readonly pkinit: null
}

interface TgsEvent extends KdcEvent {
  readonly event: 'tgs'
  readonly kind: TgsKind
  /** The ticket that came with the request, when it could be opened. */
  readonly header_ticket?: ShownTicket
  readonly second_ticket?: ShownTicket
  /** S4U: for whom the client acts. */
  readonly on_behalf_of?: string
}

export type TgsKind = 'service' | 'referral' | 'renew' | 'validate' | 'forward' | 'proxy' | 'user-to-user' | 's4u2self' | 's4u2proxy'

interface ShownTicket {
  readonly id: string
  readonly server: string
  readonly client: string
  readonly authtime: string
}

/** A ticket that came from, or leads to, another realm. */
export interface CrossRealmUse {
  /** `in`: the ticket shown is another realm's; `out`: the ticket asked for is for another realm's TGS; `through`: both. */
  readonly direction: 'in' | 'out' | 'through'
  /** The client's own realm when it comes in, the next realm when it goes out. */
  readonly foreign_realm: string
  /** The realm that issued the ticket shown. */
  readonly issuer: string
  /** Realms between the client's and the issuer, as the ticket shown tells; null when that cannot be read. */
  readonly transited: readonly string[] | null
  readonly policy_checked: boolean
  readonly service: string | null
  readonly client_known: boolean
  /** The first time that this principal of another realm is seen here. */
  readonly first_seen?: boolean
}

export interface PasswordEvent extends Outcome {
  readonly event: 'password'
  readonly realm: string
  readonly address: string
  readonly protocol: 'change' | 'set'
  readonly client: string | null
  readonly target: string | null
}

export interface AdminEvent extends Outcome {
  readonly event: 'admin'
  readonly realm: string
  readonly address: string
  /** MIT's name, as in its log: `kadm5_create_principal`. */
  readonly operation: string
  readonly client: string | null
  readonly service: string | null
  /** What it was about: a principal, a policy or a pattern. */
  readonly target: string | null
  /** Of a renamed principal or an alias. */
  readonly to?: string
}
