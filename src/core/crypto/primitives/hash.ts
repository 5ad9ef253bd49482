import { getFips, hash } from 'node:crypto'
import type { Bytes } from '../../bytes/bytes.ts'
import type { HashName } from './hmac.ts'

/** A plain hash of public or secret octets. */
export function digest(name: HashName, data: Bytes): Bytes {
  return new Uint8Array(hash(name, data, 'buffer'))
}

/** The same in hexadecimal: a key for a Map, at half the cost. */
export function digestText(name: HashName, data: Bytes): string {
  return hash(name, data, 'hex')
}

/** FIPS mode has no MD5. */
export function hasMd5(): boolean {
  return getFips() === 0
}
