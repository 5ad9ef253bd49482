import type { Bytes } from '../bytes/bytes.ts'
import type { Principal } from '../principal/principal.ts'
import type { ConfigEntry, Credential } from './credential.ts'

/** One kind of credential cache: one file in `types/`, one line in `types/index.ts`. */
export interface CcacheType {
  readonly prefix: 'FILE' | 'DIR' | 'MEMORY' | 'KEYRING' | 'KCM'
  resolve(residual: string): Promise<Ccache>
  readonly collection?: CcacheCollection
}

export interface CcacheCollection {
  members(): AsyncIterable<Ccache>
  primary(): Promise<Ccache>
  setPrimary(cache: Ccache): Promise<void>
  create(): Promise<Ccache>
}

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
  /** Without configuration and deleted entries. */
  credentials(): AsyncIterable<Credential>
  remove(match: (credential: Credential) => boolean): Promise<number>
  configEntries(): AsyncIterable<ConfigEntry>
  config(key: string, server?: Principal): Promise<Bytes | undefined>
  setConfig(key: string, value: Bytes, server?: Principal): Promise<void>
  destroy(): Promise<void>
}
