import { decodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import type { PasswordChoice } from './index.ts'

/** Whole words of dict_file, case apart; only for principals with a policy. */
export async function checkDictionary({ password, policy, dictionary }: PasswordChoice): Promise<void> {
  if (policy === undefined) return
  const words = await dictionary()
  if (words === undefined) return
  const known = password.use(octets => words.has(decodeText(octets).toLowerCase()))
  if (known) throw new KrbError('KADM5_PASS_Q_DICT', { module: 'dict' })
}
