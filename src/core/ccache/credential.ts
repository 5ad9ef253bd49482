import type { Bytes } from '../bytes/bytes.ts'
import type { Key } from '../crypto/etype.ts'
import type { Principal } from '../principal/principal.ts'

/** A ticket and what its owner knows of it, as a credential cache holds it (docs/formats/ccache.md). Times in seconds since 1970, 0 = absent. */
export interface Credential {
  readonly client: Principal
  readonly server: Principal
  readonly key: Key
  readonly authtime: number
  readonly starttime: number
  readonly endtime: number
  readonly renewTill: number
  /** The ticket's own key is a session key (user-to-user). */
  readonly isSkey: boolean
  /** Ticket flags, RFC bit 0 = 0x80000000. */
  readonly flags: number
  readonly addresses: readonly TypedOctets[]
  readonly authdata: readonly TypedOctets[]
  /** DER of the Ticket, as received. */
  readonly ticket: Bytes
  readonly secondTicket: Bytes
}

export interface TypedOctets {
  readonly type: number
  readonly data: Bytes
}

/** A setting kept in a cache: `fast_avail`, `pa_type`, ... (docs/formats/ccache.md). */
export interface ConfigEntry {
  readonly key: string
  readonly server?: Principal
  readonly value: Bytes
}
