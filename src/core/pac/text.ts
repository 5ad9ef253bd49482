import type { Bytes } from '../bytes/bytes.ts'
import { outOfRange } from './container.ts'

/** UTF-16, little-endian, as everywhere in a PAC. */
export function encodeUtf16(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, 'utf16le'))
}

/** Throws `ERANGE` for half a character. */
export function decodeUtf16(octets: Bytes): string {
  if (octets.length % 2 !== 0) throw outOfRange()
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('utf16le')
}
