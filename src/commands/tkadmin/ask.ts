import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Secret } from '../../core/secret/secret.ts'

/** A new password, asked for twice. Throws `KRB5_LIBOS_BADPWDMATCH` when the answers differ and `KRB5_LIBOS_CANTREADPWD` at the end of input. */
export async function askTwice(first: string, second: string, { prompter }: Pick<Env, 'prompter'>): Promise<Secret> {
  const password = await prompter.secret(`${first}: `)
  using again = await prompter.secret(`${second}: `)
  if (password.use(a => again.use(b => Buffer.compare(a, b) === 0))) return password
  password.wipe()
  throw new KrbError('KRB5_LIBOS_BADPWDMATCH')
}

export function askPassword(name: string, env: Pick<Env, 'prompter'>): Promise<Secret> {
  return askTwice(`Enter password for principal "${name}"`, `Re-enter password for principal "${name}"`, env)
}
