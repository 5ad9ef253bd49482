import type { KrbError } from '../../../core/errors/krb-error.ts'
import type { Principal } from '../../../core/principal/principal.ts'
import type { EtypeId } from '../../../core/registry/etype.ts'
import type { Direction } from '../../trust/halves.ts'
import type { Half } from '../../trust/list.ts'

/** What walking a trust has shown. */
export interface TrustReport {
  readonly ours: string
  readonly theirs: string
  readonly ways: readonly WayReport[]
  readonly faults: readonly Fault[]
}

/** One direction. `unproved`: nothing is known to be wrong, but from here it cannot be shown to work. `absent`: there is none, and none was expected. */
export interface WayReport {
  readonly direction: Direction
  readonly principal: Principal
  readonly half: Half | undefined
  readonly state: 'proved' | 'faulty' | 'unproved' | 'absent'
}

export type Fault =
  | ({ readonly direction: Direction; readonly principal: Principal } & (
      | { readonly fault: 'their-half-missing' | 'keys-differ' | 'our-half-forbidden' }
      /** Version of the key that their KDC seals with, when it was seen. */
      | { readonly fault: 'our-half-missing'; readonly theirs?: number | undefined }
      | { readonly fault: 'kvno-differs'; readonly ours: number; readonly theirs: number | undefined }
      /** What the issuer's KDC seals with, and what the other one has of that. */
      | { readonly fault: 'etypes-differ'; readonly issuer: string; readonly etype: EtypeId }
      | { readonly fault: 'refused'; readonly by: string; readonly error: KrbError }
    ))
  | KdcFault

/** The realm's KDC itself. */
type KdcFault =
  | { readonly fault: 'unreachable'; readonly realm: string; readonly error: KrbError }
  | { readonly fault: 'other-realm'; readonly realm: string; readonly address: string }
  /** Seconds by which its clock is ahead of ours. */
  | { readonly fault: 'clock-skew'; readonly realm: string; readonly ahead: number }
