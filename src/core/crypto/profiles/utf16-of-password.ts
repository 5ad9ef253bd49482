import type { Bytes } from '../../bytes/bytes.ts'
import { KrbError } from '../../errors/krb-error.ts'

/**
 * A password in UTF-16, least significant octet first, from its UTF-8; octet by octet, because a string could not be wiped. As in MIT it
 * ends at the first zero octet, and anything that is no UTF-8 (RFC 3629) is `EINVAL`.
 */
export function utf16OfPassword(password: Bytes): Bytes {
  const out = new Uint8Array(2 * password.length)
  let written = 0
  const write = (unit: number) => {
    out[written++] = unit
    out[written++] = unit >>> 8
  }
  for (let at = 0; at < password.length && password[at] !== 0; ) {
    const length = sequenceLength(password[at]!)
    const code = codePoint(password, at, length)
    if (code < 0x10000) write(code)
    else {
      write(0xd800 + ((code - 0x10000) >>> 10))
      write(0xdc00 + (code & 0x3ff))
    }
    at += length
  }
  return out.subarray(0, written)
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  if (first >= 0xf0 && first < 0xf5) return 4
  throw new KrbError('EINVAL')
}

/** Refuses what is cut off, longer than it need be, a surrogate, or above U+10FFFF. */
function codePoint(octets: Bytes, at: number, length: number): number {
  if (length === 1) return octets[at]!
  let code = octets[at]! & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    const octet = octets[at + i]
    if (octet === undefined || (octet & 0xc0) !== 0x80) throw new KrbError('EINVAL')
    code = (code << 6) | (octet & 0x3f)
  }
  if (code < LEAST[length]! || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new KrbError('EINVAL')
  return code
}

/** Least code point that needs so many octets. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000]
