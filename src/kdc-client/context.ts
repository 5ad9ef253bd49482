import type { Channel } from '../core/channel.ts'
import type { ClientConfig } from '../core/config/krb5-conf.ts'
import type { Env } from '../core/env.ts'

/** What every client exchange needs. */
export interface ClientContext {
  readonly env: Env
  readonly config: ClientConfig
  readonly channel: Channel
}
