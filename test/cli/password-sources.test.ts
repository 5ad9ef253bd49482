import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inSession, keychainTools } from '../helpers/keychain.ts'
import { startMitPasswordRealm } from '../helpers/mit-passwords.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, expectTool, mit } from '../helpers/peers.ts'
import { type RunOptions, run } from '../helpers/process.ts'

/** Passwords from elsewhere than the prompt, against MIT's KDC and kadmind. */
let realm: PeerRealm
const file = (name: string) => join(realm.folder, name)
const tk = (program: string, args: readonly string[], options: RunOptions = {}) =>
  run(ours(program), args, { ...options, env: { ...realm.env, ...options.env }, cwd: realm.folder })

describeWith([mit()], 'passwords from elsewhere', () => {
  beforeAll(async () => {
    const users = ['alice', 'bob', 'carol', 'dora'].map(name => `addprinc -pw ${name}pw +requires_preauth ${name}`)
    realm = await startMitPasswordRealm({ setup: [...users, 'addprinc -pw latepw late', 'modprinc -pwexpire 2020-01-01 late'] })
    writeFileSync(file('alice.pw'), 'alicepw\nmore\n', { mode: 0o600 })
    writeFileSync(file('wrong.pw'), 'n0t.mine', { mode: 0o600 })
    writeFileSync(file('empty.pw'), '', { mode: 0o600 })
  }, 30_000)
  afterAll(() => realm?.stop())

  const shell = (command: string) =>
    run('bash', ['--norc', '-c', command], { env: { ...realm.env, BIN: ours('tkinit').replace('/tkinit', '') }, cwd: realm.folder })

  it('logs in with the first line of a file, silently', () => {
    expect(tk('tkinit', ['--password-file', 'alice.pw', 'alice'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('takes a pipe by name, and lines of a descriptor one by one', () => {
    expect(shell('"$BIN/tkinit" --password-file <(echo alicepw) alice')).toEqual({ code: 0, stdout: '', stderr: '' })
    const two = '{ "$BIN/tkinit" --password-fd 5 alice && "$BIN/tkinit" --password-fd 5 bob; } 5< <(printf "alicepw\\nbobpw\\n")'
    expect(shell(two)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it.each([
    [['--password-file', 'missing.pw'], 'No such file or directory while reading password from missing.pw'],
    [['--password-file', '.'], 'Is a directory while reading password from .'],
    [['--password-file', 'empty.pw'], 'Cannot read password while reading password from empty.pw'],
    [['--password-fd', '77'], 'Bad file descriptor while reading password from descriptor 77'],
    [['--password-file', 'wrong.pw'], 'Password incorrect while getting initial credentials'],
  ])('says what is the matter: %s', (args, message) => {
    expect(tk('tkinit', [...args, 'alice'])).toEqual({ code: 1, stdout: '', stderr: `tkinit: ${message}\n` })
  })

  it.each([
    [['--password-file', 'x', '--password-fd', '3'], 'Only one of --password-file, --password-fd and --keychain allowed'],
    [['--password-fd', 'x'], 'Bad file descriptor x'],
    [['--keychain-forget', '--keychain'], '--keychain-forget goes with no other source of passwords'],
    [['-k', '--keychain'], 'A keytab goes with no source of passwords'],
  ])('refuses %s', (args, complaint) => {
    const done = tk('tkinit', [...args, 'alice'])
    expect(done.code).toBe(2)
    expect(done.stderr).toContain(`${complaint}\nUsage: tkinit `)
  })

  it('changes a password with the old one from a file, and asks for the new one only', () => {
    const done = tk('tkpasswd', ['--password-file', 'alice.pw', 'alice'], { input: 'New.pw1\nNew.pw1\n' })
    expect(done).toEqual({ code: 0, stdout: 'Enter new password: \nEnter it again: \nPassword changed.\n', stderr: '' })
    const back = tk('tkpasswd', ['alice'], { input: 'New.pw1\nalicepw\nalicepw\n' })
    expect(back.code).toBe(0)
  })

  it('asks for a new password when the one from a file has expired', () => {
    writeFileSync(file('late.pw'), 'latepw\n', { mode: 0o600 })
    const done = tk('tkinit', ['--password-file', 'late.pw', 'late'], { input: 'New.pw1\nNew.pw1\n' })
    expect(done).toEqual({
      code: 0,
      stdout: 'Password expired.  You must change it now.\nEnter new password: \nEnter it again: \n',
      stderr: '',
    })
  })

  it('puts no password into JSON, traces or the words about failures', () => {
    const trace = file('trace')
    const all = [
      tk('tkinit', ['--json', '-V', '--password-file', 'alice.pw', 'alice'], { env: { KRB5_TRACE: trace } }),
      tk('tkinit', ['--json', '--password-file', 'wrong.pw', 'alice'], { env: { KRB5_TRACE: trace } }),
      run('cat', [trace]),
    ]
    const shown = all.map(({ stdout, stderr }) => stdout + stderr).join('')
    expect(shown).toContain('Authenticated to Kerberos v5')
    for (const password of ['alicepw', 'n0t.mine']) expect(shown).not.toContain(password)
  })

  describeWith([expectTool()], 'at a terminal', () => {
    it('warns of a file that others can read, and only then', () => {
      const at = (name: string) =>
        run('expect', ['-c', `spawn ${ours('tkinit')} --password-file ${name} alice\nexpect eof`], { env: realm.env, cwd: realm.folder })
          .stdout
      writeFileSync(file('open.pw'), 'alicepw\n')
      chmodSync(file('open.pw'), 0o644)
      expect(at('open.pw')).toContain('Warning: open.pw can be read by others (mode 0644)')
      expect(at('alice.pw')).not.toContain('Warning')
      expect(tk('tkinit', ['--password-file', 'open.pw', 'alice'])).toEqual({ code: 0, stdout: '', stderr: '' })
      const json = JSON.parse(tk('tkinit', ['--json', '--password-file', 'open.pw', 'alice']).stdout)
      expect(json.warnings).toContainEqual({ kind: 'password-file-exposed', path: 'open.pw', mode: '0644' })
    })
  })

  describe('without a keychain', () => {
    const lonely = { HOME: '/nonexistent', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }

    it('says so in one line, and asks', () => {
      const done = tk('tkinit', ['--keychain', 'alice'], { input: 'alicepw\n', env: lonely })
      expect(done.code).toBe(0)
      expect(done.stdout).toBe('Password for alice@MIT.TEST: \n')
      expect(done.stderr).toMatch(/^tkinit: The keychain cannot be used: .*\n$/)
    })

    it('does not begin what it could not end: saving and forgetting', () => {
      rmSync(file('cc'), { force: true })
      for (const option of ['--keychain-save', '--keychain-forget']) {
        const done = tk('tkinit', [option, 'alice'], { env: lonely })
        expect(done).toMatchObject({ code: 1, stdout: '' })
        expect(done.stderr).toMatch(/^tkinit: The keychain cannot be used: .*\n$/)
      }
      expect(run('klist', ['-s'], { env: realm.env }).code).toBe(1)
    })
  })

  describeWith([keychainTools()], 'with a keychain', () => {
    const session = (program: string, args: readonly string[], input = '') =>
      inSession(realm.folder, ours(program), args, { env: realm.env, input })

    it('saves after success only, takes from there, and forgets', () => {
      expect(session('tkinit', ['--keychain-save', 'bob'], 'wrong\n').code).toBe(1)
      const none = session('tkinit', ['--keychain', 'bob'], 'bobpw\n')
      expect(none).toMatchObject({ code: 0, stdout: 'Password for bob@MIT.TEST: \n' })
      expect(none.stderr).toBe('tkinit: The keychain has no password for bob@MIT.TEST\n')
      expect(session('tkinit', ['--keychain-save', 'bob'], 'bobpw\n').code).toBe(0)
      rmSync(file('cc'), { force: true })
      expect(session('tkinit', ['--keychain', 'bob'])).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(run('klist', ['-s'], { env: realm.env }).code).toBe(0)
      expect(session('tkinit', ['--keychain-forget', 'bob'])).toEqual({ code: 0, stdout: '', stderr: '' })
      const again = session('tkinit', ['--keychain-forget', 'bob'])
      expect(again).toEqual({ code: 1, stdout: '', stderr: 'tkinit: The keychain has no password for bob@MIT.TEST\n' })
    })

    it('keeps the new password of tkpasswd, and of an expired one', () => {
      expect(session('tkinit', ['--keychain-save', 'carol'], 'carolpw\n').code).toBe(0)
      const refused = session('tkpasswd', ['--keychain', '--keychain-save', 'carol'], 'a\nb\n')
      expect(refused.code).toBe(1)
      expect(session('tkpasswd', ['--keychain', '--keychain-save', 'carol'], 'New.pw1\nNew.pw1\n')).toEqual({
        code: 0,
        stdout: 'Enter new password: \nEnter it again: \nPassword changed.\n',
        stderr: '',
      })
      expect(session('tkinit', ['--keychain', 'carol'])).toEqual({ code: 0, stdout: '', stderr: '' })
      realm.admin(['modprinc -pwexpire 2020-01-01 carol'])
      expect(session('tkinit', ['--keychain', '--keychain-save', 'carol'], 'Newer.pw1\nNewer.pw1\n').code).toBe(0)
      expect(session('tkinit', ['--keychain', 'carol'])).toEqual({ code: 0, stdout: '', stderr: '' })
    })

    it('has entries that other programs can read', () => {
      expect(session('tkinit', ['--keychain-save', 'dora'], 'dorapw\n').code).toBe(0)
      const script = `require('keytar').findCredentials('tkrb5').then(all => console.log(JSON.stringify(all.filter(e => e.account.startsWith('dora')))))`
      const seen = inSession(realm.folder, process.execPath, ['-e', script], { env: realm.env, cwd: process.cwd() })
      expect(JSON.parse(seen.stdout)).toEqual([{ account: 'dora@MIT.TEST', password: 'dorapw' }])
    })
  })
})
