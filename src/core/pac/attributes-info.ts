import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { outOfRange } from './container.ts'

/** PAC_ATTRIBUTES_INFO (MS-PAC §2.14): whether the client asked for this PAC, or got it without a word. Throws `ERANGE`. */
export function decodeAttributesInfo(octets: Bytes): { readonly requested: boolean; readonly givenImplicitly: boolean } {
  const input = new Reader(octets, outOfRange, 'little')
  input.u32('length')
  const flags = input.u32('flags')
  return { requested: (flags & 0x1) !== 0, givenImplicitly: (flags & 0x2) !== 0 }
}
