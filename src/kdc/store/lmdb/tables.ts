import type { Database } from 'lmdb'
import type { Bytes } from '../../../core/bytes/bytes.ts'
import { encodeText } from '../../../core/bytes/text.ts'

/** Names, as octets, to encoded entries. */
export type Table = Database<Bytes, Bytes>

export function read(db: Table, name: string): Bytes | undefined {
  const key = keyOf(name)
  return key === undefined ? undefined : db.get(key)
}

/** undefined for a name that LMDB cannot hold: such a principal does not exist. */
export function keyOf(name: string): Bytes | undefined {
  const key = encodeText(name)
  return key.length > 0 && key.length <= MAX_KEY ? key : undefined
}

/** LMDB's limit with 4096-octet pages, as lmdb-js builds it. */
const MAX_KEY = 1978
