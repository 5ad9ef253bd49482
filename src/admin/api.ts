import type { Verb } from './language/verb.ts'

/**
 * A database under administration: `local/` works on the store itself, `client/` asks a server. Failures are KrbErrors with
 * kadm5's codes and without a phrase; whoever asked knows what was being done.
 */
export interface AdminApi {
  readonly realm: string
  /** A server works on the database, not this process. */
  readonly remote?: boolean
  call<In, Out, Draft>(verb: Verb<In, Out, Draft>, input: In): Promise<Out>
  close(): Promise<void>
}
