import { KrbError } from '../../../core/errors/krb-error.ts'
import type { PasswordChoice } from './index.ts'

/** Length in octets; the classes are lower case, upper case, digits, punctuation and everything else, in ASCII. */
export function checkLengthAndClasses({ password, policy }: PasswordChoice): void {
  if (policy === undefined) return
  if (password.length < policy.minLength) throw new KrbError('KADM5_PASS_Q_TOOSHORT')
  const classes = password.use(octets => new Set(Array.from(octets, classOf)).size)
  if (classes < policy.minClasses) throw new KrbError('KADM5_PASS_Q_CLASS')
}

function classOf(octet: number): string {
  if (octet >= 0x61 && octet <= 0x7a) return 'lower'
  if (octet >= 0x41 && octet <= 0x5a) return 'upper'
  if (octet >= 0x30 && octet <= 0x39) return 'digit'
  return octet > 0x20 && octet < 0x7f ? 'punctuation' : 'other'
}
