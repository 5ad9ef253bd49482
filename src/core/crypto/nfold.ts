import type { Bytes } from '../bytes/bytes.ts'

/**
 * n-fold (RFC 3961 §5.1): `input` is repeated, each copy rotated 13 bits to the right of the one before, up to the least common
 * multiple of both lengths; the pieces of `length` octets are added as one's-complement numbers.
 */
export function nfold(input: Bytes, length: number): Bytes {
  const sums = new Uint32Array(length)
  const total = leastCommonMultiple(input.length, length)
  for (let at = 0; at < total; at++) sums[at % length]! += rotatedOctet(input, at)
  return addCarries(sums)
}

/** Octet `at` of the endless sequence of rotated copies. */
function rotatedOctet(input: Bytes, at: number): number {
  const bits = input.length * 8
  const copy = Math.floor(at / input.length)
  const start = (((at * 8 - copy * ROTATION) % bits) + bits) % bits
  const octet = start >> 3
  const pair = (input[octet]! << 8) | input[(octet + 1) % input.length]!
  return (pair >> (8 - (start & 7))) & 0xff
}

/** The carry out of the first octet comes in again at the last. */
function addCarries(sums: Uint32Array): Bytes {
  const out = new Uint8Array(sums.length)
  let carry = 0
  for (let i = sums.length - 1; i >= 0; i--) {
    const sum = sums[i]! + carry
    out[i] = sum & 0xff
    carry = sum >>> 8
  }
  for (let i = out.length - 1; carry > 0; i = (i === 0 ? out.length : i) - 1) {
    const sum = out[i]! + carry
    out[i] = sum & 0xff
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
