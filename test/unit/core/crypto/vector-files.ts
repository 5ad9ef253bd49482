import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Bytes } from '../../../../src/core/bytes/bytes.ts'
import { fromHex } from '../../../../src/core/bytes/bytes.ts'

/** A file of `test/vectors`. */
export function ownVectors<T>(path: string): T {
  return JSON.parse(readFileSync(resolve(ROOT, 'test/vectors', path), 'utf8')) as T
}

/** Cases of a file in the folder of shared vectors beside the repository; undefined when that folder is not there. */
export function sharedCases<T>(name: string): readonly T[] | undefined {
  const path = resolve(ROOT, '../shared/vectors', name)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { cases: T[] }).cases : undefined
}

export const NO_SHARED_VECTORS = 'no ../shared/vectors'

export function hex(text: string): Bytes {
  const octets = fromHex(text)
  if (octets === undefined) throw new Error(`not hex: ${text}`)
  return octets
}

const ROOT = resolve(import.meta.dirname, '../../../..')
