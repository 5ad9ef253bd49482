import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startMitPasswordRealm } from '../helpers/mit-passwords.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, expectTool, mit } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'

/** MIT's kpasswd and kinit and ours, called by the same names, each on a fresh principal of MIT's: same words, same statuses. */
let realm: PeerRealm

/** The same second in all runs, in words of kadmin. */
const IN_A_WEEK = `${new Date(Date.now() + 167 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const PRINCIPALS: Readonly<Record<string, readonly string[]>> = {
  alice: ['-pw alicepw +requires_preauth'],
  bob: ['-pw bobpw'],
  strict: ['-pw strictPw1 -policy strict'],
  slow: ['-pw slowpw -policy slow'],
  need: ['-pw needpw +needchange +requires_preauth'],
  needslow: ['-pw needpw +needchange -policy slow'],
  old: ['-pw oldpw', '-pwexpire 2020-01-01'],
  oldstrict: ['-pw oldPw.1 -policy strict +requires_preauth', '-pwexpire 2020-01-01'],
  locked: ['-pw locked -allow_tix'],
  gone: ['-pw gonepw -expire 2020-01-01'],
  soon: ['-pw soonpw', `-pwexpire "${IN_A_WEEK}"`],
  later: ['-pw laterpw', '-pwexpire "now + 8 days"'],
}

describeWith([mit()], 'the life of a password, as MIT’s clients tell it', () => {
  beforeAll(async () => {
    realm = await startMitPasswordRealm({ setup: ['addpol -minlength 6 -minclasses 2 -history 3 strict', 'addpol -minlife 1h slow'] })
    for (const [name, program] of Object.entries({ kinit: 'tkinit', kpasswd: 'tkpasswd' })) {
      symlinkSync(ours(program), join(realm.folder, name))
    }
  }, 30_000)
  afterAll(() => realm?.stop())

  /** By one run of kadmin.local, since there are many. */
  function fresh(name: string): void {
    rmSync(join(realm.folder, 'cc'), { force: true })
    const [first, ...rest] = PRINCIPALS[name] ?? []
    if (first === undefined) return
    const lines = [`delprinc -force ${name}`, `addprinc ${first} ${name}`, ...rest.map(words => `modprinc ${words} ${name}`)]
    const env = { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') }
    const done = run('kadmin.local', ['-r', realm.realm], { env, input: lines.map(line => `${line}\n`).join('') })
    expect(done.stdout).toContain(`Principal "${name}@MIT.TEST" created.`)
  }

  function both(program: string, name: string, args: readonly string[], input: string): { theirs: Finished; own: Finished } {
    const start = (path: string) => {
      fresh(name)
      return run(path, args, { env: realm.env, input, cwd: realm.folder })
    }
    return { theirs: start(program), own: start(join(realm.folder, program)) }
  }

  /** A server's word on when the next change is allowed differs by the seconds between two runs. */
  const leveled = (done: Finished): Finished => ({ ...done, stdout: done.stdout.replace(/(?<= )\d\d:\d\d:\d\d(?= )/, 'TIME') })

  it.each([
    ['a change', 'alice', 'alicepw\nNew.pw1\nNew.pw1\n'],
    ['a change without pre-authentication', 'bob', 'bobpw\nNew.pw1\nNew.pw1\n'],
    ['UTF-8', 'alice', 'alicepw\nпароль\nпароль\n'],
    ['the same password', 'alice', 'alicepw\nalicepw\nalicepw\n'],
    ['an empty one', 'alice', 'alicepw\n\n\n'],
    ['wrong old password', 'alice', 'wrong\n'],
    ['wrong old password without pre-authentication', 'bob', 'wrong\n'],
    ['no old password', 'alice', ''],
    ['no old password without pre-authentication', 'bob', ''],
    ['no new password', 'alice', 'alicepw\n'],
    ['one new password', 'alice', 'alicepw\nx\n'],
    ['two new passwords', 'alice', 'alicepw\nx\ny\n'],
    ['too short', 'strict', 'strictPw1\nabc\nabc\n'],
    ['too few classes', 'strict', 'strictPw1\nabcdefghijk\nabcdefghijk\n'],
    ['used before', 'strict', 'strictPw1\nstrictPw1\nstrictPw1\n'],
    ['too soon', 'slow', 'slowpw\nNew.pw1\nNew.pw1\n'],
    ['needchange', 'need', 'needpw\nNew.pw1\nNew.pw1\n'],
    ['needchange, though too soon', 'needslow', 'needpw\nNew.pw1\nNew.pw1\n'],
    ['expired', 'old', 'oldpw\nNew.pw1\nNew.pw1\n'],
    ['locked', 'locked', ''],
    ['expired entry', 'gone', ''],
    ['unknown', 'nobody', ''],
    ['malformed', 'a@b@c', ''],
    ['unknown realm', 'alice@NOWHERE.TEST', ''],
  ] as const)('kpasswd: %s', (_, name, input) => {
    const { theirs, own } = both('kpasswd', name, [name], input)
    expect(leveled(own)).toEqual(leveled(theirs))
  })

  it('kpasswd: wrong usage', () => {
    const { theirs, own } = both('kpasswd', 'alice', ['alice', 'bob'], '')
    expect(own).toEqual(theirs)
    expect(own.code).toBe(1)
  })

  it('kpasswd without a name takes the cache’s principal', () => {
    const asked = (kpasswd: string) => {
      fresh('bob')
      expect(run('kinit', ['bob'], { env: realm.env, input: 'bobpw\n' }).code).toBe(0)
      return run(kpasswd, [], { env: realm.env, input: 'bobpw\nNew.pw1\nNew.pw1\n' })
    }
    const own = asked(join(realm.folder, 'kpasswd'))
    expect(own).toEqual(asked('kpasswd'))
    expect(own.stdout).toContain('Password for bob@MIT.TEST: ')
  })

  it('kpasswd: a cache that cannot be read', () => {
    const broken = (kpasswd: string) => {
      fresh('bob')
      writeFileSync(join(realm.folder, 'cc'), 'nonsense')
      return run(kpasswd, ['bob'], { env: realm.env })
    }
    expect(broken(join(realm.folder, 'kpasswd'))).toEqual(broken('kpasswd'))
  })

  it.each([
    ['an unknown cache type', { KRB5CCNAME: 'NOSUCH:x' }, ''],
    ['a missing password server', { KRB5_CONFIG: 'no-server.conf' }, 'bobpw\nNew.pw1\nNew.pw1\n'],
    ['a silent password server', { KRB5_CONFIG: 'silent.conf' }, 'bobpw\nNew.pw1\nNew.pw1\n'],
    ['a broken configuration', { KRB5_CONFIG: 'broken.conf' }, ''],
  ])('kpasswd: %s', (_, more, input) => {
    const conf = (lines: string) =>
      `[libdefaults]\n default_realm = MIT.TEST\n dns_lookup_kdc = false\n[realms]\n MIT.TEST = {\n  kdc = 127.0.0.1:${realm.port}\n${lines} }\n`
    writeFileSync(join(realm.folder, 'no-server.conf'), conf(''))
    writeFileSync(join(realm.folder, 'silent.conf'), conf('  kpasswd_server = 127.0.0.1:1\n'))
    writeFileSync(join(realm.folder, 'broken.conf'), '[libdefaults\n')
    const asked = (kpasswd: string) => {
      fresh('bob')
      return run(kpasswd, ['bob'], { env: { ...realm.env, ...more }, input, cwd: realm.folder })
    }
    const own = asked(join(realm.folder, 'kpasswd'))
    expect(own).toEqual(asked('kpasswd'))
    expect(own.code).toBe(1)
  })

  it.each([
    ['expired, changed', 'old', 'oldpw\nNew.pw1\nNew.pw1\n'],
    ['expired, changed at the third try', 'oldstrict', 'oldPw.1\nx\ny\nabc\nabc\nNew.pw1\nNew.pw1\n'],
    ['expired, refused three times', 'oldstrict', 'oldPw.1\nabc\nabc\nabcdefghijkl\nabcdefghijkl\noldPw.1\noldPw.1\n'],
    ['expired, mismatch at last', 'old', 'oldpw\n\n\na\nb\nc\nd\n'],
    ['expired, empty at last', 'old', 'oldpw\na\nb\nc\nd\n\n\n'],
    ['expired, wrong old password', 'old', 'wrong\n'],
    ['expired, wrong old password with pre-authentication', 'oldstrict', 'wrong\n'],
    ['expired, nothing said', 'old', 'oldpw\n'],
    ['expired, one answer', 'old', 'oldpw\nx\n'],
    ['needchange, changed', 'need', 'needpw\nNew.pw1\nNew.pw1\n'],
    ['needchange, no old password', 'need', ''],
    ['needchange, though too soon', 'needslow', 'needpw\nNew.pw1\nNew.pw1\n'],
    ['locked', 'locked', ''],
    ['expired entry', 'gone', ''],
    ['a warning within a week', 'soon', 'soonpw\n'],
    ['no warning before', 'later', 'laterpw\n'],
  ] as const)('kinit: %s', (_, name, input) => {
    const { theirs, own } = both('kinit', name, [name], input)
    expect(own).toEqual(theirs)
  })

  it('kinit: the password that was changed to is the one that serves, with the flags asked for', () => {
    fresh('old')
    expect(run(ours('tkinit'), ['-f', '-l', '1h', 'old'], { env: realm.env, input: 'oldpw\nNew.pw1\nNew.pw1\n' }).code).toBe(0)
    expect(run('klist', ['-f'], { env: realm.env }).stdout).toMatch(/krbtgt\/MIT\.TEST@MIT\.TEST\n\tFlags: FI/)
    expect(run('kinit', ['old'], { env: realm.env, input: 'New.pw1\n' }).code).toBe(0)
  })

  it('tkpasswd --json prints one document, prompts aside', () => {
    fresh('strict')
    const refused = run(ours('tkpasswd'), ['--json', 'strict'], { env: realm.env, input: 'strictPw1\nabc\nabc\n' })
    expect(refused.code).toBe(2)
    expect(JSON.parse(refused.stdout)).toMatchObject({ client: 'strict@MIT.TEST', changed: false, code: 4 })
    const done = run(ours('tkpasswd'), ['--json', 'strict'], { env: realm.env, input: 'strictPw1\nNew.pw1\nNew.pw1\n' })
    expect(done.code).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ client: 'strict@MIT.TEST', changed: true, warnings: [] })
    expect(`${done.stdout}${done.stderr}${refused.stdout}${refused.stderr}`).not.toMatch(/strictPw1|New\.pw1/)
  })

  describeWith([expectTool()], 'at a terminal', () => {
    const talk = (program: string, dialogue: readonly (readonly [string, string])[]) => {
      const lines = dialogue.map(([wait, say]) => `expect -exact "${wait}"\nsend -- "${say}\\r"\n`).join('')
      return run('expect', ['-c', `set timeout 20\nspawn ${program}\n${lines}expect eof\ncatch wait result\nexit [lindex $result 3]\n`], {
        env: realm.env,
        cwd: realm.folder,
      })
    }
    const shown = (done: Finished, spawned: string) => done.stdout.replace(`spawn ${spawned}`, 'spawn')

    it.each([
      [
        'kpasswd',
        'strict',
        ['Password for strict@MIT.TEST: ', 'Enter new password: ', 'Enter it again: '],
        ['strictPw1', 'New.pw1', 'New.pw1'],
      ],
      [
        'kinit',
        'oldstrict',
        ['Password for oldstrict@MIT.TEST: ', 'Enter new password: ', 'Enter it again: ', 'Enter new password: ', 'Enter it again: '],
        ['oldPw.1', 'abc', 'abc', 'New.pw1', 'New.pw1'],
      ],
    ])('%s shows what MIT’s shows, and no password', (program, name, waits, says) => {
      const dialogue = waits.map((wait, i) => [wait, says[i]!] as const)
      const at = (path: string) => {
        fresh(name)
        const done = talk(`${path} ${name}`, dialogue)
        return { code: done.code, stdout: shown(done, `${path} ${name}`) }
      }
      const own = at(join(realm.folder, program))
      expect(own).toEqual(at(program))
      expect(own.code).toBe(0)
      for (const secret of says) expect(own.stdout).not.toContain(secret)
    })
  })
})
