import type { AuditEvent } from './event.ts'

/** Where events go. Whoever answers a request records one before the reply is sent. */
export interface AuditTrail {
  record(event: AuditEvent): void
  /** False: events must be written down and cannot be, so requests are to be refused. */
  readonly available: boolean
  /** Whether a principal of another realm is seen for the first time; each is so once. */
  firstSeen(principal: string): boolean
}
