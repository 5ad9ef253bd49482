import type { Ccache } from '../core/ccache/ccache.ts'
import type { Env } from '../core/env.ts'
import type { InitResult } from './initial.ts'

/** Makes a cache that of the client and puts the new ticket and what was learned about the KDC into it, all or nothing. */
export async function keepInitial(granted: InitResult, cache: Ccache, { trace }: Pick<Env, 'trace'>): Promise<void> {
  const { client, credential, config, offset } = granted
  trace({ event: 'cache-initialized', cache: cache.name, client })
  for (const { key, server, value } of config) trace({ event: 'cache-config-stored', cache: cache.name, server, key, value })
  trace({ event: 'cache-stored', cache: cache.name, client: credential.client, server: credential.server })
  await cache.replace(client, [credential], config, offset)
}
