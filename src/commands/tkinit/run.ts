import type { Ccache } from '../../core/ccache/ccache.ts'
import { type CacheChoice, chooseCacheFor, makePrimary } from '../../core/ccache/collection.ts'
import { resolveCcache } from '../../core/ccache/resolve.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'
import { type HostResolver, hostServicePrincipals } from '../../core/principal/host.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import type { EtypeId } from '../../core/registry/etype.ts'
import { type Expiry, type InitResult as Granted, type InitRequest, initialCredentials } from '../../kdc-client/initial.ts'
import { keepInitial } from '../../kdc-client/keep-initial.ts'
import { type KeySource, keytabKeys } from '../../kdc-client/key-source.ts'
import type { PasswordContext } from '../../kdc-client/passwd.ts'
import { passwordLogIn } from '../../kdc-client/password-login.ts'
import { doubtAbout, forgetPassword, openPassword, type PasswordPlaces, savePassword } from '../passwords/source.ts'
import { addressText } from '../text/address.ts'
import { saying } from '../text/phrase.ts'
import { type NameOrigin, namingRealm } from '../text/realm-origin.ts'
import { type TicketLine, ticketLine } from '../text/ticket.ts'
import type { InitOptions } from './flags.ts'

/** What `-V` tells, as it happens. */
export type Step =
  | { readonly step: 'specified-cache' | `${CacheChoice['how']}-cache` | 'principal' | 'keytab'; readonly name: string }
  | { readonly step: 'authenticated' }

export interface InitOutcome {
  readonly cache: string
  readonly client: string
  readonly credential: TicketLine
  /** For people who typed a password. */
  readonly warnings: readonly Warning[]
}

export type Warning =
  | { readonly kind: 'password-expires'; readonly at: number; readonly inSeconds: number }
  | { readonly kind: 'deprecated-etype'; readonly etype: EtypeId }

/** Nobody is who should log in: no name was given and none could be found. */
export class NobodyError extends Error {
  override readonly name = 'NobodyError'
}

export interface InitWorld extends PasswordContext {
  readonly places: PasswordPlaces
  readonly hosts: HostResolver
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
  tell({ step: 'principal', name })
  const { keytab } = options
  const granted = await namingRealm(client.principal, client.origin, config, () =>
    keytab === undefined ? byPassword(options, client.principal, cache, world) : byKeytab(options, client.principal, cache, keytab, world),
  )
  if (how !== 'default') await during('switching to new ccache', () => makePrimary(cache, env, config))
  tell({ step: 'authenticated' })
  const credential = await ticketLine(granted.credential, async address => addressText(address))
  const warnings = options.keytab === undefined ? warningsOf(granted, options.service, world) : []
  return { cache: cache.name, client: unparsePrincipal(granted.client), credential, warnings }
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

/** Argument, host service (-k), principal of the cache, login name. */
async function chooseClient(
  options: InitOptions,
  cache: Ccache,
  world: InitWorld,
): Promise<{ readonly principal: Principal; readonly fromCache: boolean; readonly origin: NameOrigin }> {
  const { env, config } = world
  const named = (text: string) => saying(`when parsing name ${text}`, () => parsePrincipal(text, { defaultRealm: config.defaultRealm }))
  const typed = async (text: string) => ({ principal: await named(text), fromCache: false, origin: { typed: text } })
  if (options.principal !== undefined) return typed(options.principal)
  if (options.keytab !== undefined) {
    const principal = await hostPrincipal(world)
    return { principal, fromCache: false, origin: { host: principal.components[1] ?? '' } }
  }
  const owner = await cache.principal().catch((error: unknown) => {
    if (!(error instanceof KrbError)) throw error
    return undefined
  })
  if (owner !== undefined) return { principal: owner, fromCache: true, origin: { cache: cache.name } }
  const user = env.host.username()
  if (user === undefined) throw new NobodyError('Unable to identify user')
  return typed(user)
}

/** host/THISHOST; MIT leaves a realm that no [domain_realm] names empty and finds no KDC then, where the default realm serves. */
async function hostPrincipal({ env, config, hosts }: InitWorld): Promise<Principal> {
  return saying('when creating default server principal name', async () => {
    const rules = { ...rulesOf(config), realmOfHost: (host: string) => config.realmOfHost(host) ?? config.defaultRealm }
    for await (const principal of hostServicePrincipals('host', env.host.hostname(), rules, hosts)) return principal
    throw new KrbError('KRB5_ERR_BAD_HOSTNAME', { host: env.host.hostname() })
  })
}

function rulesOf({ dnsCanonicalizeHostname, rdns, qualifyShortname }: ClientConfig) {
  return { dnsCanonicalizeHostname, rdns, qualifyShortname }
}

async function byPassword(options: InitOptions, client: Principal, cache: Ccache, world: InitWorld): Promise<Granted> {
  const { password } = options
  using held = await openPassword(client, password, world.places)
  const granted = await during('getting initial credentials', async () => {
    const result = await passwordLogIn(requestOf(options, client), held, world).catch((error: unknown) => {
      throw error instanceof KrbError ? doubted(error, doubtAbout(password)) : error
    })
    return keep(result, cache, world.env)
  })
  if (password.save) await savePassword(client, held, world.places)
  return granted
}

async function byKeytab(
  options: InitOptions,
  client: Principal,
  cache: Ccache,
  keytab: { readonly name: string | undefined },
  world: InitWorld,
): Promise<Granted> {
  const keySource = await openKeytab(keytab, world)
  return during('getting initial credentials', async () => {
    const result = await initialCredentials({ ...requestOf(options, client), keySource }, world).catch((error: unknown) => {
      throw error instanceof KrbError ? withoutPassword(error) : error
    })
    return keep(result, cache, world.env)
  })
}

async function openKeytab({ name }: { readonly name: string | undefined }, { env, config, tell }: InitWorld): Promise<KeySource> {
  if (name === undefined)
    return keytabKeys(await during('getting initial credentials', () => resolveKeytab(undefined, env, config, 'server')), env)
  const keytab = await saying(`resolving keytab ${name}`, () => resolveKeytab(name, env, config, 'server'))
  tell({ step: 'keytab', name })
  return keytabKeys(keytab, env)
}

function requestOf(options: InitOptions, client: Principal): Omit<InitRequest, 'keySource'> {
  const { lifetime, renewableLife, forwardable, proxiable, addresses, service } = options
  return {
    client,
    ...(service !== undefined && { server: parsePrincipal(service, { ignoreRealm: true }) }),
    ...(lifetime !== undefined && { lifetime }),
    ...(renewableLife !== undefined && { renewLife: renewableLife }),
    ...(forwardable !== undefined && { forwardable }),
    ...(proxiable !== undefined && { proxiable }),
    ...(addresses !== undefined && { addresses: addresses ? ('local' as const) : ('none' as const) }),
  }
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

function warningsOf(granted: Granted, service: string | undefined, { env, isDeprecated }: InitWorld): readonly Warning[] {
  const warnings: Warning[] = []
  const expiry = service === 'kadmin/changepw' ? undefined : expiryWarning(granted.expiry, env.clock.now().seconds)
  if (expiry !== undefined) warnings.push(expiry)
  const weak = [granted.replyEtype, granted.credential.key.etype].find(isDeprecated)
  if (weak !== undefined) warnings.push({ kind: 'deprecated-etype', etype: weak })
  return warnings
}

/** Within a week, or whenever the KDC says so by last-req. */
function expiryWarning({ password, announced }: Expiry, now: number): Warning | undefined {
  if (password === 0) return undefined
  const inSeconds = Math.max(password - now, 0)
  if (!announced && (inSeconds === 0 || inSeconds > WEEK)) return undefined
  return { kind: 'password-expires', at: password, inSeconds }
}

const WRONG_PASSWORD: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_BAD_INTEGRITY', 'KRB5KDC_ERR_PREAUTH_FAILED'])
const WEEK = 7 * 24 * 3600
