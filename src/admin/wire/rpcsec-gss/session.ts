import type { Bytes } from '../../../core/bytes/bytes.ts'
import type { GssContext } from '../../../core/gss/context.ts'
import type { NumberWindow } from '../../../core/gss/number-window.ts'
import type { Principal } from '../../../core/principal/principal.ts'

/** Who speaks in a context. */
export interface RpcsecCaller {
  readonly client: Principal
  readonly server: Principal
  /** `TicketFlags` bits. */
  readonly ticketFlags: number
}

/** An established context of a connection. */
export interface Session {
  readonly handle: Bytes
  readonly context: GssContext
  readonly caller: RpcsecCaller
  /** Seconds since 1970. */
  readonly goodUntil: number
  /** Numbers of calls. */
  readonly window: NumberWindow
}
