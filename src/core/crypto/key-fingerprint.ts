import { toHex } from '../bytes/bytes.ts'
import type { Key } from './etype.ts'
import { digest } from './primitives/hash.ts'

/** Four hex digits that tell keys apart in a trace: the beginning of their SHA-1, upper case as in MIT's traces (`aes256-cts/3F2A`). */
export function keyFingerprint(key: Key): string {
  return key.value.use(octets => toHex(digest('sha1', octets).subarray(0, 2)).toUpperCase())
}
