import type { Ccache } from '../core/ccache/ccache.ts'
import type { Credential } from '../core/ccache/credential.ts'
import { retrieveCredential, type Wanted } from '../core/ccache/match.ts'
import { defaultTgsEnctypes } from '../core/config/enctypes.ts'
import { etypeById } from '../core/crypto/etypes/index.ts'
import type { Instant } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { type Principal, tgtPrincipal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import type { ClientContext } from './context.ts'
import { endedHints } from './explain.ts'
import { traced } from './refusal.ts'

/**
 * What the cache has, or why it has nothing (`KRB5_CC_NOTFOUND`, `KRB5_CC_NOT_KTYPE`, what is wrong with the cache). A service without a
 * realm is looked for in the client's too.
 */
export async function lookUp(cache: Ccache, wanted: Wanted, { env }: Pick<ClientContext, 'env'>): Promise<Credential | KrbError> {
  const { client, server } = wanted
  const found = await retrieved(cache, wanted)
  env.trace({ event: 'cache-retrieved', client, server, cache: cache.name, result: traced(found instanceof KrbError ? found : undefined) })
  if (!(found instanceof KrbError && found.code === 'KRB5_CC_NOTFOUND') || server.realm !== '') return found
  const again = { ...wanted, server: { ...server, realm: client.realm } }
  const second = await retrieved(cache, again)
  env.trace({ event: 'cache-retried', client, server: again.server, result: traced(second instanceof KrbError ? second : undefined) })
  return second
}

/**
 * The client's ticket-granting ticket of `realm`. One that is over is `KRB5KRB_AP_ERR_TKT_EXPIRED`, which says more than that there is
 * none.
 */
export async function ticketGrantingTicket(
  { client, realm, now }: { readonly client: Principal; readonly realm: string; readonly now: number },
  cache: Ccache,
  context: ClientContext,
): Promise<Credential> {
  const tgt = await lookUp(cache, { client, server: tgtPrincipal(realm), now: 0, etypes: usableEtypes(context) }, context)
  if (tgt instanceof KrbError) throw tgt
  if (now > tgt.endtime) throw new KrbError('KRB5KRB_AP_ERR_TKT_EXPIRED', { endtime: tgt.endtime }, { hints: endedHints(tgt, now) })
  return tgt
}

/** Of session keys that may come with service tickets, best first. */
export function usableEtypes({ config }: Pick<ClientContext, 'config'>): readonly EtypeId[] {
  return defaultTgsEnctypes(config).filter(etype => etypeById(etype) !== undefined)
}

/** The KDC's clock as far as the cache knows it. */
export async function kdcNow(cache: Ccache, { env, config }: Pick<ClientContext, 'env' | 'config'>): Promise<Instant> {
  const { seconds, micros } = env.clock.now()
  return { seconds: seconds + (config.kdcTimesync ? (await cache.offset()).seconds : 0), micros }
}

async function retrieved(cache: Ccache, wanted: Wanted): Promise<Credential | KrbError> {
  try {
    return await retrieveCredential(cache, wanted)
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
}
