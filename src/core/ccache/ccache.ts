import type { Bytes } from '../bytes/bytes.ts'
import type { Principal } from '../principal/principal.ts'
import type { ConfigEntry, Credential } from './credential.ts'

/** One kind of credential cache: one file in `types/`, one line in `types/index.ts`. */
export interface CcacheType {
  readonly prefix: CcachePrefix
  resolve(residual: string): Promise<Ccache>
  /**
   * Every cache that a default name with this residual reaches, the primary first: the caches of a collection, or the one cache that
   * the name means if it is there. What fails while one goes through them ends the going, as in MIT's library.
   */
  members(residual: string): Promise<AsyncIterable<Ccache>>
  /** Absent where a cache is always on its own. */
  readonly switching?: {
    /** A cache under a new name in the collection `residual`; nothing is in it yet. */
    create(residual: string): Promise<Ccache>
    /** Makes a cache of this type the primary one of its collection. */
    setPrimary(cache: Ccache): Promise<void>
  }
}

export type CcachePrefix = 'FILE' | 'DIR' | 'MEMORY' | 'KEYRING' | 'KCM'

export interface Ccache {
  /** With prefix, as tklist prints it. */
  readonly name: string
  /** Throws `KRB5_FCC_NOFILE` when there is no cache. */
  principal(): Promise<Principal>
  /** KDC time minus local time, in seconds and microseconds, as the cache's header says. */
  offset(): Promise<{ readonly seconds: number; readonly micros: number }>
  /** All or nothing: tkinit. */
  replace(
    client: Principal,
    credentials: readonly Credential[],
    config: readonly ConfigEntry[],
    offset?: { readonly seconds: number; readonly micros: number },
  ): Promise<void>
  /** Appends: everybody else. */
  store(credential: Credential): Promise<void>
  /** All there is, in the cache's order: tickets, and settings as the credentials that they are kept as. */
  entries(): AsyncIterable<Credential>
  /** Without configuration and deleted entries. */
  credentials(): AsyncIterable<Credential>
  remove(match: (credential: Credential) => boolean): Promise<number>
  configEntries(): AsyncIterable<ConfigEntry>
  config(key: string, server?: Principal): Promise<Bytes | undefined>
  setConfig(key: string, value: Bytes, server?: Principal): Promise<void>
  destroy(): Promise<void>
}
