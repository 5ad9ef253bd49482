import type { Clock, Instant } from '../core/env.ts'

/** A clock that runs like another one, ahead of it or behind, and can be moved: expiry, renewal and lockout without waiting. */
export class VirtualClock implements Clock {
  readonly #base: Clock
  #offset = 0

  constructor(base: Clock) {
    this.#base = base
  }

  now(): Instant {
    const { seconds, micros } = this.#base.now()
    return { seconds: seconds + this.#offset, micros }
  }

  /** Seconds, also negative ones. */
  advance(seconds: number): void {
    this.#offset += seconds
  }

  /** Seconds since 1970. */
  set(seconds: number): void {
    this.#offset = seconds - this.#base.now().seconds
  }
}
