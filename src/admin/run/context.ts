import type { Bytes } from '../../core/bytes/bytes.ts'
import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { MasterKeys } from '../../kdc/store/master-key.ts'
import type { Store } from '../../kdc/store/store.ts'

/** What a handler works on: an opened database and who is asking. */
export interface AdminContext {
  readonly store: Store
  readonly masterKeys: MasterKeys
  readonly config: KdcConfig
  /** Goes into every entry as its last modifier. */
  readonly caller: Principal
  /** Seconds since 1970. */
  now(): number
  random(length: number): Bytes
  /** Words of dict_file in lower case; undefined without one. Read once, when first a policy asks for it. */
  dictionary(): Promise<ReadonlySet<string> | undefined>
}

export type Handler<In, Out> = (input: In, context: AdminContext) => Promise<Out>
