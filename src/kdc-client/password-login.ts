import { decodeText, encodeText } from '../core/bytes/text.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { ERRORS } from '../core/errors/tables/index.ts'
import { type KpasswdAnswer, KpasswdResult } from '../core/kpasswd/frame.ts'
import { codeText, refusalText, serverText } from '../core/kpasswd/result-text.ts'
import { EXPIRED_HINT } from './explain.ts'
import type { HeldPassword } from './held-password.ts'
import { type InitRequest, type InitResult, initialCredentials } from './initial.ts'
import { askNewPassword } from './new-password.ts'
import { changePassword, type PasswordContext, passwordTicket } from './passwd.ts'

/**
 * A log-in by password. Where the KDC says that it has expired, the person is led through a change, three tries long, and logged in
 * with the new one, which `password` holds then. Throws as `initialCredentials`, and when there is no new password in the end what was
 * the matter with the last: `KRB5_LIBOS_BADPWDMATCH`, `KRB5_CHPW_PWDNULL`, `KRB5_CHPW_FAIL`.
 */
export async function passwordLogIn(
  request: Omit<InitRequest, 'keySource'>,
  password: HeldPassword,
  context: PasswordContext,
): Promise<InitResult> {
  try {
    return await initialCredentials({ ...request, keySource: password.source() }, context)
  } catch (error) {
    if (!(error instanceof KrbError) || error.code !== 'KRB5KDC_ERR_KEY_EXP') throw error
  }
  const { env } = context
  env.trace({ event: 'password-expired' })
  const ticket = await passwordTicket(request.client, password.source(), context)
  try {
    await replaceExpired(ticket, password, context)
  } catch (error) {
    throw error instanceof KrbError ? error.withHints(EXPIRED_HINT) : error
  } finally {
    ticket.credential.key.value.wipe()
  }
  env.trace({ event: 'password-changed' })
  return initialCredentials({ ...request, keySource: password.source() }, context)
}

async function replaceExpired(ticket: InitResult, password: HeldPassword, context: PasswordContext): Promise<void> {
  const { env } = context
  let banner = 'Password expired.  You must change it now.'
  for (let left = TRIES; ; left--) {
    env.trace({ event: 'password-change-try', left })
    const complaint = await tryChange(ticket, password, banner, context)
    if (complaint === undefined) return
    if (left === 1) throw complaint.error
    banner = complaint.banner
  }
}

/** A complaint that another try may answer; what no try can is thrown. */
interface Complaint {
  readonly error: KrbError
  readonly banner: string
}

async function tryChange(
  ticket: InitResult,
  password: HeldPassword,
  banner: string,
  context: PasswordContext,
): Promise<Complaint | undefined> {
  const fresh = await askNewPassword(context.env.prompter, banner).catch((error: unknown) => {
    if (error instanceof KrbError && error.code === 'KRB5_LIBOS_BADPWDMATCH') return error
    throw error
  })
  if (fresh instanceof KrbError) return again(fresh)
  if (fresh.length === 0) return again(new KrbError('KRB5_CHPW_PWDNULL'))
  const answer = await changePassword(ticket, fresh, context).catch((error: unknown) => {
    fresh.wipe()
    throw error
  })
  if (answer.code === KpasswdResult.SUCCESS) {
    password.replace(fresh)
    return undefined
  }
  fresh.wipe()
  const error = new KrbError('KRB5_CHPW_FAIL', { code: answer.code }, { hints: [refusalText(answer)] })
  if (answer.code !== KpasswdResult.SOFTERROR) throw error
  return { error, banner: `${shortened(answer)}.  Please try again.\n` }
}

function again(error: KrbError): Complaint {
  return { error, banner: `${ERRORS[error.code].text}.  Please try again.` }
}

function shortened({ code, text }: KpasswdAnswer): string {
  return `${codeText(code)}: ${decodeText(encodeText(serverText(text)).subarray(0, MAX_WORDS))}`
}

const TRIES = 3
/** MIT's room for the server's words, in octets. */
const MAX_WORDS = 924
