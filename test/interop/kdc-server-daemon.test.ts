import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { accepts, freePort, run, startDaemon, until } from '../helpers/process.ts'

/** tkrb5kdc as a process: daemon, workers, signals, pid file. Its client is our own tkinit. */
describe('tkrb5kdc as a process', () => {
  let realm: PeerRealm
  let port: number
  let env: Record<string, string>
  const path = (name: string) => join(realm.folder, name)

  beforeAll(async () => {
    realm = await startOwnRealm({ setup: ['addprinc -pw alicepw alice'] })
    port = await freePort()
    // The same database on a port of its own, so that the realm's daemon stays out of the way.
    for (const name of ['krb5.conf', 'kdc.conf'])
      writeFileSync(
        path(`own-${name}`),
        readFileSync(path(name), 'utf8').replaceAll(String(realm.port), String(port)).replaceAll('kdc.log', 'own.log'),
      )
    env = { ...realm.env, KRB5_CONFIG: path('own-krb5.conf'), KRB5_KDC_PROFILE: path('own-kdc.conf') }
  })
  afterAll(() => realm?.stop())

  it('without -n returns when it listens, writes its pid, and a signal ends it', async () => {
    expect(run(ours('tkrb5kdc'), ['-r', 'OWN.TEST', '-P', path('pid')], { env })).toEqual({ code: 0, stdout: '', stderr: '' })
    const pid = Number(readFileSync(path('pid'), 'utf8'))
    try {
      expect(login()).toBe(0)
      const second = run(ours('tkrb5kdc'), ['-r', 'OWN.TEST'], { env })
      expect(second).toMatchObject({ code: 1, stderr: 'tkrb5kdc: Address already in use while initializing network\n' })
    } finally {
      process.kill(pid, 'SIGTERM')
    }
    await until(async () => !(await accepts(port)))
    await until(() => log().trimEnd().endsWith(`tkrb5kdc[${pid}](info): shutting down`))
  })

  it('with -w shares its ports among workers, replaces one that dies, and reopens logs', async () => {
    const kdc = await startDaemon(ours('tkrb5kdc'), ['-n', '-w', '2', '-r', 'OWN.TEST'], {
      env,
      ready: output => output === 'tkrb5kdc: starting...\n',
    })
    const workers = () => [...log().matchAll(/tkrb5kdc\[(\d+)\]\(info\): commencing operation/g)].map(([, pid]) => Number(pid))
    const first = workers().at(-1)!
    expect(login()).toBe(0)
    process.kill(first, 'SIGKILL')
    await until(() => log().includes(`worker ${first} exited with status SIGKILL`) && workers().at(-1) !== first)
    expect(login()).toBe(0)
    renameSync(path('own.log'), path('own.log.1'))
    process.kill(kdc.pid, 'SIGHUP')
    await until(() => {
      login()
      return log().includes('ISSUE')
    })
    expect(await kdc.stop()).toBe(0)
  })

  it('says why it cannot start, in the log, and where to look', () => {
    const broken = { ...env, KRB5_KDC_PROFILE: path('broken.conf') }
    writeFileSync(
      path('broken.conf'),
      readFileSync(path('own-kdc.conf'), 'utf8').replace(/key_stash_file = .*/, `key_stash_file = ${path('none')}`),
    )
    for (const foreground of [['-n'], []]) {
      const done = run(ours('tkrb5kdc'), [...foreground, '-r', 'OWN.TEST'], { env: broken })
      expect(done).toMatchObject({ code: 1, stderr: 'tkrb5kdc: cannot initialize realm OWN.TEST - see log file for details\n' })
    }
    expect(log()).toContain(
      '(Error): Can not fetch master key (error: No such file or directory). - while fetching master key K/M for realm OWN.TEST\n',
    )
  })

  function login(): number | null {
    return run(ours('tkinit'), ['alice'], { env, input: 'alicepw\n' }).code
  }

  function log(): string {
    try {
      return readFileSync(path('own.log'), 'utf8')
    } catch {
      return ''
    }
  }
})
