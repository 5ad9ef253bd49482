import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Key } from '../../core/crypto/etype.ts'
import type { Principal } from '../../core/principal/principal.ts'

/** A principal as get_principal shows it (kadm5_principal_ent_rec). Times are seconds since 1970, 0 for never; lives are seconds. */
export interface PrincipalRecord {
  readonly principal: Principal
  readonly expiration: number
  readonly lastPasswordChange: number
  readonly pwExpiration: number
  readonly maxLife: number
  readonly maxRenewableLife: number
  readonly modifiedBy: Principal | undefined
  readonly modifiedAt: number
  readonly attributes: number
  /** The newest key's; 0 without keys. */
  readonly kvno: number
  /** Version of the master key that seals the keys. */
  readonly mkvno: number
  readonly policy: string | undefined
  readonly lastSuccess: number
  readonly lastFailed: number
  readonly failAuthCount: number
  readonly keys: readonly KeyRecord[]
  readonly tlData: readonly TaggedData[]
}

/** Data that kadm5 carries without knowing it: types from 256 on, the database's own are below. */
export interface TaggedData {
  readonly type: number
  readonly contents: Bytes
}

export interface KeyRecord {
  /** 2 when a salt of its own is stored with it. */
  readonly version: 1 | 2
  readonly kvno: number
  readonly etype: number
  readonly saltType: number
}

/** A key in the clear, on its way to a keytab. */
export interface KeyWithVersion {
  readonly kvno: number
  readonly key: Key
}

/** A stored key, whole: how it goes from one database to another. The salt is only what is stored with it: empty for the ordinary ones. */
export interface KeyWithSalt extends KeyWithVersion {
  readonly saltType: number
  readonly salt: Bytes
}

/** The fields of a principal that add_principal and modify_principal set; what is absent stays or gets its default. */
export interface PrincipalChange {
  readonly attributes?: number
  readonly expiration?: number
  readonly pwExpiration?: number
  readonly maxLife?: number
  readonly maxRenewableLife?: number
  readonly kvno?: number
  readonly policy?: string
  /** Nobody sets another count than none. */
  readonly failAuthCount?: 0
  /** Each takes the place of what is there of its type. */
  readonly tlData?: readonly TaggedData[]
  /** Arguments for the database's module, as given with -x. */
  readonly databaseArguments?: readonly string[]
}

/** A policy as get_policy shows it. Lives are seconds, 0 for no bound. */
export interface PolicyRecord {
  readonly name: string
  readonly minLife: number
  readonly maxLife: number
  readonly minLength: number
  readonly minClasses: number
  readonly history: number
  readonly maxFailures: number
  readonly failureInterval: number
  readonly lockoutDuration: number
  /** undefined: any. */
  readonly allowedKeySalts: string | undefined
  /** The next three are stored for others: no program of MIT's sets or uses them. */
  readonly attributes: number
  readonly maxTicketLife: number
  readonly maxRenewableLife: number
  readonly tlData: readonly TaggedData[]
}

/** The fields of a policy that add_policy and modify_policy set. `allowedKeySalts` undefined (but present) clears the list. */
export interface PolicyChange {
  readonly minLife?: number
  readonly maxLife?: number
  readonly minLength?: number
  readonly minClasses?: number
  readonly history?: number
  readonly maxFailures?: number
  readonly failureInterval?: number
  readonly lockoutDuration?: number
  readonly allowedKeySalts?: string | undefined
  readonly attributes?: number
  readonly maxTicketLife?: number
  readonly maxRenewableLife?: number
  readonly tlData?: readonly TaggedData[]
}

export interface NameOnly {
  readonly principal: Principal
}
