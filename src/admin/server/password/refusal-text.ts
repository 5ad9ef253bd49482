import { encodeText } from '../../../core/bytes/text.ts'
import type { ErrorCode, KrbError } from '../../../core/errors/krb-error.ts'
import { ERRORS } from '../../../core/errors/tables/index.ts'
import { type KpasswdAnswer, KpasswdResult } from '../../../core/kpasswd/frame.ts'
import { ctimeText } from '../../../core/time/format.ts'
import type { Zone } from '../../../core/time/zone.ts'
import type { PolicyEntry } from '../../../kdc/store/entry.ts'

/** The policy that was broken, if there is one, and the zone in which the server tells the time. */
export interface RefusalTerms {
  readonly policy: PolicyEntry | undefined
  readonly zone: Zone
}

/** Why a password was not changed, as result code and text in MIT's words: people read them at their prompt. */
export function refusalAnswer(error: KrbError, terms: RefusalTerms): KpasswdAnswer {
  const row = REFUSALS[error.code]
  if (row === undefined) return answer(KpasswdResult.HARDERROR, unexplained(error))
  return answer(row.result, row.text(error, terms))
}

export function answer(code: number, text: string): KpasswdAnswer {
  return { code, text: encodeText(text) }
}

interface Refusal {
  readonly result: number
  text(error: KrbError, terms: RefusalTerms): string
}

const soft = (text: Refusal['text']): Refusal => ({ result: KpasswdResult.SOFTERROR, text })

const REFUSALS: Readonly<Partial<Record<ErrorCode, Refusal>>> = {
  KADM5_AUTH_INITIAL: { result: KpasswdResult.INITIAL_FLAG_NEEDED, text: () => 'Ticket must be derived from a password' },
  KADM5_AUTH_CHANGEPW: { result: KpasswdResult.ACCESSDENIED, text: () => 'Unauthorized request' },
  KADM5_PASS_TOOSOON: soft(({ params: { until } }, { zone }) =>
    [
      'Password cannot be changed because it was changed too recently.',
      `Please wait until ${ctimeText(Number(until), zone)} before you change it.`,
      'If you need to change your password before then, contact your system',
      'security administrator.',
    ].join('\n'),
  ),
  KADM5_PASS_REUSE: soft(() => 'New password was used previously. Please choose a different password.'),
  KADM5_PASS_Q_DICT: soft(() =>
    [
      'New password was found in a dictionary of possible passwords and',
      'therefore may be easily guessed. Please choose another password.',
      'See the kpasswd man page for help in choosing a good password.',
    ].join('\n'),
  ),
  KADM5_PASS_Q_TOOSHORT: soft((error, { policy }) =>
    policy === undefined
      ? withoutPolicy(error)
      : `New password is too short.\nPlease choose a password which is at least ${policy.minLength} characters long.`,
  ),
  KADM5_PASS_Q_CLASS: soft((error, { policy }) =>
    policy === undefined
      ? withoutPolicy(error)
      : [
          'New password does not have enough character classes.',
          'The character classes are:',
          '\t- lower-case letters,',
          '\t- upper-case letters,',
          '\t- digits,',
          '\t- punctuation, and',
          '\t- all other characters (e.g., control characters).',
          `Please choose a password with at least ${policy.minClasses} character classes.`,
        ].join('\n'),
  ),
  KADM5_PASS_Q_GENERIC: soft(unexplained),
}

function withoutPolicy({ code }: KrbError): string {
  return `${ERRORS[code].text}\n\nPassword not changed.`
}

function unexplained({ code }: KrbError): string {
  return `Password not changed.\n${ERRORS[code].text} while trying to change password.\n`
}
