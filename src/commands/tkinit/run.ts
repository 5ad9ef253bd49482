import type { Ccache } from '../../core/ccache/ccache.ts'
import { type CacheChoice, chooseCacheFor, makePrimary } from '../../core/ccache/collection.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import { type Principal, parsePrincipal, tgtPrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import type { Cut } from '../../kdc-client/cuts.ts'
import { type InitResult as Granted, type InitRequest, initialCredentials } from '../../kdc-client/initial.ts'
import { keepInitial } from '../../kdc-client/keep-initial.ts'
import { keytabKeys } from '../../kdc-client/key-source.ts'
import type { PasswordContext } from '../../kdc-client/passwd.ts'
import { passwordLogIn } from '../../kdc-client/password-login.ts'
import { type Renewed, renewedTicket, validatedTicket } from '../../kdc-client/renew.ts'
import type { PasswordOptions } from '../passwords/flags.ts'
import { doubtAbout, forgetPassword, openPassword, type PasswordPlaces, savePassword } from '../passwords/source.ts'
import { addressText } from '../text/address.ts'
import { namingCache } from '../text/cache-origin.ts'
import { saying } from '../text/phrase.ts'
import { namingRealm } from '../text/realm-origin.ts'
import { startOffset } from '../text/start-time.ts'
import { type TicketLine, ticketLine } from '../text/ticket.ts'
import { type ClientWorld, chooseClient, openKeytab } from './client.ts'
import type { InitOptions, KeytabChoice } from './flags.ts'
import { type Warning, warningsOf } from './warnings.ts'

/** What `-V` tells, as it happens. */
export type Step =
  | { readonly step: 'specified-cache' | `${CacheChoice['how']}-cache` | 'input-cache' | 'principal' | 'keytab'; readonly name: string }
  | { readonly step: 'preauth-option'; readonly name: string; readonly value: string }
  | { readonly step: 'initialized' | 'stored' | 'authenticated' }

export interface InitOutcome {
  readonly cache: string
  readonly client: string
  readonly credential: TicketLine
  /** For people who typed a password. */
  readonly warnings: readonly Warning[]
  /** Where less was granted than asked for. */
  readonly cuts: readonly Cut[]
  /** The realms that were asked, when one referred to another. */
  readonly hops: readonly string[]
}

export interface InitWorld extends PasswordContext, ClientWorld {
  readonly places: PasswordPlaces
  readonly tell: (step: Step) => void
  readonly isDeprecated: (etype: EtypeId) => boolean
}

/**
 * A log-in: chooses cache and client as MIT's kinit does, gets the ticket and puts it into the cache, all or nothing.
 * Throws `NobodyError` and KrbErrors in kinit's words; the cache is untouched then.
 */
export async function logIn(options: InitOptions, world: InitWorld): Promise<InitOutcome> {
  const { env, config, tell } = world
  const opened = await openCache(options.cache, env, config)
  if (options.cache !== undefined) tell({ step: 'specified-cache', name: options.cache })
  const client = await chooseClient(options, opened, world)
  const name = unparsePrincipal(client.principal)
  const { cache, how } =
    options.cache !== undefined || client.fromCache
      ? { cache: opened, how: 'default' as const }
      : await during(`searching for ccache for ${name}`, () => chooseCacheFor(client.principal, opened, env, config))
  if (options.cache === undefined && !client.fromCache) tell({ step: `${how}-cache`, name: cache.name.slice(cache.name.indexOf(':') + 1) })
  const inputCache = await openInputCache(options.inputCache, world)
  tell({ step: 'principal', name })
  const granted = await namingRealm(client.principal, client.origin, config, () =>
    obtain(options, { client: client.principal, cache, inputCache }, world),
  )
  if (how !== 'default') await during('switching to new ccache', () => makePrimary(cache, env, config))
  tell({ step: 'authenticated' })
  const credential = await ticketLine(granted.credential, async address => addressText(address))
  return { cache: cache.name, client: unparsePrincipal(granted.credential.client), credential, warnings: [], hops: [], ...granted.told }
}

/** Removes a password from the keychain and returns whose it was. */
export async function forget(options: InitOptions, world: InitWorld): Promise<string> {
  const { principal } = await chooseClient(options, await openCache(options.cache, world.env, world.config), world)
  await forgetPassword(principal, world.places)
  return unparsePrincipal(principal)
}

async function openCache(name: string | undefined, env: Env, config: ClientConfig): Promise<Ccache> {
  if (name === undefined) return during('getting default ccache', () => resolveCcache(undefined, env, config))
  return saying(`resolving ccache ${name}`, () => resolveCcache(name, env, config))
}

async function openInputCache(name: string | undefined, { env, config, tell }: InitWorld): Promise<Ccache | undefined> {
  if (name === undefined) return undefined
  const cache = await openCache(name, env, config)
  tell({ step: 'input-cache', name })
  return cache
}

interface Chosen {
  readonly client: Principal
  readonly cache: Ccache
  readonly inputCache: Ccache | undefined
}

/** A ticket that is in the cache now, and what there is to tell of it. */
interface Obtained {
  readonly credential: Credential
  readonly told: Pick<InitOutcome, 'cuts'> & Partial<Pick<InitOutcome, 'warnings' | 'hops'>>
}

async function obtain(options: InitOptions, chosen: Chosen, world: InitWorld): Promise<Obtained> {
  const { action } = options
  switch (action.kind) {
    case 'password': {
      const granted = await byPassword(options, action.password, chosen, world)
      return {
        credential: granted.credential,
        told: { cuts: granted.cuts, hops: granted.realms, warnings: warningsOf(granted, options.service, world) },
      }
    }
    case 'keytab': {
      const { credential, cuts, realms } = await byKeytab(options, action.keytab, chosen, world)
      return { credential, told: { cuts, hops: realms } }
    }
    case 'validate':
    case 'renew': {
      const { credential, cuts } = await bySelf(action.kind, options, chosen, world)
      return { credential, told: { cuts } }
    }
  }
}

async function byPassword(options: InitOptions, password: PasswordOptions, chosen: Chosen, world: InitWorld): Promise<Granted> {
  const { client, cache } = chosen
  tellOptions(options, world)
  using held = await openPassword(client, password, world.places)
  const granted = await during('getting initial credentials', async () => {
    const result = await passwordLogIn(await requestOf(options, chosen, world), held, world).catch((error: unknown) => {
      throw error instanceof KrbError ? doubted(error, doubtAbout(password)) : error
    })
    return keep(result, cache, world.env)
  })
  if (password.save) await savePassword(client, held, world.places)
  return granted
}

async function byKeytab(options: InitOptions, keytab: KeytabChoice, chosen: Chosen, world: InitWorld): Promise<Granted> {
  const keySource = keytabKeys(await openKeytab(keytab, world), world.env)
  if (keytab.from === 'named') world.tell({ step: 'keytab', name: keytab.name })
  tellOptions(options, world)
  return during('getting initial credentials', async () => {
    const request = { ...(await requestOf(options, chosen, world)), keySource }
    const result = await initialCredentials(request, world).catch((error: unknown) => {
      throw error instanceof KrbError ? withoutPassword(error) : error
    })
    return keep(result, chosen.cache, world.env)
  })
}

/** -v and -R: the ticket of the cache for itself. Nothing else stays in the cache, as with MIT's kinit. */
async function bySelf(kind: 'validate' | 'renew', options: InitOptions, { client, cache }: Chosen, world: InitWorld): Promise<Renewed> {
  const { env, config, tell } = world
  const { service } = options
  tellOptions(options, world)
  const change = kind === 'renew' ? renewedTicket : validatedTicket
  const renewed = await during(kind === 'renew' ? 'renewing credentials' : 'validating credentials', async () => {
    const server = service === undefined ? tgtPrincipal(client.realm) : inRealm(parsePrincipal(service, config), client.realm)
    return namingCache(options.cache, world, () => change(client, server, cache, world))
  })
  const { credential } = renewed
  tell({ step: 'initialized' })
  const offset = await cache.offset()
  const granted = { client: credential.client, credential, config: [], offset }
  await during(`saving to cache ${options.cache ?? ''}`, () => keepInitial(granted, cache, env))
  tell({ step: 'stored' })
  return renewed
}

function tellOptions({ preauthOptions }: InitOptions, { tell }: InitWorld): void {
  for (const option of preauthOptions) tell({ step: 'preauth-option', ...option })
}

type Request = Omit<InitRequest, 'keySource'>

async function requestOf(options: InitOptions, { client, inputCache }: Chosen, { env, config }: InitWorld): Promise<Request> {
  const { lifetime, startTime, renewableLife, forwardable, proxiable, addresses, pac, service, armorCache } = options
  if (armorCache !== undefined) await refuseArmor(armorCache, env, config)
  return {
    client,
    anonymous: options.anonymous,
    postdatable: options.postdatable,
    ...(options.canonicalize && { canonicalize: true }),
    ...(service !== undefined && { server: parsePrincipal(service, { ignoreRealm: true }) }),
    ...(lifetime !== undefined && { lifetime }),
    ...(startTime !== undefined && { startOffset: await startOffset(startTime, env) }),
    ...(renewableLife !== undefined && { renewLife: renewableLife }),
    ...(forwardable !== undefined && { forwardable }),
    ...(proxiable !== undefined && { proxiable }),
    ...(addresses !== undefined && { addresses: addresses ? ('local' as const) : ('none' as const) }),
    ...(pac !== undefined && { pac }),
    ...(inputCache !== undefined && { hints: inputCache }),
  }
}

/** Who asks for armour must not get an exchange without it. */
async function refuseArmor(name: string, env: Env, config: ClientConfig): Promise<never> {
  const failed = (error: KrbError) =>
    new KrbError(error.code, error.params, { text: `Error constructing AP-REQ armor: ${error.message}`, hints: error.hints, cause: error })
  try {
    await (await resolveCcache(name, env, config)).principal()
  } catch (error) {
    throw error instanceof KrbError ? failed(error) : error
  }
  throw failed(new KrbError('KRB5_PLUGIN_OP_NOTSUPP', {}, { text: 'FAST is not supported' }))
}

function inRealm(principal: Principal, realm: string): Principal {
  return { ...principal, realm }
}

async function keep(granted: Granted, cache: Ccache, env: Env): Promise<Granted> {
  try {
    await keepInitial(granted, cache, env)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError(error.code, error.params, {
      text: `Failed to store credentials: ${ERRORS[error.code].text}`,
      hints: error.hints,
      cause: error,
    })
  }
  return granted
}

/** A password that nobody typed: where it came from helps when it is not taken. */
function doubted(error: KrbError, doubt: string | undefined): KrbError {
  if (doubt === undefined || !WRONG_PASSWORD.has(error.code)) return error
  return new KrbError(error.code, error.params, { text: error.message, hints: [...error.hints, doubt], cause: error })
}

/** Where nobody typed a password, failed pre-authentication is not put down to one. */
function withoutPassword(error: KrbError): KrbError {
  if (error.code !== 'KRB5KDC_ERR_PREAUTH_FAILED') return error
  return new KrbError(error.code, error.params, { text: ERRORS[error.code].text, hints: error.hints, cause: error })
}

const WRONG_PASSWORD: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_BAD_INTEGRITY', 'KRB5KDC_ERR_PREAUTH_FAILED'])
