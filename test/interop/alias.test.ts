import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'

/** Aliases as of MIT 1.22, asked for by MIT's clients, which know nothing of them. */
describeWith([mit()], 'aliases', () => {
  let realm: PeerRealm
  beforeAll(async () => {
    realm = await startOwnRealm({ setup: ['addprinc -pw pw user', 'addprinc -randkey canon', 'alias other canon@OWN.TEST'] })
  })
  afterAll(() => realm?.stop())

  const admin = (...words: string[]): Finished =>
    run(ours('tkadmin.local'), words, { env: { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') } })
  const client = (program: string, words: readonly string[], input = '') => run(program, words, { env: realm.env, input })
  const listed = () => client('klist', []).stdout

  it('have the texts of MIT', () => {
    expect(admin('-q', 'alias third canon').stdout).toContain('Principal "third@OWN.TEST" aliased to "canon@OWN.TEST".\n')
    expect(admin('alias', 'third', 'canon')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'add_alias: Principal or policy already exists while aliasing principal "third@OWN.TEST" to "canon@OWN.TEST"\n',
    })
    expect(admin('add_alias', 'x', 'y@OTHER.REALM').stderr).toBe(
      'add_alias: Alias target must be within the same realm while aliasing principal "x@OWN.TEST" to "y@OTHER.REALM"\n',
    )
    expect(admin('alias', 'x')).toMatchObject({ code: 1, stderr: 'usage: add_alias alias_principal target_principal\n' })
    expect(admin('alias', 'a@b@c', 'x').stderr).toBe(
      'add_alias: Malformed representation of principal while parsing alias principal name\n',
    )
    expect(admin('alias', 'x', 'a@b@c').stderr).toBe(
      'add_alias: Malformed representation of principal while parsing target principal name\n',
    )
    expect(admin('getprinc', 'third').stdout).toContain('Principal: canon@OWN.TEST\n')
    expect(admin('renprinc', 'third', 'fourth').stderr).toContain('Operation unsupported on alias principal name')
    expect(admin('delprinc', 'third').code).toBe(0)
    expect(admin('getprinc', 'third').code).toBe(1)
    expect(admin('getprinc', 'canon').code).toBe(0)
  })

  it('are services', () => {
    expect(admin('ktadd', '-k', realm.keytab, 'other').code).toBe(0)
    expect(client('kinit', ['user'], 'pw\n').code).toBe(0)
    expect(client('kvno', ['-k', realm.keytab, 'other'])).toMatchObject({ code: 0 })
    expect(listed()).toContain(' other@OWN.TEST\n')
  })

  it('are clients, under the name that was asked for or with -C under their own', () => {
    expect(client('kinit', ['-k', 'other']).code).toBe(0)
    expect(listed()).toContain('Default principal: other@OWN.TEST\n')
    expect(client('kvno', ['canon']).code).toBe(0)
    expect(client('kinit', ['-k', '-C', 'other']).code).toBe(0)
    expect(listed()).toContain('Default principal: canon@OWN.TEST\n')
  })

  it('lead to aliases, ten in a row', () => {
    const names = Array.from({ length: 11 }, (_, i) => `a${i + 1}`)
    for (const [i, name] of names.entries()) expect(admin('alias', name, i === 0 ? 'canon' : names[i - 1]!).code).toBe(0)
    expect(admin('alias', 'self', 'self').code).toBe(0)
    expect(client('kinit', ['user'], 'pw\n').code).toBe(0)
    expect(client('kvno', names.slice(0, 10)).code).toBe(0)
    expect(client('kvno', ['a11']).stderr).toContain('Server a11@OWN.TEST not found in Kerberos database')
    expect(client('kvno', ['self']).stderr).toContain('Server self@OWN.TEST not found in Kerberos database')
  })
})
