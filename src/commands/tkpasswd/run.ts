import { resolveCcache } from '../../core/ccache/resolve.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import { type KpasswdAnswer, KpasswdResult } from '../../core/kpasswd/frame.ts'
import { type Principal, parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { askNewPassword } from '../../kdc-client/new-password.ts'
import { changePassword, type PasswordContext, passwordTicket } from '../../kdc-client/passwd.ts'
import type { PasswordOptions } from '../passwords/flags.ts'
import { doubtAbout, forgetPassword, openPassword, type PasswordPlaces, savePassword } from '../passwords/source.ts'
import { absenceHints } from '../text/cache-origin.ts'

export interface ChangeOptions {
  readonly principal: string | undefined
  readonly password: PasswordOptions
}

export interface ChangeOutcome {
  readonly client: string
  /** Code 0: changed. */
  readonly answer: KpasswdAnswer
}

export interface ChangeWorld extends PasswordContext {
  readonly places: PasswordPlaces
}

/** Nobody is whose password could be changed: no name was given and none could be found. */
export class NobodyError extends Error {
  override readonly name = 'NobodyError'
}

/**
 * Changes a password as MIT's kpasswd does: old password, new one twice, then the server's word. Throws `NobodyError` and KrbErrors in
 * kpasswd's words.
 */
export async function changeOwnPassword({ principal, password }: ChangeOptions, world: ChangeWorld): Promise<ChangeOutcome> {
  const { client, guessed } = await chooseClient(principal, world)
  using held = await openPassword(client, password, world.places)
  const logIn = () => bluntly('getting initial ticket', () => passwordTicket(client, held.source(), world), doubtAbout(password))
  const ticket = guessed ? await explainingGuess(logIn, world) : await logIn()
  try {
    const fresh = await during('reading password', () => askNewPassword(world.env.prompter))
    held.replace(fresh)
    const answer = await bluntly('changing password', () => changePassword(ticket, fresh, world))
    if (password.save && answer.code === KpasswdResult.SUCCESS) await savePassword(client, held, world.places)
    return { client: unparsePrincipal(client), answer }
  } finally {
    ticket.credential.key.value.wipe()
  }
}

/** Removes the password from the keychain and returns whose it was. */
export async function forget(principal: string | undefined, world: ChangeWorld): Promise<string> {
  const { client } = await chooseClient(principal, world)
  await forgetPassword(client, world.places)
  return unparsePrincipal(client)
}

/** Argument, principal of the default cache, login name. A cache that cannot be read stops kpasswd even when it is not needed. */
async function chooseClient(
  text: string | undefined,
  { env, config }: ChangeWorld,
): Promise<{ readonly client: Principal; readonly guessed: boolean }> {
  const cache = await bluntly('opening default ccache', () => resolveCcache(undefined, env, config))
  const owner = await bluntly('getting principal from ccache', async () => {
    try {
      return await cache.principal()
    } catch (error) {
      if (error instanceof KrbError && NO_CACHE.has(error.code)) return undefined
      throw error
    }
  })
  const named = async (name: string, phrase: string) =>
    bluntly(phrase, async () => parsePrincipal(name, { defaultRealm: config.defaultRealm }))
  if (text !== undefined) return { client: await named(text, 'parsing client name'), guessed: false }
  if (owner !== undefined) return { client: owner, guessed: false }
  const user = env.host.username()
  if (user === undefined) throw new NobodyError('Unable to identify user from password file')
  return { client: await named(user, `when parsing name ${user}`), guessed: true }
}

/** Somebody unknown, whose name was taken from the system because there is no cache: which cache that would be. */
async function explainingGuess<T>(task: () => Promise<T>, world: ChangeWorld): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError && error.code === 'KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN')) throw error
    throw error.withHints('the name is that of the user, since there is no cache', ...(await absenceHints(undefined, world)))
  }
}

/** kpasswd's words: the plain text of the code, going on without "while". What is known beyond it becomes a hint. */
export async function bluntly<T>(phrase: string, task: () => Promise<T>, doubt?: string): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const { code, params, message, hints } = error
    const wrong = code === 'KRB5KRB_AP_ERR_BAD_INTEGRITY'
    const plain = unassigned(error) ? message : ERRORS[code].text
    const text = wrong ? `Password incorrect while ${phrase}` : `${plain} ${phrase}`
    const more = WRONG_PASSWORD.has(code) ? [...hints, ...(doubt === undefined ? [] : [doubt])] : hints
    throw new KrbError(code, params, { text, hints: text.startsWith(message) ? more : [message, ...more], cause: error })
  }
}

/** A KRB-ERROR whose number no table knows has its number in the message only. */
function unassigned({ code, params }: KrbError): boolean {
  return params.errorCode !== undefined && ERRORS[code].protocol !== params.errorCode
}

const NO_CACHE: ReadonlySet<string> = new Set(['KRB5_CC_NOTFOUND', 'KRB5_FCC_NOFILE'])
const WRONG_PASSWORD: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_BAD_INTEGRITY', 'KRB5KDC_ERR_PREAUTH_FAILED'])
