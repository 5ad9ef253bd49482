import { KrbError } from '../../../core/errors/krb-error.ts'
import type { PasswordChoice } from './index.ts'

/** The one rule that holds without a policy too. */
export function checkNotEmpty({ password }: PasswordChoice): void {
  if (password.length === 0) throw new KrbError('KADM5_PASS_Q_TOOSHORT', { module: 'empty' }, { text: 'Empty passwords are not allowed' })
}
