import type { Bytes } from '../../core/bytes/bytes.ts'
import type { PrincipalEntry } from './entry.ts'
import { COUNTERS_END, countersOf, decodePrincipalEntry } from './entry-codec.ts'

/**
 * Decoded entries of the latest lookups, kept while their octets are the same: whoever hangs something on an entry's keys (prepared keys in a
 * WeakMap) loses it exactly when the entry changes. New counters alone keep the keys.
 */
export class EntryCache {
  readonly #limit: number
  readonly #known = new Map<string, { readonly octets: Buffer; entry: PrincipalEntry }>()

  constructor(limit: number) {
    this.#limit = limit
  }

  entry(name: string, octets: Bytes): PrincipalEntry {
    // lmdb hands out one buffer again and again; only its `length` is right, not `byteLength`.
    const stored = Buffer.from(octets.buffer, octets.byteOffset, octets.length)
    const known = this.#known.get(name)
    if (known !== undefined && stored.equals(known.octets)) return known.entry
    if (known !== undefined && stored.subarray(COUNTERS_END).equals(known.octets.subarray(COUNTERS_END))) {
      known.entry = { ...known.entry, ...countersOf(stored) }
      stored.copy(known.octets, 0, 0, COUNTERS_END)
      return known.entry
    }
    const entry = decodePrincipalEntry(stored)
    this.#known.delete(name)
    if (this.#known.size >= this.#limit) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(name, { octets: ownCopy(stored), entry })
    return entry
  }

  clear(): void {
    this.#known.clear()
  }
}

/** Not from Node's pool: a small copy would hold on to all of it. */
function ownCopy(octets: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(octets.length)
  octets.copy(copy)
  return copy
}
