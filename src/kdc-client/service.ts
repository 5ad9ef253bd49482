import type { Bytes } from '../core/bytes/bytes.ts'
import { decodeText } from '../core/bytes/text.ts'
import type { Ccache } from '../core/ccache/ccache.ts'
import type { Credential } from '../core/ccache/credential.ts'
import { retrieveCredential, type Wanted } from '../core/ccache/match.ts'
import { defaultTgsEnctypes } from '../core/config/enctypes.ts'
import { cleanHostName, fallbackRealmOfHost } from '../core/config/host-realm.ts'
import { etypeById } from '../core/crypto/etypes/index.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { KdcOptions } from '../core/flags/kdc-options.ts'
import { isTgtPrincipal, type Principal, samePrincipal, tgtPrincipal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import type { ClientContext } from './context.ts'
import { etypeHints, etypeListOrigin, unknownServerHints } from './explain.ts'
import { judgeAvailability, traced } from './refusal.ts'
import { type TgsTerms, tgsStart, tgsStep } from './tgs/step.ts'

export interface ServiceOptions {
  /** Nothing is asked of a KDC. */
  readonly cachedOnly?: boolean
  /** The ticket is not stored. */
  readonly noStore?: boolean
  readonly forwardable?: boolean
  readonly canonicalize?: boolean
  /** Instead of default_tgs_enctypes, in order of preference. */
  readonly etypes?: readonly EtypeId[]
  /** User-to-user: DER of the server's ticket-granting ticket. */
  readonly secondTicket?: Bytes
}

/**
 * A ticket for `server`, from the cache or with the ticket-granting ticket in it; stored in the cache. Throws `KRB5_CC_NOTFOUND`
 * without a ticket-granting ticket, `KRB5KRB_AP_ERR_TKT_EXPIRED` when that is over, what KDCs refuse in MIT's words
 * (`Server host/x@R not found in Kerberos database`), `KRB5_KDCREP_*` for a reply that does not fit, and what cache and channel throw.
 */
export async function serviceCredential(
  server: Principal,
  cache: Ccache,
  context: ClientContext,
  options: ServiceOptions = {},
): Promise<Credential> {
  const { env, config } = context
  const client = await cache.principal()
  env.trace({ event: 'service-creds', client, server, cache: cache.name })
  const offset = config.kdcTimesync ? (await cache.offset()).seconds : 0
  const now = env.clock.now().seconds + offset
  const etypes = (options.etypes ?? defaultTgsEnctypes(config)).filter(etype => etypeById(etype) !== undefined)
  const u2u = options.secondTicket === undefined ? {} : { userToUser: options.secondTicket }
  const cached = await lookUp(cache, { client, server, now, etypes, ...u2u }, context)
  if (cached instanceof KrbError) {
    if (options.cachedOnly || !NOT_THERE.has(cached.code)) throw cached
  } else {
    return cached
  }
  const credential = await drive(await termsOf({ server, client, now, offset, etypes, options }, cache, context), cache, context)
  if (!options.noStore) await keep(credential, cache, context)
  return credential
}

interface Sought {
  readonly server: Principal
  readonly client: Principal
  readonly now: number
  readonly offset: number
  readonly etypes: readonly EtypeId[]
  readonly options: ServiceOptions
}

async function termsOf(sought: Sought, cache: Ccache, context: ClientContext): Promise<TgsTerms> {
  const { server, client, now, offset, etypes, options } = sought
  const { config } = context
  const startRealm = await cache.config('start_realm').then(value => (value === undefined ? client.realm : decodeText(value)))
  // Expired ones too: "Ticket expired" says more than "not found".
  const tgt = await lookUp(cache, { client, server: tgtPrincipal(startRealm), now: 0, etypes }, context)
  if (tgt instanceof KrbError) throw tgt
  if (now > tgt.endtime) throw new KrbError('KRB5KRB_AP_ERR_TKT_EXPIRED', { endtime: tgt.endtime })
  const tgts: Credential[] = []
  for await (const credential of cache.credentials()) {
    const usable =
      isTgtPrincipal(credential.server) && !credential.isSkey && credential.endtime >= now && etypes.includes(credential.key.etype)
    if (usable && samePrincipal(credential.client, client)) tgts.push(credential)
  }
  const host = server.realm === '' ? server.components[1] : undefined
  return {
    server,
    tgt,
    tgts,
    pathTo: realm => [startRealm, realm],
    fallbackRealm: host === undefined ? undefined : await guessedRealm(host, context),
    kdcOptions: (options.forwardable ? KdcOptions.FORWARDABLE : 0) | (options.canonicalize ? KdcOptions.CANONICALIZE : 0),
    etypes,
    ...(options.secondTicket !== undefined && { secondTicket: options.secondTicket }),
    clockskew: config.clockskew,
    offset,
  }
}

/** By TXT records, else by the host's domains. */
async function guessedRealm(host: string, { config, channel }: ClientContext): Promise<string | undefined> {
  const hasKdc = async (realm: string) => channel.knowsRealm?.(realm) ?? config.realm(realm).kdcs.length > 0
  return (await channel.realmOfHost?.(cleanHostName(host))) ?? fallbackRealmOfHost(host, config, hasKdc)
}

async function drive(terms: TgsTerms, cache: Ccache, context: ClientContext): Promise<Credential> {
  const { env, channel } = context
  const asked = new Set<string>()
  let step = tgsStep(tgsStart(terms), { got: 'start' }, env)
  for (;;) {
    for (const tgt of step.keep) await keep(tgt, cache, context)
    if (step.do === 'done') return step.credential
    if (step.do === 'fail') throw explained(step.error, terms, [...asked], context)
    const { realm, tcpOnly, state } = step
    asked.add(realm)
    const message = await channel.exchange(realm, step.message, { tcpOnly, judge: judgeAvailability })
    step = tgsStep(state, { got: 'reply', message }, env)
  }
}

function explained(error: KrbError, { server, etypes }: TgsTerms, realms: readonly string[], { config }: ClientContext): KrbError {
  if (error.code === 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN') return error.withHints(...unknownServerHints(server, realms))
  if (error.code !== 'KRB5KDC_ERR_ETYPE_NOSUPP') return error
  return error.withHints(
    ...etypeHints({ asked: etypes, from: etypeListOrigin('default_tgs_enctypes', config), offered: undefined, keytab: undefined }),
  )
}

async function lookUp(cache: Ccache, wanted: Wanted, { env }: ClientContext): Promise<Credential | KrbError> {
  const found = await retrieveCredential(cache, wanted).catch((error: unknown) => {
    if (error instanceof KrbError) return error
    throw error
  })
  const { client, server } = wanted
  const result = traced(found instanceof KrbError ? found : undefined)
  env.trace({ event: 'cache-retrieved', client, server, cache: cache.name, result })
  return found
}

/** The ticket serves also when the cache cannot be written (a read-only one, a full disk): as MIT, that is no failure. */
async function keep(credential: Credential, cache: Ccache, { env }: ClientContext): Promise<void> {
  const { client, server } = credential
  env.trace({ event: 'cache-stored', client, server, cache: cache.name })
  try {
    await cache.store(credential)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    env.trace({ event: 'cache-store-failed', cache: cache.name, error: traced(error) })
  }
}

const NOT_THERE: ReadonlySet<string> = new Set(['KRB5_CC_NOTFOUND', 'KRB5_CC_NOT_KTYPE'])
