import { decodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { PasswordChoice } from './index.ts'

/** Not the realm and no component of the name, case apart; only for principals with a policy. */
export function checkPrincipalName({ password, principal, policy }: PasswordChoice): void {
  if (policy === undefined) return
  const word = password.use(octets => decodeText(octets).toLowerCase())
  if (word === principal.realm.toLowerCase()) throw new KrbError('KADM5_PASS_Q_DICT', { module: 'princ' })
  if (principal.components.some(component => component.toLowerCase() === word)) {
    throw new KrbError('KADM5_PASS_Q_DICT', { module: 'princ' }, { text: 'Password may not match principal name' })
  }
}
