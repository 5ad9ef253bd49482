import type { Bytes } from '../core/bytes/bytes.ts'
import type { RandomSource } from '../core/crypto/encrypted-data.ts'

/** Hands out octets of `source` from a supply, since asking the system for 16 of them costs as much as for thousands. Each octet is given once. */
export function pooledRandom(source: RandomSource): RandomSource {
  // A plain view: a Buffer's slice would be a view, and zeroed with the pool.
  const refill = (): Bytes => new Uint8Array(source(POOL_OCTETS))
  let pool = refill()
  let at = 0
  return length => {
    if (length > POOL_OCTETS) return source(length)
    if (at + length > POOL_OCTETS) {
      pool = refill()
      at = 0
    }
    const octets = pool.slice(at, at + length)
    pool.fill(0, at, at + length)
    at += length
    return octets
  }
}

const POOL_OCTETS = 4096
