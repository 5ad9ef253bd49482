import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import type { Env } from '../../core/env.ts'
import type { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { TgsSent } from './build-request.ts'
import type { Leg } from './route.ts'

export interface TgsTerms {
  /** The service; the empty realm leaves it to the KDC to say where it is. */
  readonly server: Principal
  /** The ticket-granting ticket to start with. */
  readonly tgt: Credential
  /** Other usable ticket-granting tickets in the cache, unexpired. */
  readonly tgts: readonly Credential[]
  /** Realms from that of `tgt` to another one, both included, as the configuration has it. */
  readonly pathTo: (realm: string) => readonly string[]
  /** The same by the domain hierarchy, for where the configuration is silent and the KDC knows no way. */
  readonly detourTo?: (realm: string) => readonly string[] | undefined
  /** The realm to guess when referrals lead nowhere, for a service without a realm. */
  readonly fallbackRealm: string | undefined
  /** kdc-options beside the inherited ones. */
  readonly kdcOptions: number
  /** Of every session key on the way; the service's own may be bound further. */
  readonly etypes: readonly EtypeId[]
  readonly serviceEtypes?: readonly EtypeId[]
  /** For a postdated ticket: when it starts. */
  readonly from?: number
  /** When the service ticket shall end at the latest; otherwise with the ticket-granting ticket. */
  readonly till?: number
  readonly secondTicket?: Bytes
  /** Name of the cache that `keep` goes to, for the trace: there it stands before what is done next. */
  readonly cache: string
  readonly clockskew: number
  /** KDC's clock minus ours in seconds. */
  readonly offset: number
}

/** What this point of the exchange knows. Never changed: each step hands out a new one. */
export interface TgsState {
  readonly terms: TgsTerms
  /** What the last request was for. */
  readonly phase: 'path' | 'off-path' | 'referrals' | 'plain'
  /** The service with the realm that it is looked for in now. */
  readonly server: Principal
  /** The ticket that the last request showed. */
  readonly tgt: Credential
  /** What to ask for with a ticket of the service's realm. */
  readonly goal: 'referrals' | 'plain'
  readonly path: readonly string[]
  readonly detour: boolean
  /** Places in `path`: of `tgt`, and of the realm asked for. */
  readonly at: number
  readonly next: number
  /** What came of asking for the far end with `tgt`. */
  readonly refused: KrbError | undefined
  /** Tickets for realms got on this path, or by these referrals. */
  readonly hops: number
  /** Realms already passed, against loops. */
  readonly seen: readonly string[]
  readonly tcpOnly: boolean
  readonly sent: TgsSent | undefined
  readonly legs: readonly Leg[]
}

/** `kdc`: who answered, for people. */
export type TgsInput = { readonly got: 'start' } | { readonly got: 'reply'; readonly message: Bytes; readonly kdc?: string }

/** `keep`: ticket-granting tickets for the cache, also when the exchange goes on or fails. */
export type TgsStep = { readonly keep: readonly Credential[] } & (
  | { readonly do: 'send'; readonly realm: string; readonly message: Bytes; readonly tcpOnly: boolean; readonly state: TgsState }
  | { readonly do: 'done'; readonly credential: Credential; readonly legs: readonly Leg[] }
  | { readonly do: 'fail'; readonly error: KrbError; readonly legs: readonly Leg[] }
)

export type TgsWorld = Pick<Env, 'clock' | 'random' | 'trace'>

export function tgsStart(terms: TgsTerms): TgsState {
  const realm = terms.server.realm === '' ? realmOf(terms.tgt) : terms.server.realm
  return {
    terms,
    phase: 'referrals',
    server: { ...terms.server, realm },
    tgt: terms.tgt,
    goal: 'referrals',
    path: [],
    detour: false,
    at: 0,
    next: 0,
    refused: undefined,
    hops: 0,
    seen: [],
    tcpOnly: false,
    sent: undefined,
    legs: [],
  }
}

/** The realm that a krbtgt ticket leads to. */
export function realmOf(tgt: Credential): string {
  return tgt.server.components[1] ?? ''
}
