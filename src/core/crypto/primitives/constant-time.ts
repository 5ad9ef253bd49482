import { timingSafeEqual } from 'node:crypto'
import type { Bytes } from '../../bytes/bytes.ts'

/** Equality in time that depends on the lengths only. Different lengths are unequal. */
export function sameSecret(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
