import type { AuditTrail } from '../../kdc/audit/trail.ts'
import type { LogSink } from '../../kdc/realm-desk.ts'
import type { Acl } from '../acl/entry.ts'
import type { AdminApi } from '../api.ts'
import { localAdmin } from '../local/local-admin.ts'
import type { AdminContext } from '../run/context.ts'
import type { Caller } from './call.ts'

/** What answering needs at hand. */
export interface AdminDesk {
  /** An opened database; whom changes are put down to is decided call by call. */
  readonly context: Omit<AdminContext, 'caller'>
  readonly acl: Acl
  readonly log: LogSink
  readonly audit?: AuditTrail | undefined
}

/** One call on its way: who asks, and the handlers that work in that name. */
export interface Call {
  readonly desk: AdminDesk
  readonly caller: Caller
  /** As the log has it. */
  readonly procedure: string
  /** api_version of the call. */
  readonly version: number
  readonly api: AdminApi
}

export function openCall(desk: AdminDesk, caller: Caller, procedure: string, version: number): Call {
  return { desk, caller, procedure, version, api: localAdmin({ ...desk.context, caller: caller.client }) }
}
