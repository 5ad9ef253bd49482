import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run, runAsync } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

const scratch = scratchFolder('tkrealm')
const env = { XDG_STATE_HOME: scratch.path, TMPDIR: scratch.file('tmp'), KRB5_CONFIG: '/dev/null', TZ: 'UTC' }
const realms = scratch.file('tkrb5')
mkdirSync(env.TMPDIR)
afterEach(() => {
  for (const realm of existsSync(realms) ? readdirSync(realms) : []) {
    expect(run(ours('tkrealm'), ['down', '--realm', realm, '--destroy'], { env })).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(join(realms, realm))).toBe(false)
  }
})
afterAll(() => scratch.remove())

const tkrealm = (...args: string[]) => run(ours('tkrealm'), args, { env })
const status = (realm = 'TKREALM.TEST') => JSON.parse(tkrealm('status', '--realm', realm, '--json').stdout).realms[0]

describe('tkrealm up and down', () => {
  it('makes a realm, keeps its port, database and log between starts, and removes it when told to', async () => {
    expect(tkrealm('up')).toMatchObject({ code: 0, stderr: '' })
    const { port, kadmin, kpasswd, pid, folder } = status()
    expect(new Set([port, kadmin, kpasswd]).size).toBe(3)
    expect(tkrealm('up').stdout).toContain('is up already')
    const inside = { ...env, ...environment() }
    expect(run(ours('tkadmin'), ['addprinc', 'alice'], { env: inside, input: 'pw\npw\n' }).code).toBe(0)
    expect(tkrealm('down')).toMatchObject({ code: 0, stdout: 'Realm TKREALM.TEST is down\n' })
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 })
    expect(tkrealm('status').code).toBe(1)
    expect(tkrealm('up').code).toBe(0)
    expect(status()).toMatchObject({ port, kadmin, kpasswd })
    expect(run(ours('tkadmin'), ['listprincs', 'alice'], { env: inside })).toEqual({ code: 0, stdout: 'alice@TKREALM.TEST\n', stderr: '' })
    expect(run(ours('tkinit'), ['alice'], { env: inside, input: 'pw\n' }).code).toBe(0)
    expect(readFileSync(join(folder, 'kdc.log'), 'utf8')).toContain('NEEDED_PREAUTH: alice@TKREALM.TEST')
    expect(tkrealm('down', '--destroy').stdout).toContain('its folder is removed')
    expect(existsSync(folder)).toBe(false)
  })

  it('is private: a folder 0700 with files 0600, whatever the umask', () => {
    const done = run('sh', ['-c', `umask 000; ${ours('tkrealm')} up`], { env })
    expect(done.code, done.stderr).toBe(0)
    const { folder } = status()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) expect(`${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`)
  })

  it('runs several realms side by side', () => {
    expect(tkrealm('up', '--realm', 'ONE.TEST').code).toBe(0)
    expect(tkrealm('up', '--realm', 'TWO.TEST').code).toBe(0)
    expect(status('ONE.TEST').port).not.toBe(status('TWO.TEST').port)
    expect(tkrealm('status').stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(tkrealm('down', '--realm', 'ONE.TEST').code).toBe(0)
    expect(status('TWO.TEST').state).toBe('up')
  })

  it('comes up again after kill -9', async () => {
    tkrealm('up')
    process.kill(status().pid, 'SIGKILL')
    await pause(50)
    expect(status().state).toBe('down')
    expect(tkrealm('up').code).toBe(0)
    expect(status().state).toBe('up')
  })

  it('says so when its port is taken, and moves when told to', async () => {
    tkrealm('up')
    const { port } = status()
    tkrealm('down')
    const squatter = createServer().listen(port, '127.0.0.1')
    const refused = await runAsync(ours('tkrealm'), ['up'], { env })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toBe('tkrealm: Realm TKREALM.TEST did not start: Address already in use while initializing network\n')
    squatter.close()
    expect(tkrealm('up', '--port', String(port + 1)).code).toBe(0)
    expect(status().port).toBe(port + 1)
  })

  it('names the configuration that comes before its own', () => {
    const other = scratch.file('other.conf')
    writeFileSync(other, '[libdefaults]\n')
    const done = run(ours('tkrealm'), ['up'], { env: { ...env, KRB5_CONFIG: other } })
    expect(done.stdout).toContain(`Programs here read ${other} first.`)
    expect(done.stdout).toContain('eval "$(tkrealm env)"')
  })

  it.each([
    ['../evil', 'naming realm ../evil'],
    ['', 'naming realm '],
  ])('refuses the name %j', (name, doing) => {
    const done = tkrealm('up', '--realm', name)
    expect(done.code).toBe(1)
    expect(done.stderr).toContain(doing)
  })

  it('needs to be told what to do', () => {
    expect(tkrealm().code).toBe(2)
    expect(tkrealm('dance').stderr).toContain('unknown command "dance"')
  })
})

describe('tkrealm clock', () => {
  const time = (...words: string[]) => {
    const done = tkrealm('clock', ...words)
    expect(done.stderr).toBe('')
    return Date.parse(done.stdout.trim()) / 1000
  }
  it('moves the time of a realm and of its log', () => {
    tkrealm('up', '--clock')
    const start = time()
    expect(time('+1d') - start - 86_400).toBeLessThan(60)
    expect(time('20300102030405')).toBe(Date.parse('2030-01-02T03:04:05Z') / 1000)
    expect(run(ours('tkinit'), ['nobody'], { env: { ...env, ...environment() }, input: 'x\n' }).code).toBe(1)
    expect(readFileSync(join(status().folder, 'kdc.log'), 'utf8')).toContain('Jan 02 03:04:')
    expect(time('now') - start).toBeLessThan(60)
  })
  it('stands still where nobody asked for it', () => {
    tkrealm('up')
    expect(tkrealm('clock', '+1d')).toMatchObject({ code: 1, stdout: '', stderr: 'tkrealm: this realm was started without --clock\n' })
    tkrealm('down')
    expect(tkrealm('clock').stderr).toBe('tkrealm: No realm with a clock is up\n')
  })
  it('is found by a command inside tkrealm run', () => {
    const done = tkrealm('run', '--clock', '--', 'sh', '-c', `${ours('tkrealm')} clock 20300102030405`)
    expect(done.stdout).toMatch(/^2030-01-02T03:04:0\dZ\n$/)
  })
})

describe('tkrealm run', () => {
  it('runs a command inside a realm that is gone afterwards, and passes its status on', () => {
    const done = tkrealm(
      'run',
      '--user',
      'alice',
      '--service',
      'host/h',
      '--',
      'sh',
      '-c',
      `echo alice | ${ours('tkinit')} alice && ${ours('tkvno')} -k $KRB5_KTNAME host/h && exit 7`,
    )
    expect(done.code, done.stderr).toBe(7)
    expect(done.stdout).toContain('keytab entry valid')
    expect(readdirSync(env.TMPDIR)).toEqual([])
  })
  it('removes the realm when it is interrupted', async () => {
    const started = ['run', '--', 'sh', '-c', 'echo inside; exec sleep 20']
    const child = spawn(ours('tkrealm'), started, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    expect(readdirSync(env.TMPDIR)).toHaveLength(1)
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(143)
    expect(readdirSync(env.TMPDIR)).toEqual([])
  })
  it('says when the command is not there', () => {
    expect(tkrealm('run', '--', 'no-such-program')).toMatchObject({
      code: 1,
      stderr: 'tkrealm: No such file or directory while running no-such-program\n',
    })
  })
})

describeWith([mit()], "MIT's programs in a tkrealm realm", () => {
  it('join by the variables of tkrealm env', () => {
    tkrealm('up')
    run(ours('tkadmin'), ['addprinc', 'alice'], { env: { ...env, ...environment() }, input: 'pw\npw\n' })
    const script = `eval "$(${ours('tkrealm')} env)" && kinit alice && klist && kvno krbtgt/TKREALM.TEST`
    const done = run('sh', ['-c', script], { env, input: 'pw\n' })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toContain('Default principal: alice@TKREALM.TEST')
  })

  it('administer it and change passwords, as ours do', () => {
    const script = `
keytab=\${KRB5_CONFIG%/*}/admin.keytab
kadmin -k -t "$keytab" -p "$(id -un)/admin" addprinc -pw bobpw bob &&
${ours('tkadmin')} getprinc bob | grep '^Attributes' &&
printf 'bobpw\\nbobpw2\\nbobpw2\\n' | kpasswd bob &&
printf 'bobpw2\\nbobpw3\\nbobpw3\\n' | ${ours('tkpasswd')} bob &&
echo bobpw3 | kinit bob && klist`
    const done = tkrealm('run', '--', 'sh', '-c', script)
    expect(done.stdout).toContain('Attributes: REQUIRES_PRE_AUTH\n')
    expect(done.stdout).toContain('Default principal: bob@TKREALM.TEST\n')
    expect(done.stdout.match(/^Password changed\.$/gm)).toHaveLength(2)
  })
})

function environment(): Record<string, string> {
  return JSON.parse(tkrealm('env', '--json').stdout).env
}

/** A process that init has not collected yet is gone all the same. */
function isRunning(pid: number): boolean {
  const path = `/proc/${pid}/stat`
  return existsSync(path) && !/\) Z /.test(readFileSync(path, 'utf8'))
}
