import { encodeText } from '../core/bytes/text.ts'
import type { Ccache } from '../core/ccache/ccache.ts'
import type { ConfigEntry } from '../core/ccache/credential.ts'
import type { Env } from '../core/env.ts'
import { isTgtPrincipal, type Principal } from '../core/principal/principal.ts'
import type { InitResult } from './initial.ts'

/** Makes a cache that of the client and puts the new ticket and what was learned about the KDC into it, all or nothing. */
export async function keepInitial(
  granted: Pick<InitResult, 'client' | 'credential' | 'config' | 'offset'>,
  cache: Ccache,
  { trace }: Pick<Env, 'trace'>,
): Promise<void> {
  const { client, credential, offset } = granted
  const config = [...granted.config, ...startRealm(client, credential.server)]
  trace({ event: 'cache-initialized', cache: cache.name, client })
  for (const { key, server, value } of config) trace({ event: 'cache-config-stored', cache: cache.name, server, key, value })
  trace({ event: 'cache-stored', cache: cache.name, client: credential.client, server: credential.server })
  await cache.replace(client, [credential], config, offset)
}

/** Where requests begin with a ticket-granting ticket of another realm than the client's, which the cache has to say. */
export function startRealm(client: Principal, server: Principal): readonly ConfigEntry[] {
  const realm = isTgtPrincipal(server) ? server.components[1]! : client.realm
  return realm === client.realm ? [] : [{ key: 'start_realm', value: encodeText(realm) }]
}
