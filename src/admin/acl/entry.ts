import type { Principal } from '../../core/principal/principal.ts'
import type { Restrictions } from './restrictions.ts'

/** Letters of kadm5.acl: add, delete, modify, change password, inquire, list, propagate, set keys, extract keys. */
export type AclLetter = 'a' | 'd' | 'm' | 'c' | 'i' | 'l' | 'p' | 's' | 'e'

/** One line of kadm5.acl. */
export interface AclEntry {
  /** Where it begins in the file, from 1. */
  readonly line: number
  readonly client: Pattern
  readonly privileges: ReadonlySet<AclLetter>
  /** Absent: whatever the operation is about, or nothing in particular. */
  readonly target?: Pattern
  readonly restrictions?: Restrictions
}

/** `any` is a `*` alone; components of a name may be `*`, and in a target `*1` to `*9`. */
export type Pattern = 'any' | Principal

/** The lines in their order: the first that fits decides. Without any, principals can do nothing but what they may do with themselves. */
export type Acl = readonly AclEntry[]
