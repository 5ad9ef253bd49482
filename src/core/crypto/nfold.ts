import type { Bytes } from '../bytes/bytes.ts'

/**
 * n-fold (RFC 3961 §5.1): `input` is repeated, each copy rotated 13 bits to the right of the one before, up to the least common
 * multiple of both lengths; the pieces of `length` octets are added as one's-complement numbers.
 */
export function nfold(input: Bytes, length: number): Bytes {
  const sums = new Uint32Array(length)
  const bits = input.length * 8
  const copies = leastCommonMultiple(input.length, length) / input.length
  let at = 0
  for (let copy = 0; copy < copies; copy++) {
    let bit = (bits - ((copy * ROTATION) % bits)) % bits
    for (let i = 0; i < input.length; i++) {
      const octet = bit >> 3
      const pair = (input[octet]! << 8) | input[octet + 1 === input.length ? 0 : octet + 1]!
      sums[at]! += (pair >> (8 - (bit & 7))) & 0xff
      if (++at === length) at = 0
      bit += 8
      if (bit >= bits) bit -= bits
    }
  }
  return addCarries(sums)
}

/** The carry out of the first octet comes in again at the last. */
function addCarries(sums: Uint32Array): Bytes {
  const out = new Uint8Array(sums.length)
  let carry = 0
  for (let i = sums.length - 1; i >= 0; i--) {
    const sum = sums[i]! + carry
    out[i] = sum
    carry = sum >>> 8
  }
  for (let i = out.length - 1; carry > 0; i = (i === 0 ? out.length : i) - 1) {
    const sum = out[i]! + carry
    out[i] = sum
    carry = sum >>> 8
  }
  return out
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, x % y]
  return (a / x) * b
}

const ROTATION = 13
