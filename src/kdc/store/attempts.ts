import type { PrincipalEntry } from './entry.ts'

/** The three values that the KDC itself writes. */
export interface AttemptCounters {
  readonly lastSuccess: number
  readonly lastFailed: number
  readonly failAuthCount: number
}

/** From the entry as it is to its new counters; undefined changes nothing. Pure: it may run again on a newer entry. */
export type ReviseCounters = (entry: PrincipalEntry) => AttemptCounters | undefined

/**
 * Collects what the KDC notes about attempts and writes it in one transaction per round (threat T29: strangers cause no write each).
 * Until then `overlay` shows the pending counters, so that lockout in this process counts at once.
 */
export class AttemptQueue {
  readonly #pending = new Map<string, { counters: AttemptCounters; readonly revisions: ReviseCounters[] }>()
  readonly #write: (batch: ReadonlyMap<string, readonly ReviseCounters[]>) => Promise<void>
  #count = 0
  #round: Promise<void> | undefined

  constructor(write: (batch: ReadonlyMap<string, readonly ReviseCounters[]>) => Promise<void>) {
    this.#write = write
  }

  /** `entry` is what the store holds now, already overlaid. Resolves when the change is on disk, or at once when there is none. */
  record(name: string, entry: PrincipalEntry, revise: ReviseCounters): Promise<void> {
    const counters = revise(entry)
    if (counters === undefined) return Promise.resolve()
    const known = this.#pending.get(name)
    if (this.#count >= MAX_PENDING) return this.flush()
    this.#count++
    if (known === undefined) this.#pending.set(name, { counters, revisions: [revise] })
    else {
      known.counters = counters
      known.revisions.push(revise)
    }
    return this.flush()
  }

  overlay(name: string, entry: PrincipalEntry): PrincipalEntry {
    if (this.#count === 0) return entry
    const known = this.#pending.get(name)
    return known === undefined ? entry : { ...entry, ...known.counters }
  }

  /** Everything recorded before the call is on disk when it resolves. */
  flush(): Promise<void> {
    if (this.#count === 0) return this.#round ?? Promise.resolve()
    this.#round ??= this.#run()
    return this.#round
  }

  async #run(): Promise<void> {
    try {
      for (let pause = FIRST_PAUSE_MS; this.#count > 0; pause = NEXT_PAUSE_MS) {
        await new Promise(resolve => setTimeout(resolve, pause))
        const batch = new Map([...this.#pending].map(([name, { revisions }]) => [name, [...revisions]]))
        await this.#write(batch)
        this.#forget(batch)
      }
    } finally {
      this.#round = undefined
    }
  }

  /** Drops what was written; revisions that came meanwhile stay for the next round. */
  #forget(batch: ReadonlyMap<string, readonly ReviseCounters[]>): void {
    for (const [name, written] of batch) {
      const known = this.#pending.get(name)
      if (known === undefined) continue
      known.revisions.splice(0, written.length)
      this.#count -= written.length
      if (known.revisions.length === 0) this.#pending.delete(name)
    }
  }
}

/** A single log-in is on disk almost at once; under load one commit serves many. */
const FIRST_PAUSE_MS = 2
const NEXT_PAUSE_MS = 50
/** More than this waiting for the disk: further attempts still count in nobody's favour, they are only not written. */
const MAX_PENDING = 20_000
