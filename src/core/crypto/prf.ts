import type { Bytes } from '../bytes/bytes.ts'
import type { PreparedKey } from './etype.ts'

/** PRF+ (RFC 6113 §5.1): the first `length` octets of PRF(1 | input) | PRF(2 | input) | ... */
export function prfPlus(key: PreparedKey, input: Bytes, length: number): Bytes {
  const { etype } = key
  const rounds = Math.ceil(length / etype.prfBytes)
  if (rounds > 255) throw new Error('PRF+ cannot give that many octets')
  const out = new Uint8Array(rounds * etype.prfBytes)
  const counted = new Uint8Array(1 + input.length)
  counted.set(input, 1)
  for (let round = 0; round < rounds; round++) {
    counted[0] = round + 1
    out.set(etype.prf(key, counted), round * etype.prfBytes)
  }
  return out.subarray(0, length)
}
