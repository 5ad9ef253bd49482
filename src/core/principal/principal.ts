import type { NameTypeId } from '../registry/name-type.ts'

/** A Kerberos name (RFC 4120 §5.2.2, §6). Strings are octets in disguise, see `core/bytes/text.ts`. */
export interface Principal {
  readonly type: NameTypeId
  readonly realm: string
  readonly components: readonly string[]
}
