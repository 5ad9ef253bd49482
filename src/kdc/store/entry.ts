import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Principal } from '../../core/principal/principal.ts'

/**
 * A principal as the database holds it: MIT's model, complete (docs/formats/mit-database.md), so that a dump goes in and out unchanged.
 * Times are unsigned 32-bit seconds since 1970, lives are seconds.
 */
export interface PrincipalEntry {
  readonly principal: Principal
  readonly attributes: number
  readonly maxLife: number
  readonly maxRenewableLife: number
  readonly expiration: number
  readonly pwExpiration: number
  readonly lastSuccess: number
  readonly lastFailed: number
  readonly failAuthCount: number
  /** Verbatim, known or not, in stored order. */
  readonly tlData: readonly TlData[]
  readonly keyData: readonly KeyData[]
}

export interface TlData {
  readonly type: number
  readonly contents: Bytes
}

/** One key, sealed under the master key (docs/formats/mit-database.md). */
export interface KeyData {
  readonly version: 1 | 2
  readonly kvno: number
  readonly etype: number
  /** u16 LE plain length, then the ciphertext with key usage 0. */
  readonly sealed: Bytes
  /** 0 normal, 2 norealm, 3 onlyrealm, 4 special; present (version 2) when not 0. */
  readonly saltType: number
  readonly salt: Bytes
}

export interface PolicyEntry {
  readonly name: string
  readonly minLife: number
  readonly maxLife: number
  readonly minLength: number
  readonly minClasses: number
  readonly history: number
  readonly maxFailures: number
  readonly failureInterval: number
  readonly lockoutDuration: number
  readonly attributes: number
  readonly maxTicketLife: number
  readonly maxRenewableLife: number
  /** `aes256-cts:normal,...`; undefined = any. */
  readonly allowedKeySalts: string | undefined
  readonly tlData: readonly TlData[]
}
