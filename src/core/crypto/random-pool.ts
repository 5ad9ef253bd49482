import { type Bytes, EMPTY } from '../bytes/bytes.ts'
import type { RandomSource } from './encrypted-data.ts'

/** Hands out octets of `source` from a supply, since asking the system for 16 of them costs as much as for thousands. Each octet is given once. */
export function pooledRandom(source: RandomSource): RandomSource {
  let pool: Bytes = EMPTY
  let at = POOL_OCTETS
  return length => {
    if (length > POOL_OCTETS) return source(length)
    if (at + length > POOL_OCTETS) {
      // A plain view: a Buffer's slice would be a view, and zeroed with the pool.
      pool = new Uint8Array(source(POOL_OCTETS))
      at = 0
    }
    const octets = pool.slice(at, at + length)
    pool.fill(0, at, at + length)
    at += length
    return octets
  }
}

const POOL_OCTETS = 4096
