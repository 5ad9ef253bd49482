/** Where events go. Whoever answers a request records one before the reply is sent. */
export interface AuditTrail {
  /** The members of an event as JSON text without braces (`event.ts` has their types); the trail adds `schema`, `id` and `time`. */
  record(members: string, firstSeen?: boolean): void
  /** False: events must be written down and cannot be, so requests are to be refused. */
  readonly available: boolean
  /** Whether a principal of another realm is seen for the first time; each is so once. */
  firstSeen(principal: string): boolean
}
