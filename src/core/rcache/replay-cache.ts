import type { Bytes } from '../bytes/bytes.ts'
import { digestText } from '../crypto/primitives/hash.ts'
import { KrbError } from '../errors/krb-error.ts'

/** Which authenticators an acceptor has seen (RFC 4120 §3.2.3, docs/security.md T8). */
export interface ReplayCache {
  /**
   * Remembers an authenticator until its time alone would have it refused. `authenticator`: the ciphertext as received; `ctime` from inside it, already
   * found to be within the clock skew of `now`. Throws `KRB5KRB_AP_ERR_REPEAT` for one that was seen or may have been.
   */
  remember(authenticator: Bytes, ctime: number, now: number): void
}

/**
 * Keeps SHA-256 hashes of whole authenticators, in one bucket for each second of their own time, so that a bucket is dropped as a
 * whole when its authenticators are too old to be accepted, two clock skews after it was opened at the latest.
 *
 * Bounded: when there are more than `capacity`, the bucket with the oldest times goes before its time, and from then on
 * authenticators that are not younger than it are refused, as nobody knows which of them were seen. So a flood (of good
 * authenticators: others never come here) shuts out clients whose clocks are slow, and lets no replay through.
 */
export class MemoryReplayCache implements ReplayCache {
  readonly #clockskew: number
  readonly #capacity: number
  readonly #buckets = new Map<number, Set<string>>()
  #count = 0
  /** Authenticators of this second and before it are forgotten. */
  #floor = Number.NEGATIVE_INFINITY
  #swept = Number.NEGATIVE_INFINITY

  /** `clockskew` in seconds, the one that authenticators are checked with. */
  constructor({ clockskew, capacity = CAPACITY }: { readonly clockskew: number; readonly capacity?: number }) {
    this.#clockskew = clockskew
    this.#capacity = capacity
  }

  /** How many are remembered. */
  get size(): number {
    return this.#count
  }

  remember(authenticator: Bytes, ctime: number, now: number): void {
    this.#sweep(now)
    const hash = digestText('sha256', authenticator)
    const bucket = this.#buckets.get(ctime)
    if (ctime <= this.#floor || bucket?.has(hash)) throw new KrbError('KRB5KRB_AP_ERR_REPEAT')
    if (bucket === undefined) this.#buckets.set(ctime, new Set([hash]))
    else bucket.add(hash)
    this.#count++
    while (this.#count > this.#capacity) this.#floor = this.#dropOldest()
  }

  #sweep(now: number): void {
    if (now === this.#swept) return
    this.#swept = now
    for (const ctime of this.#buckets.keys()) if (ctime < now - this.#clockskew) this.#drop(ctime)
  }

  #dropOldest(): number {
    const oldest = Math.min(...this.#buckets.keys())
    this.#drop(oldest)
    return oldest
  }

  #drop(ctime: number): void {
    this.#count -= this.#buckets.get(ctime)!.size
    this.#buckets.delete(ctime)
  }
}

/** About 8 MB; over 100 contexts a second with the default skew of 5 minutes. */
const CAPACITY = 65_536
