import type { Bytes } from '../core/bytes/bytes.ts'

/**
 * Replies to recent requests, for those that come again because an answer got lost: same octets, same answer. Bounded in
 * octets and in age.
 */
export class Lookaside {
  readonly #entries = new Map<string, { reply: Bytes | undefined; readonly at: number; octets: number }>()
  #octets = 0

  /** `pending`: the first one of these is still being worked on. Times in seconds. */
  find(key: string, now: number): Bytes | 'pending' | undefined {
    this.#expire(now)
    const entry = this.#entries.get(key)
    return entry === undefined ? undefined : (entry.reply ?? 'pending')
  }

  begin(key: string, now: number): void {
    this.#put(key, undefined, now)
  }

  /** Without a reply the request is forgotten. */
  finish(key: string, reply: Bytes | undefined, now: number): void {
    this.#drop(key)
    if (reply !== undefined) this.#put(key, reply, now)
  }

  #put(key: string, reply: Bytes | undefined, at: number): void {
    const octets = key.length + (reply?.length ?? 0) + OVERHEAD
    this.#entries.set(key, { reply, at, octets })
    this.#octets += octets
    while (this.#octets > MAX_OCTETS) this.#drop(this.#entries.keys().next().value!)
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#octets -= entry.octets
    this.#entries.delete(key)
  }

  /** Entries stand in the order of their times; a clock that went back makes old ones go as well. */
  #expire(now: number): void {
    for (const [key, { at }] of this.#entries) {
      if (Math.abs(now - at) <= MAX_AGE) return
      this.#drop(key)
    }
  }
}

/** A request's octets as something that a Map takes. */
export function lookasideKey(request: Bytes): string {
  return Buffer.from(request.buffer, request.byteOffset, request.length).toString('latin1')
}

const MAX_OCTETS = 10 * 1024 * 1024
const MAX_AGE = 120
const OVERHEAD = 128
