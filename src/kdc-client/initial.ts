import { internetAddress } from '../core/asn1/messages/host-address.ts'
import { decodeText } from '../core/bytes/text.ts'
import type { Ccache } from '../core/ccache/ccache.ts'
import type { Answerer, Channel, ExchangeOptions } from '../core/channel.ts'
import { defaultTktEnctypes } from '../core/config/enctypes.ts'
import { etypeById } from '../core/crypto/etypes/index.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { KdcOptions } from '../core/flags/kdc-options.ts'
import { type Principal, tgtPrincipal, unparsePrincipal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import type { PaTypeId } from '../core/registry/pa-type.ts'
import { anonymousPrincipal, isAnonymousPrincipal } from './as/anonymous.ts'
import type { AsTerms } from './as/build-request.ts'
import { driveAsExchange } from './as/driver.ts'
import type { AsResult } from './as/open-reply.ts'
import type { ClientContext } from './context.ts'
import { etypeHints, etypeListOrigin } from './explain.ts'
import type { KeySource } from './key-source.ts'

export type { Expiry } from './as/open-reply.ts'

/** A log-in. What is not given comes from [libdefaults], the client's realm's subsection first. Durations in seconds. */
export interface InitRequest {
  readonly client: Principal
  /** Another service than krbtgt; its realm is that of the client, whatever it says. */
  readonly server?: Principal
  readonly keySource: KeySource
  readonly lifetime?: number
  readonly renewLife?: number
  /** From now to the start of a postdated ticket. */
  readonly startOffset?: number
  /** A ticket that does not say whose it is. The client `@REALM` stands for WELLKNOWN/ANONYMOUS then (RFC 8062 §4). */
  readonly anonymous?: boolean
  /** Ask for a PAC in the ticket, or for none. */
  readonly pac?: boolean
  /** A cache of an earlier log-in: only the mechanism that it was made with is used again. */
  readonly hints?: Pick<Ccache, 'config'>
  readonly forwardable?: boolean
  readonly proxiable?: boolean
  readonly postdatable?: boolean
  readonly canonicalize?: boolean
  readonly addresses?: 'none' | 'local'
  /** In order of preference. */
  readonly etypes?: readonly EtypeId[]
}

/** `client`, `credential`, `config` and `offset` are what `Ccache.replace` takes. */
export type InitResult = AsResult

/**
 * Initial credentials by the AS exchange. The key source is wiped whatever happens. Throws what the KDC refused in MIT's words
 * (`Client 'alice@R' not found in Kerberos database`), `Password incorrect` for a wrong key (`KRB5KRB_AP_ERR_BAD_INTEGRITY`,
 * `KRB5KDC_ERR_PREAUTH_FAILED`), `KRB5_KDCREP_*` for a reply that does not fit, and what the channel and the key source throw.
 */
export async function initialCredentials(request: InitRequest, context: ClientContext): Promise<InitResult> {
  const { keySource } = request
  try {
    return await atReplicaOrPrimary(request, context)
  } catch (error) {
    throw error instanceof KrbError && WRONG_KEY.has(error.code)
      ? new KrbError(error.code, error.params, {
          text: 'Password incorrect',
          hints: [...error.hints, ...(keySource.lastKey?.() ?? [])],
          cause: error,
        })
      : error
  } finally {
    keySource.wipe()
  }
}

/** New passwords reach the primary KDC first: it is asked again what another one refused. */
async function atReplicaOrPrimary(request: InitRequest, context: ClientContext): Promise<InitResult> {
  let last: Answerer | undefined
  const listening = through(context.channel, {
    answeredBy: answerer => {
      last = answerer
    },
  })
  try {
    return await exchange(request, { ...context, channel: listening })
  } catch (error) {
    if (!(error instanceof KrbError) || last === undefined || OVER.has(error.code)) throw error
    const refusal = error.params.errorCode === undefined ? error : error.withHints(`so says ${last.address}`)
    if (await last.isPrimary()) throw refusal
    context.env.trace({ event: 'init-creds-primary' })
    try {
      return await exchange(request, { ...context, channel: through(context.channel, { primary: true }) })
    } catch (second) {
      throw second instanceof KrbError && NOT_REACHED.has(second.code) ? refusal : second
    }
  }
}

async function exchange(request: InitRequest, context: ClientContext): Promise<InitResult> {
  const { env, config } = context
  env.trace({ event: 'init-creds', client: request.client })
  if (request.server !== undefined) env.trace({ event: 'init-creds-service', service: serviceName(request.server) })
  const terms = await termsOf(request, context)
  try {
    return await driveAsExchange(terms, request.keySource, context)
  } catch (error) {
    if (!(error instanceof KrbError && NO_COMMON_ETYPE.has(error.code))) throw error
    const { offered } = error.params
    throw error.withHints(
      ...etypeHints({
        asked: terms.etypes,
        from: etypeListOrigin('default_tkt_enctypes', config),
        offered: typeof offered === 'string' ? offered.split(' ').map(Number) : undefined,
        keytab: await request.keySource.etypes(request.client),
      }),
    )
  }
}

/** As it was typed: the realm is always that of the client. */
function serviceName(server: Principal): string {
  return unparsePrincipal(server).slice(0, -1 - server.realm.length)
}

function through(channel: Channel, options: ExchangeOptions): Channel {
  return {
    exchange: (realm, message, own) => channel.exchange(realm, message, { ...own, ...options }),
    localAddresses: () => channel.localAddresses(),
  }
}

async function termsOf(request: InitRequest, { env, config, channel }: ClientContext): Promise<AsTerms> {
  const { hints } = request
  const client = clientOf(request)
  const defaults = config.initialDefaults(client.realm)
  const available = await request.keySource.etypes(client)
  if (available !== undefined) env.trace({ event: 'keytab-enctypes', client, etypes: available })
  const addresses = request.addresses ?? (defaults.noaddresses ? 'none' : 'local')
  return {
    client,
    service: request.server ?? tgtPrincipal(client.realm),
    kdcOptions: kdcOptionsOf(config.kdcDefaultOptions, [
      [request.forwardable ?? defaults.forwardable, KdcOptions.FORWARDABLE],
      [request.proxiable ?? defaults.proxiable, KdcOptions.PROXIABLE],
      [request.postdatable ?? false, KdcOptions.ALLOW_POSTDATE],
      [request.canonicalize ?? defaults.canonicalize, KdcOptions.CANONICALIZE],
      [(request.anonymous ?? false) || isAnonymousPrincipal(client), KdcOptions.REQUEST_ANONYMOUS],
    ]),
    lifetime: request.lifetime ?? defaults.ticketLifetime,
    renewLife: request.renewLife ?? defaults.renewLifetime,
    startOffset: request.startOffset ?? 0,
    etypes: enctypesOf(request.etypes ?? defaultTktEnctypes(config), available),
    addresses: addresses === 'none' ? [] : (await channel.localAddresses()).map(internetAddress),
    pac: request.pac,
    allowedPreauth: hints === undefined ? undefined : server => preauthOf(server, hints),
    clockskew: config.clockskew,
    timesync: config.kdcTimesync,
    encryptedTimestampDisabled: realm => config.realm(realm).disableEncryptedTimestamp,
    preferredPreauthTypes: realm => config.initialDefaults(realm).preferredPreauthTypes,
  }
}

function clientOf({ client, anonymous }: InitRequest): Principal {
  const nameless = client.components.length === 1 && client.components[0] === ''
  if (!anonymous || !nameless) return client
  return anonymousPrincipal(client.realm)
}

/** `pa_type` of a cache; what is no number counts for nothing, as in MIT's library. */
async function preauthOf(server: Principal, cache: Pick<Ccache, 'config'>): Promise<PaTypeId | undefined> {
  const text = await cache.config('pa_type', server).then(
    value => (value === undefined ? '' : decodeText(value)),
    (error: unknown) => {
      if (error instanceof KrbError) return ''
      throw error
    },
  )
  return /^\d+$/.test(text) && Number(text) !== 0 ? Number(text) : undefined
}

function kdcOptionsOf(always: number, wanted: readonly (readonly [boolean, number])[]): number {
  return wanted.reduce((options, [on, option]) => (on ? options | option : options), always) >>> 0
}

/** Those that work here; those that there are keys for first (a KDC takes the first that it has a key for). */
function enctypesOf(allowed: readonly EtypeId[], available: readonly EtypeId[] | undefined): readonly EtypeId[] {
  const known = allowed.filter(etype => etypeById(etype) !== undefined)
  if (known.length === 0) throw new KrbError('KRB5_CONFIG_ETYPE_NOSUPP')
  if (available === undefined) return known
  return [...known.filter(etype => available.includes(etype)), ...known.filter(etype => !available.includes(etype))]
}

const WRONG_KEY: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_BAD_INTEGRITY', 'KRB5KDC_ERR_PREAUTH_FAILED'])
/** Another KDC would not help. */
const OVER: ReadonlySet<string> = new Set(['KRB5_KDC_UNREACH', 'KRB5_REALM_CANT_RESOLVE', 'KRB5_LIBOS_PWDINTR', 'KRB5_LIBOS_CANTREADPWD'])
const NOT_REACHED: ReadonlySet<string> = new Set(['KRB5_KDC_UNREACH', 'KRB5_REALM_CANT_RESOLVE', 'KRB5_REALM_UNKNOWN'])
const NO_COMMON_ETYPE: ReadonlySet<string> = new Set(['KRB5KDC_ERR_ETYPE_NOSUPP', 'KRB5_CONFIG_ETYPE_NOSUPP', 'KRB5_PROG_ETYPE_NOSUPP'])
