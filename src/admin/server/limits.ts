/** What connections may take of the administration server (threats T25, T26). Times in milliseconds. */
export interface AdminLimits {
  /** One more, and one goes: the eldest that has shown no ticket, else the eldest. */
  readonly maxConnections: number
  /** From the connection's begin until a ticket has been accepted. */
  readonly strangerMs: number
  /** From a record's first octet to its last. */
  readonly recordMs: number
  /** Of one record. A ticket with a large PAC fits into a stranger's. */
  readonly maxStrangerOctets: number
  readonly maxRecordOctets: number
  /** Of one connection's calls that are not answered yet: beyond it nothing more is read. */
  readonly maxCalls: number
  readonly maxWaitingOctets: number
}

export const ADMIN_LIMITS: AdminLimits = {
  maxConnections: 512,
  strangerMs: 30_000,
  recordMs: 30_000,
  maxStrangerOctets: 128 * 1024,
  maxRecordOctets: 4 * 1024 * 1024,
  maxCalls: 256,
  maxWaitingOctets: 8 * 1024 * 1024,
}

/** Whoever sends a record in crumbs sends them fast, or not at all: MIT's own fragments have 4000 octets. */
export const MAX_FRAGMENTS = 65_536
