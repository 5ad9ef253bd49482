/** What strangers may take of a server (threats T25, T26). Times in milliseconds. */
export interface Limits {
  /** One more, and the connection that has been quiet longest goes. */
  readonly maxConnections: number
  /** Between the octets of a request, and between a reply and the next request. */
  readonly idleMs: number
  /** From the connection's begin, whatever happens on it. */
  readonly totalMs: number
  /** Of one request; beyond it the answer is FIELD_TOOLONG, before anything is kept. */
  readonly maxRequestBytes: number
  /** Of all unfinished requests together. */
  readonly maxWaitingBytes: number
}

export const LIMITS: Limits = {
  maxConnections: 512,
  idleMs: 10_000,
  totalMs: 120_000,
  maxRequestBytes: 1_048_572,
  maxWaitingBytes: 32 * 1024 * 1024,
}
