import type { RandomSource } from '../core/crypto/encrypted-data.ts'
import type { KdcEvents } from './audit/kdc-events.ts'
import type { KeyRing } from './keys.ts'
import type { ServedRealm } from './realm-settings.ts'
import type { OpenedTickets } from './tgs/opened-tickets.ts'

export type LogLevel = 'info' | 'notice' | 'error'

export type LogSink = (level: LogLevel, line: string) => void

/** What answering a request of one realm needs at hand. */
export interface RealmDesk {
  readonly realm: ServedRealm
  readonly keys: KeyRing
  readonly openedTickets: OpenedTickets
  readonly random: RandomSource
  readonly log: LogSink
  readonly audit: KdcEvents | undefined
}
