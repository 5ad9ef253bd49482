import type { Principal } from '../../core/principal/principal.ts'
import type { ReviseCounters } from './attempts.ts'
import type { PolicyEntry, PrincipalEntry } from './entry.ts'

/** One kind of database: one file, one line in `index.ts`. */
export interface StoreBackend {
  readonly scheme: string
  /** Builds a new, empty database aside, whatever is in place; it takes its place when `promote` is called, and leaves nothing behind when `abandon` is. */
  create(params: StoreParams): Promise<NewStore>
  open(params: StoreParams, mode: 'read' | 'write'): Promise<Store>
  destroy(params: StoreParams): Promise<void>
  exists(params: StoreParams): Promise<boolean>
}

export interface StoreParams {
  /** `database_name`, without the suffix of the backend. */
  readonly path: string
  readonly realm: string
}

export interface Store {
  /** Aliases are followed. Absence is no error. The hot path answers at once. */
  principal(name: Principal): PrincipalEntry | undefined | Promise<PrincipalEntry | undefined>
  /** In key order (octets of the unparsed name). Glob as kadmin's: `*`, `?`, `[...]`, over the whole unparsed name. */
  principals(glob?: string, order?: ScanOrder): AsyncIterable<PrincipalEntry>
  policy(name: string): Promise<PolicyEntry | undefined>
  policies(glob?: string): AsyncIterable<PolicyEntry>
  /** All or nothing, one writer at a time over all processes; resolves when it is on disk. */
  write<T>(fn: (tx: StoreTx) => T): Promise<T>
  /**
   * All the KDC writes: a batched, bounded update of lastSuccess, lastFailed and failAuthCount (the rules are `kdc/permit/lockout.ts`). Visible to
   * `principal` at once; resolves when it is on disk.
   */
  recordAttempt(name: Principal, revise: ReviseCounters): Promise<void>
  close(): Promise<void>
}

export interface StoreTx {
  /** The entry of this very name, which may be an alias. */
  principal(name: Principal): PrincipalEntry | undefined
  putPrincipal(entry: PrincipalEntry): void
  deletePrincipal(name: Principal): boolean
  policy(name: string): PolicyEntry | undefined
  putPolicy(entry: PolicyEntry): void
  deletePolicy(name: string): boolean
}

/** Order of the octets of the names. */
export type ScanOrder = 'ascending' | 'descending'

export interface NewStore extends Store {
  /** A batch for a database that is being built, all or nothing; a later entry replaces an earlier one. On disk when promoted, not before. */
  fill(fn: (batch: Pick<StoreTx, 'putPrincipal' | 'putPolicy'>) => void): void
  promote(): Promise<Store>
  abandon(): Promise<void>
}
