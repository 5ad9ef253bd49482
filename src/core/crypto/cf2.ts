import { encodeText } from '../bytes/text.ts'
import { asPrepared } from './encrypted-data.ts'
import type { Key, PreparedKey } from './etype.ts'
import { prfPlus } from './prf.ts'

/** KRB-FX-CF2 (RFC 6113 §5.1): one key from two; it has the enctype of the first. */
export function combineKeys(key1: Key | PreparedKey, key2: Key | PreparedKey, pepper1: string, pepper2: string): Key {
  const first = asPrepared(key1)
  const { etype } = first
  const seed = prfPlus(first, encodeText(pepper1), etype.seedBytes)
  const other = prfPlus(asPrepared(key2), encodeText(pepper2), etype.seedBytes)
  for (let i = 0; i < seed.length; i++) seed[i]! ^= other[i]!
  const value = etype.randomToKey(seed)
  seed.fill(0)
  other.fill(0)
  return { etype: etype.id, value }
}
