import { expect, it } from 'vitest'
import type { AdminApi } from '../../../../src/admin/api.ts'
import { VERBS } from '../../../../src/admin/language/index.ts'
import { policiesAskedOnce } from '../../../../src/commands/tkadmin/asked-once.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'

it('asks for a policy once while the answer is out, and again afterwards', async () => {
  const asked: unknown[] = []
  const answers: ((error: KrbError) => void)[] = []
  const call = (_: unknown, input: unknown) => {
    asked.push(input)
    return new Promise<never>((_, reject) => answers.push(reject))
  }
  const api = policiesAskedOnce({ realm: 'R', remote: true, call: call as AdminApi['call'], close: async () => {} })
  const ask = (name: string) => api.call(VERBS.getPolicy, { name }).catch((error: KrbError) => error.code)
  const three = [ask('a'), ask('a'), ask('b')]
  expect(asked).toEqual([{ name: 'a' }, { name: 'b' }])
  for (const answer of answers) answer(new KrbError('KADM5_UNK_POLICY'))
  expect(await Promise.all(three)).toEqual(Array(3).fill('KADM5_UNK_POLICY'))
  void ask('a')
  void api.call(VERBS.listPolicies, { pattern: 'a' }).catch(() => {})
  void api.call(VERBS.listPolicies, { pattern: 'a' }).catch(() => {})
  expect(asked).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'a' }, { pattern: 'a' }, { pattern: 'a' }])
})
