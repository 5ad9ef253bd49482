import type { Finished, RunOptions } from '../../../helpers/process.ts'

/** A KDC with the entries of `entries.ts`, as far as it knows such things. */
export interface Kdc {
  readonly id: KdcId
  readonly realm: string
  /** For the files of the rows. */
  readonly folder: string
  /** KRB5_CONFIG names a file of [libdefaults] and [realms] for MIT's clients and ours. */
  readonly env: Readonly<Record<string, string>>
  /** What the KDC sees its clients come from. */
  readonly clientAddress: string
  /** `host:port` that clients reach it at, over TCP too. */
  readonly address: string
  readonly limits: { readonly life: Limit; readonly renewableLife: Limit }
  /** Why it has no such entry. */
  readonly lacking: ReadonlyMap<string, string>
  /** Entries that have another name there. */
  readonly names: ReadonlyMap<string, string>
  /** Runs a client where it can reach the KDC. */
  run(program: string, args: readonly string[], options: RunOptions): Promise<Finished>
  stop(): Promise<void>
}

export type KdcId = 'mit' | 'heimdal' | 'samba' | 'own'

/** The highest life that the KDC itself has, in seconds, and what sets it. */
interface Limit {
  readonly seconds: number
  readonly name: string
}
