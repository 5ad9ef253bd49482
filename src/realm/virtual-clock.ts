import { renameSync, writeFileSync } from 'node:fs'
import type { Clock, Instant } from '../core/env.ts'
import { systemClock } from '../platform/node-env.ts'
import type { RealmFiles } from './layout.ts'

/** A clock that runs like another one, ahead of it or behind, and can be moved: expiry, renewal and lockout without waiting. */
export class VirtualClock implements Clock {
  readonly #base: Clock
  readonly #moved: (offset: number) => void
  #offset = 0

  /** `moved` is told the seconds between this clock and its base, at once and after each move. */
  constructor(base: Clock, moved: (offset: number) => void = () => undefined) {
    this.#base = base
    this.#moved = moved
    moved(0)
  }

  now(): Instant {
    const { seconds, micros } = this.#base.now()
    return { seconds: seconds + this.#offset, micros }
  }

  /** Seconds, also negative ones. */
  advance(seconds: number): void {
    this.#move(this.#offset + seconds)
  }

  /** Back to the base's time. */
  reset(): void {
    this.#move(0)
  }

  /** Seconds since 1970. */
  set(seconds: number): void {
    this.#move(seconds - this.#base.now().seconds)
  }

  #move(offset: number): void {
    this.#offset = offset
    this.#moved(offset)
  }
}

/** The clock of a realm in a folder. Programs inside the realm read how far it is from the system's in the folder's `clock` file. */
export function movableClock(files: RealmFiles): VirtualClock {
  return new VirtualClock(systemClock(), offset => {
    writeFileSync(`${files.clock}.new`, `${offset}\n`, { mode: 0o600 })
    renameSync(`${files.clock}.new`, files.clock)
  })
}
