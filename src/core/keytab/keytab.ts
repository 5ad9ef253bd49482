import type { Key } from '../crypto/etype.ts'
import type { Principal } from '../principal/principal.ts'

export interface KeytabEntry {
  readonly principal: Principal
  readonly kvno: number
  /** Seconds since 1970 of the addition. */
  readonly timestamp: number
  readonly key: Key
}

export interface Keytab {
  /** With prefix, as tklist -k prints it. */
  readonly name: string
  entries(): Promise<readonly KeytabEntry[]>
  /** The entry for a name, an enctype (0 = any) and a kvno (0 = the newest). Throws `KRB5_KT_NOTFOUND` or `KRB5_KT_KVNONOTFOUND`. */
  find(principal: Principal, kvno: number, etype: number): Promise<KeytabEntry>
  add(entries: readonly KeytabEntry[]): Promise<void>
  remove(match: (entry: KeytabEntry) => boolean): Promise<number>
}
