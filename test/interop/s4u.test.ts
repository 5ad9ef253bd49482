import { copyFileSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit, PYTHON, pythonGssapi } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** S4U2Self and S4U2Proxy: MIT's kvno and ours side by side on our KDC and on MIT's, and services that use them by MIT's GSS library. */
const REALM = 'S4U.TEST'
const BACK = `ldap/back@${REALM}`
const SETUP = [
  'addprinc -pw alicepw alice',
  'addprinc -pw bobpw -allow_forwardable bob',
  'addprinc -randkey http/front',
  'addprinc -randkey ldap/back',
  'addprinc -randkey ldap/other',
]

/** The same requests by one program, each with what it said. */
const REQUESTS: readonly (readonly string[])[] = [
  ['-I', 'alice', 'http/front'],
  ['-U', 'alice', 'http/front'],
  ['-I', 'nobody', 'http/front'],
  ['-U', 'nobody', 'http/front'],
  ['-I', 'alice', 'ldap/back'],
  ['-I', 'alice@@', 'http/front'],
  ['-I', 'alice', '-P', 'ldap/back', 'ldap/other'],
  ['-I', 'bob', '-P', 'ldap/back'],
  ['-I', 'alice', '-P', 'http/nowhere'],
  ['-I', 'alice', '--cached-only', 'http/front'],
  ['-I', 'bob', '--cached-only', '--no-store', 'http/front'],
  ['-F', '/nonexistent', 'http/front'],
  ['-P', 'ldap/back'],
  ['--u2u', 'FILE:x', '-I', 'alice', 'http/front'],
]

describeWith([mit()], 'tkvno -I, -U and -P say and do what kvno does', () => {
  it.each([
    ['our KDC', startOwnRealm],
    ["MIT's KDC", startMitRealm],
  ] as const)(
    'with %s',
    async (name, start) => {
      const realm = await start({ realm: REALM, setup: SETUP })
      try {
        if (name === 'our KDC') realm.admin(['setstr http/front delegate_to ldap/back', 'modprinc +ok_to_auth_as_delegate http/front'])
        const keytab = join(realm.folder, 'services.kt')
        realm.admin([`ktadd -norandkey -k ${keytab} http/front ldap/back ldap/other`])
        const said = (program: string) => {
          const { env } = cacheOf(realm, program)
          expect(run('kinit', ['-f', '-k', '-t', keytab, 'http/front'], { env }).code).toBe(0)
          const answers = REQUESTS.map(args => {
            const { code, stdout, stderr } = run(program, [...args], { env })
            return [args.join(' '), code, stdout, stderr.replaceAll('tkvno', 'kvno')]
          })
          return { answers, klist: run('klist', ['-f'], { env }).stdout.replaceAll(/^.*Ticket cache.*$|\d\d:\d\d:\d\d/gm, '') }
        }
        const theirs = said('kvno')
        const mine = said(ours('tkvno'))
        expect(mine.answers).toEqual(theirs.answers)
        expect(mine.klist).toBe(theirs.klist)
        const [, code, stdout] = mine.answers.find(([line]) => line === '-I alice -P ldap/back ldap/other')!
        expect(stdout).toBe(`${BACK}: kvno = 1\nldap/other@${REALM}: kvno = 1\n`)
        expect(code).toBe(1)
        if (name === 'our KDC') expect(mine.klist).toContain(`${BACK}\n\tfor client alice@${REALM}, Flags: FT`)
        const log = readFileSync(realm.log, 'utf8')
        expect(log).toContain(`... PROTOCOL-TRANSITION s4u-client=alice@${REALM}`)
        expect(log.includes(`... CONSTRAINED-DELEGATION s4u-client=alice@${REALM}`)).toBe(name === 'our KDC')
      } finally {
        await realm.stop()
      }
    },
    60_000,
  )
})

describeWith([mit(), pythonGssapi()], "services that act by MIT's GSS library on our KDC", () => {
  let realm: PeerRealm
  let keytab: string
  const service = (...more: readonly string[]) => {
    const { env, path } = cacheOf(realm, `python${more.length}`)
    copyFileSync(realm.env.KRB5CCNAME!.replace('FILE:', ''), path)
    return run(PYTHON, [resolve(import.meta.dirname, 'python/s4u.py'), keytab, `alice@${REALM}`, BACK, ...more], { env })
  }

  beforeAll(async () => {
    realm = await startOwnRealm({ realm: REALM, setup: [...SETUP, 'modprinc +ok_to_auth_as_delegate http/front'] })
    keytab = join(realm.folder, 'services.kt')
    realm.admin([`ktadd -norandkey -k ${keytab} http/front ldap/back`])
    expect(run('kinit', ['-f', '-k', '-t', keytab, 'http/front'], { env: realm.env }).code).toBe(0)
  })
  afterAll(() => realm?.stop())

  describe.each([
    ['delegate_to', 'http/front', 'ldap/back'],
    ['delegate_from', 'ldap/back', 'http/front'],
  ])('by %s', (attribute, holder, listed) => {
    it('vouching for a user, and with the ticket that a user showed', () => {
      const { env, path } = cacheOf(realm, 'alice')
      expect(run(ours('tkinit'), ['-f', 'alice'], { env, input: 'alicepw\n' }).code).toBe(0)
      realm.admin([`setstr ${holder} ${attribute} ${listed}`])
      expect(service()).toMatchObject({ stdout: `alice@${REALM} pac\n`, code: 0 })
      expect(service(path)).toMatchObject({ stdout: `alice@${REALM} pac\n`, code: 0 })
      realm.admin([`delstr ${holder} ${attribute}`])
      expect(service().code).not.toBe(0)
    })
  })
})

function cacheOf(realm: PeerRealm, program: string): { readonly path: string; readonly env: Readonly<Record<string, string>> } {
  const path = join(realm.folder, `cc-${program.replace(/.*\//, '')}`)
  return { path, env: { ...realm.env, KRB5CCNAME: `FILE:${path}` } }
}
