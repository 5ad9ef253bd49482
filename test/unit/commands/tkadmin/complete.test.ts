import { describe, expect, it } from 'vitest'
import type { AdminApi } from '../../../../src/admin/api.ts'
import { VERBS } from '../../../../src/admin/language/index.ts'
import type { ListInput } from '../../../../src/admin/language/list-principals.ts'
import { completeLine } from '../../../../src/commands/tkadmin/complete.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'

const PRINCIPALS = ['alice@EX.TEST', 'alice/admin@EX.TEST', 'alien@OTHER.TEST', 'al bert@EX.TEST', 'al\u001b@EX.TEST', 'bob@EX.TEST']
const asked: ListInput[] = []
const api = {
  realm: 'EX.TEST',
  call: async (verb: unknown, input: ListInput) => {
    asked.push(input)
    const names = verb === VERBS.listPolicies ? ['staff', 'strict'] : PRINCIPALS
    return names.filter(name => name.startsWith(input.pattern!.slice(0, -1)))
  },
  close: async () => undefined,
} as unknown as AdminApi
const complete = async (line: string) => (await completeLine(line, api)).candidates

describe('completion', () => {
  it.each([
    ['addp', ['addprinc', 'addpol']],
    ['getprinc al', ['alice', 'alice/admin', 'alien@OTHER.TEST']],
    ['getprinc alice@', ['alice@EX.TEST']],
    ['getprinc -terse b', ['bob']],
    ['getprinc -t', ['-terse']],
    ['getpol s', ['staff', 'strict']],
    ['addprinc -policy st', ['staff', 'strict']],
    ['addprinc -pw al', []],
    ['addprinc -maxlife al', []],
    ['addprinc al', []],
    ['addprinc -rand', ['-randkey']],
    ['addprinc --', ['--if-not-exists', '--from']],
    ['modprinc +requires_p', ['+requires_preauth']],
    ['modprinc -unl', ['-unlock']],
    ['modprinc -rand', []],
    ['setstr bo', ['bob']],
    ['setstr bob al', []],
    ['renprinc alice bo', []],
    ['ktadd -k file alice bo', ['bob']],
    ['listprincs al', ['alice', 'alice/admin', 'alien@OTHER.TEST']],
    ['nonsense al', []],
    ['getprinc "al', []],
  ])('%s', async (line, candidates) => {
    expect(await complete(line)).toEqual(candidates)
  })

  it('knows every request', async () => {
    expect(await complete('')).toEqual(expect.arrayContaining(['add_principal', 'ktadd', 'quit', 'list_requests']))
  })

  it('asks for no more than it can show, and not without a letter nor with a pattern', async () => {
    asked.length = 0
    for (const line of ['getprinc ', 'getprinc a*', 'getprinc [a', 'getprinc a\\']) expect(await complete(line)).toEqual([])
    expect(asked).toEqual([])
    await complete('getprinc a')
    expect(asked).toEqual([{ pattern: 'a*', atMost: 1000 }])
  })

  it('is silent when there is no answer', async () => {
    const refusing = { ...api, call: () => Promise.reject(new KrbError('KADM5_AUTH_LIST')) } as AdminApi
    expect(await completeLine('getprinc a', refusing)).toEqual({ candidates: [], fragment: 'a' })
  })
})
