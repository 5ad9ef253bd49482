import type { Ccache } from '../../core/ccache/ccache.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { retrieveCredential } from '../../core/ccache/match.ts'
import type { PasswordChannel } from '../../core/channel.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import type { Keytab } from '../../core/keytab/keytab.ts'
import { displayText } from '../../core/principal/display.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { NameType } from '../../core/registry/name-type.ts'
import { Secret } from '../../core/secret/secret.ts'
import type { ClientContext } from '../../kdc-client/context.ts'
import { HeldPassword } from '../../kdc-client/held-password.ts'
import { type InitResult, initialCredentials } from '../../kdc-client/initial.ts'
import { keytabKeys } from '../../kdc-client/key-source.ts'
import { passwordLogIn } from '../../kdc-client/password-login.ts'

/** How an administrator proves who he is. */
export type AdminLogIn =
  | { readonly by: 'password'; readonly password?: Secret }
  | { readonly by: 'keytab'; readonly keytab: Keytab }
  /** A cache that holds a ticket for the service already: none is asked for with it. */
  | { readonly by: 'cache'; readonly cache: Ccache }
  | { readonly by: 'anonymous' }

export interface AdminLogInTerms {
  readonly client: Principal
  readonly logIn: AdminLogIn
  /** Of the database. */
  readonly realm: string
  /** Names of the servers' hosts, canonical: for realms where the service goes by them. */
  hosts(): Promise<readonly string[]>
}

export interface LogInContext extends ClientContext {
  readonly passwords: PasswordChannel
}

/** A ticket for kadmind, and its KDC's clock less ours. */
export interface AdminTicket {
  readonly credential: Credential
  readonly offset: Instant
  /** Ends the session key, where it is ours to end. */
  wipe(): void
}

/**
 * A ticket for kadmin/admin, else for kadmin/HOST, as MIT's kadmin gets it. Throws `KADM5_BAD_PASSWORD` for a wrong password,
 * `KADM5_SECURE_PRINC_MISSING` when the KDC knows neither service, and as `initialCredentials` and `retrieveCredential`.
 */
export async function adminTicket(terms: AdminLogInTerms, context: LogInContext): Promise<AdminTicket> {
  const { logIn } = terms
  using held = logIn.by === 'password' ? passwordOf(logIn.password, context) : undefined
  try {
    return await ticketFor('admin', terms, held, context)
  } catch (error) {
    if (!(error instanceof KrbError) || !OTHER_SERVICE.has(error.code)) throw worded(error)
    const [host] = await terms.hosts()
    if (host === undefined) throw worded(error)
    return await ticketFor(host, terms, held, context).catch((second: unknown) => {
      throw worded(
        second,
        `the KDC of ${displayText(terms.realm)} knows neither kadmin/admin nor kadmin/${host}: tkdb5_util create makes the first`,
      )
    })
  }
}

/** `held` is there for log-ins by password. */
async function ticketFor(
  instance: string,
  terms: AdminLogInTerms,
  held: HeldPassword | undefined,
  context: LogInContext,
): Promise<AdminTicket> {
  const { client, logIn, realm } = terms
  const service: Principal = { type: NameType.PRINCIPAL, realm, components: ['kadmin', instance] }
  if (logIn.by === 'cache') return cachedTicket(client, service, logIn.cache, context)
  const request = { client, server: service, forwardable: false, proxiable: false }
  switch (logIn.by) {
    case 'password':
      return owned(await passwordLogIn(request, held!, context))
    case 'keytab':
      return owned(await initialCredentials({ ...request, keySource: keytabKeys(logIn.keytab, context.env) }, context))
    case 'anonymous':
      return owned(await initialCredentials({ ...request, anonymous: true, keySource: noKey() }, context))
  }
}

async function cachedTicket(client: Principal, server: Principal, cache: Ccache, { env, config }: LogInContext): Promise<AdminTicket> {
  const credential = await retrieveCredential(cache, { client, server, now: 0 }).catch((error: unknown) => {
    const hint = `no ticket is asked for with ${cache.name}: put one in, kinit -S ${displayText(unparsePrincipal(server))}`
    throw error instanceof KrbError && error.code === 'KRB5_CC_NOTFOUND' ? error.withHints(hint) : error
  })
  const offset = config.kdcTimesync ? await cache.offset() : { seconds: 0, micros: 0 }
  if (credential.endtime < env.clock.now().seconds + offset.seconds) {
    throw new KrbError('KADM5_GSS_ERROR', { endtime: credential.endtime }, { hints: [`the ticket in ${cache.name} has expired`] })
  }
  return { credential, offset, wipe: () => undefined }
}

function owned({ credential, offset }: InitResult): AdminTicket {
  return { credential, offset, wipe: () => credential.key.value.wipe() }
}

/** Copied: it is the caller's. */
function passwordOf(given: Secret | undefined, { env }: LogInContext): HeldPassword {
  return new HeldPassword(async client =>
    given === undefined
      ? env.prompter.secret(`Password for ${displayText(unparsePrincipal(client))}: `)
      : given.use(octets => Secret.copyOf(octets)),
  )
}

/** Anonymous log-ins have no key: a KDC that wants one is told nothing. */
function noKey() {
  return {
    etypes: async () => undefined,
    key: async (): Promise<never> => {
      throw new KrbError('KRB5_PREAUTH_FAILED', {}, { hints: ['anonymous administration needs PKINIT, which is not spoken here'] })
    },
    wipe: () => undefined,
  }
}

/** In kadmin's words; `missing` is said when there is no service to administer by. */
function worded(error: unknown, missing?: string): unknown {
  if (!(error instanceof KrbError)) return error
  const { code, params, hints } = error
  if (code === 'KRB5KRB_AP_ERR_BAD_INTEGRITY') return new KrbError('KADM5_BAD_PASSWORD', params, { hints, cause: error })
  if (code === 'KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN') {
    return new KrbError('KADM5_SECURE_PRINC_MISSING', params, { hints: missing === undefined ? hints : [...hints, missing], cause: error })
  }
  if (code === 'KRB5KDC_ERR_PREAUTH_FAILED') return new KrbError(code, params, { text: ERRORS[code].text, hints, cause: error })
  return error
}

const OTHER_SERVICE: ReadonlySet<string> = new Set(['KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN', 'KRB5_CC_NOTFOUND'])
