import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { KrbError } from '../errors/krb-error.ts'
import { outOfRange } from './container.ts'

/** A SID (MS-DTYP §2.4.2.2) as text, `S-1-5-21-1-2-3`; its octets fill the buffer. Throws `EINVAL`, `ERANGE`. */
export function decodeSid(octets: Bytes): string {
  const input = new Reader(octets, outOfRange, 'little')
  const revision = input.u8('revision')
  const count = input.u8('sub-authorities')
  if (revision !== 1 || count > MAX_SUB_AUTHORITIES) throw new KrbError('EINVAL')
  const authority = input.bytes(6, 'authority').reduce((value, octet) => value * 0x100 + octet, 0)
  const parts = Array.from({ length: count }, () => input.u32('sub-authority'))
  return ['S', revision, authority, ...parts].join('-')
}

/** Octets of a SID with so many sub-authorities. */
export function sidLength(subAuthorities: number): number {
  return 8 + 4 * subAuthorities
}

const MAX_SUB_AUTHORITIES = 15
