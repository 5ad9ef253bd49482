import type { Bytes } from '../core/bytes/bytes.ts'
import { decodeText } from '../core/bytes/text.ts'
import type { Ccache } from '../core/ccache/ccache.ts'
import type { Credential } from '../core/ccache/credential.ts'
import type { Answerer } from '../core/channel.ts'
import { cleanHostName, fallbackRealmOfHost } from '../core/config/host-realm.ts'
import { etypeById } from '../core/crypto/etypes/index.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { KdcOptions } from '../core/flags/kdc-options.ts'
import { isTgtPrincipal, type Principal, samePrincipal } from '../core/principal/principal.ts'
import { configuredPath, hierarchicalPath } from '../core/realm-path/path.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import { kdcNow, lookUp, ticketGrantingTicket, usableEtypes } from './cached.ts'
import type { ClientContext } from './context.ts'
import { etypeHints, etypeListOrigin, unknownServerHints } from './explain.ts'
import { judgeAvailability, traced } from './refusal.ts'
import { routeHints } from './tgs/explain-route.ts'
import type { Leg } from './tgs/route.ts'
import { type TgsTerms, tgsStart } from './tgs/state.ts'
import { tgsStep } from './tgs/step.ts'

export interface ServiceOptions {
  /** Nothing is asked of a KDC. */
  readonly cachedOnly?: boolean
  /** The ticket is not stored. */
  readonly noStore?: boolean
  readonly forwardable?: boolean
  readonly canonicalize?: boolean
  /** The enctype that the session key must have; otherwise one of default_tgs_enctypes. */
  readonly etype?: EtypeId
  /** User-to-user: DER of the server's ticket-granting ticket. */
  readonly secondTicket?: Bytes
  /**
   * A postdated ticket, which starts so many seconds from now and is INVALID until then. It is neither taken from the cache nor stored
   * there, where everybody would find it before the ones that can be used.
   */
  readonly startOffset?: number
  /** Seconds from the start, for a postdated ticket; otherwise it ends with the ticket-granting ticket. */
  readonly lifetime?: number
  /** The names to try for a service on a host, in order, until a KDC knows one (`hostServicePrincipals`). */
  readonly candidates?: AsyncIterable<Principal>
  /** Told of every ticket on the way, also of a way that leads nowhere; once for each of `candidates`. */
  readonly route?: (legs: readonly Leg[]) => void
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
  const { env } = context
  const client = await cache.principal()
  env.trace({ event: 'service-creds', client, server, cache: cache.name })
  const { startOffset, etype } = options
  if (startOffset === undefined) {
    const cached = await fromCache({ server, client }, cache, context, options)
    if (!(cached instanceof KrbError)) {
      options.route?.([{ from: 'cache', realm: cached.server.realm, wanted: server, credential: cached }])
      return cached
    }
    if (options.cachedOnly || !NOT_THERE.has(cached.code)) throw cached
  }
  if (etype !== undefined && etypeById(etype) === undefined) throw new KrbError('KRB5_PROG_ETYPE_NOSUPP')
  let unknown: KrbError | undefined
  for await (const candidate of options.candidates ?? [server]) {
    try {
      const received = await drive(await termsOf(candidate, client, cache, context, options), cache, context, options.route)
      const credential = { ...received, server }
      if (!options.noStore && startOffset === undefined) await keep(credential, cache, context)
      return credential
    } catch (error) {
      if (!(error instanceof KrbError) || error.code !== 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN') throw error
      unknown = error
    }
  }
  throw unknown ?? new KrbError('KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN')
}

async function fromCache(
  { server, client }: { readonly server: Principal; readonly client: Principal },
  cache: Ccache,
  context: ClientContext,
  { etype, secondTicket }: ServiceOptions,
): Promise<Credential | KrbError> {
  const etypes = usableEtypes(context)
  if (etype !== undefined && !etypes.includes(etype)) return new KrbError('KRB5_CC_NOT_KTYPE')
  const now = (await kdcNow(cache, context)).seconds
  const more = { ...(etype !== undefined && { etype }), ...(secondTicket !== undefined && { userToUser: secondTicket }) }
  return lookUp(cache, { client, server, now, etypes, ...more }, context)
}

async function termsOf(
  server: Principal,
  client: Principal,
  cache: Ccache,
  context: ClientContext,
  options: ServiceOptions,
): Promise<TgsTerms> {
  const { config, env } = context
  const { etype, secondTicket, startOffset, lifetime } = options
  const etypes = usableEtypes(context)
  const now = (await kdcNow(cache, context)).seconds
  const startRealm = await cache.config('start_realm').then(value => (value === undefined ? client.realm : decodeText(value)))
  const tgts: Credential[] = []
  for await (const credential of cache.credentials()) {
    const usable =
      isTgtPrincipal(credential.server) && !credential.isSkey && credential.endtime >= now && etypes.includes(credential.key.etype)
    if (usable && samePrincipal(credential.client, client)) tgts.push(credential)
  }
  const tgt = await ticketGrantingTicket({ client, realm: startRealm, now }, cache, context).catch((error: unknown) => {
    // A cache that tkinit -S krbtgt/B@A made has no krbtgt/B@B, which is all that MIT's clients look for.
    const foreign = startRealm === client.realm ? undefined : tgts.find(({ server }) => server.components[1] === startRealm)
    if (foreign !== undefined && error instanceof KrbError && NOT_THERE.has(error.code)) return foreign
    throw error
  })
  const host = server.realm === '' ? server.components[1] : undefined
  const from = now + (startOffset ?? 0)
  return {
    server,
    tgt,
    tgts,
    pathTo: realm => configuredPath(startRealm, realm, config.capaths),
    detourTo: realm => (config.capaths.between(startRealm, realm) === undefined ? hierarchicalPath(startRealm, realm) : undefined),
    fallbackRealm: host === undefined ? undefined : await guessedRealm(host, context),
    kdcOptions: (options.forwardable ? KdcOptions.FORWARDABLE : 0) | (options.canonicalize ? KdcOptions.CANONICALIZE : 0),
    etypes,
    ...(etype !== undefined && { serviceEtypes: [etype] }),
    ...(startOffset !== undefined && { from }),
    ...(lifetime !== undefined && { till: from + lifetime }),
    ...(secondTicket !== undefined && { secondTicket }),
    cache: cache.name,
    clockskew: config.clockskew,
    offset: now - env.clock.now().seconds,
  }
}

/** By TXT records, else by the host's domains. */
async function guessedRealm(host: string, { config, channel }: ClientContext): Promise<string | undefined> {
  const hasKdc = async (realm: string) => channel.knowsRealm?.(realm) ?? config.realm(realm).kdcs.length > 0
  return (await channel.realmOfHost?.(cleanHostName(host))) ?? fallbackRealmOfHost(host, config, hasKdc)
}

async function drive(terms: TgsTerms, cache: Ccache, context: ClientContext, route: ServiceOptions['route']): Promise<Credential> {
  const { env, channel } = context
  let step = tgsStep(tgsStart(terms), { got: 'start' }, env)
  for (;;) {
    for (const tgt of step.keep) await store(tgt, cache, context)
    if (step.do !== 'send') route?.(step.legs)
    if (step.do === 'done') return step.credential
    if (step.do === 'fail') throw explained(step.error, terms, step.legs, context)
    const { realm, tcpOnly, state } = step
    let kdc = ''
    const answeredBy = ({ address }: Answerer) => {
      kdc = address
    }
    const message = await channel
      .exchange(realm, step.message, { tcpOnly, judge: judgeAvailability, answeredBy })
      .catch((error: unknown) => {
        if (!(error instanceof KrbError)) throw error
        route?.(state.legs)
        throw explained(error, terms, state.legs, context)
      })
    step = tgsStep(state, { got: 'reply', message, kdc }, env)
  }
}

function explained(error: KrbError, { server, tgt, etypes }: TgsTerms, legs: readonly Leg[], { config }: ClientContext): KrbError {
  const about = error.withHints(...routeHints(error, { from: tgt.server.components[1]!, to: server.realm, legs }, config))
  if (error.code === 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN') return about.withHints(...unknownServerHints(server, askedRealms(legs)))
  if (error.code !== 'KRB5KDC_ERR_ETYPE_NOSUPP') return about
  return about.withHints(
    ...etypeHints({ asked: etypes, from: etypeListOrigin('default_tgs_enctypes', config), offered: undefined, keytab: undefined }),
  )
}

function askedRealms(legs: readonly Leg[]): readonly string[] {
  return [...new Set(legs.filter(({ from }) => from === 'kdc').map(({ realm }) => realm))]
}

async function keep(credential: Credential, cache: Ccache, context: ClientContext): Promise<void> {
  const { client, server } = credential
  context.env.trace({ event: 'cache-stored', client, server, cache: cache.name })
  await store(credential, cache, context)
}

/** The ticket serves also when the cache cannot be written (a read-only one, a full disk): as MIT, that is no failure. */
async function store(credential: Credential, cache: Ccache, { env }: ClientContext): Promise<void> {
  try {
    await cache.store(credential)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    env.trace({ event: 'cache-store-failed', cache: cache.name, error: traced(error) })
  }
}

const NOT_THERE: ReadonlySet<string> = new Set(['KRB5_CC_NOTFOUND', 'KRB5_CC_NOT_KTYPE'])
