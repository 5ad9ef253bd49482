import { sameBytes } from '../core/bytes/bytes.ts'
import type { Prompter } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import type { Secret } from '../core/secret/secret.ts'

/** Asks for a new password twice, `banner` on a line before. Throws `KRB5_LIBOS_BADPWDMATCH` when the answers differ. */
export async function askNewPassword(prompter: Pick<Prompter, 'secret'>, banner?: string): Promise<Secret> {
  const password = await prompter.secret(`${banner === undefined ? '' : `${banner}\n`}Enter new password: `)
  try {
    using again = await prompter.secret('Enter it again: ')
    const same = password.use(first => again.use(second => sameBytes(first, second)))
    if (!same) throw new KrbError('KRB5_LIBOS_BADPWDMATCH')
    return password
  } catch (error) {
    password.wipe()
    throw error
  }
}
