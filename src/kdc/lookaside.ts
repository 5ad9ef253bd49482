import type { Bytes } from '../core/bytes/bytes.ts'
import { digestText } from '../core/crypto/primitives/hash.ts'

/**
 * Replies to recent requests, for those that come again because an answer got lost: same octets, same answer. Bounded in octets and in age: there
 * are two halves, of which the older one is dropped as a whole when the younger one is full or has had its time. Replies are kept as text of
 * one character per octet, since octets would hold on to the larger buffer that they were written into.
 */
export class Lookaside {
  #young = new Map<string, string>()
  #old = new Map<string, string>()
  #octets = 0
  #since = 0

  /** `pending`: the first one of these is still being worked on. `now` in seconds. */
  find(key: string, now: number): Bytes | 'pending' | undefined {
    this.#dropOld(now)
    const reply = this.#young.get(key) ?? this.#old.get(key)
    return reply === undefined ? undefined : reply === PENDING ? 'pending' : new Uint8Array(Buffer.from(reply, 'latin1'))
  }

  begin(key: string): void {
    this.#young.set(key, PENDING)
    this.#octets += OVERHEAD
  }

  /** Without a reply the request is forgotten. */
  finish(key: string, reply: Bytes | undefined): void {
    if (reply === undefined) {
      this.#young.delete(key)
      this.#old.delete(key)
    } else {
      this.#young.set(key, Buffer.from(reply.buffer, reply.byteOffset, reply.length).toString('latin1'))
      this.#octets += reply.length
    }
  }

  /** A clock that is moved, either way, counts as time gone by. */
  #dropOld(now: number): void {
    const age = Math.abs(now - this.#since)
    if (age < HALF_AGE && this.#octets < HALF_OCTETS) return
    this.#old = age < 2 * HALF_AGE ? this.#young : new Map()
    this.#young = new Map()
    this.#octets = 0
    this.#since = now
  }
}

/** What a request is known by. */
export function lookasideKey(request: Bytes): string {
  return digestText('sha256', request)
}

const PENDING = ''
const HALF_OCTETS = 5 * 1024 * 1024
/** Seconds; MIT forgets after twice as many. */
const HALF_AGE = 60
/** Roughly what an entry takes without its reply. */
const OVERHEAD = 160
