import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { twoSides } from '../helpers/mit-and-ours.ts'
import { clientEnv, type PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

const scratch = scratchFolder('rollover')
afterAll(() => scratch.remove())

describeWith([mit()], 'a realm that moves in from MIT, and a new master key while it is served', () => {
  let realm: PeerRealm
  let env: Record<string, string>
  beforeAll(async () => {
    const sides = twoSides(scratch.path, 'OWN.TEST')
    sides.mit.run('kdb5_util', ['create', '-s', '-P', 'other'])
    const users = ['alice', 'bob', 'carol', 'dave', 'erin'].map(name => `addprinc -pw pw-${name} ${SALTS[name] ?? ''} ${name}`)
    sides.mit.run('kadmin.local', [], [...users, 'addprinc -randkey host/a.test'].join('\n'))
    const dump = scratch.file('dump')
    expect(sides.mit.run('kdb5_util', ['dump', dump]).code).toBe(0)
    realm = await startOwnRealm()
    env = { ...realm.env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') }
    // The running KDC still has the key of the database that it was started with.
    copyFileSync(join(sides.mit.folder, 'stash'), join(realm.folder, 'stash'))
    util('load', dump)
    await passed(150)
  }, 60_000)
  afterAll(() => realm?.stop())

  it('every user logs in with the old password', () => {
    for (const name of ['alice', 'bob', 'carol', 'dave', 'erin']) logIn(name)
  })

  it('goes on through add, use, update and purge', async () => {
    logIn('alice')
    util('add_mkey', '-s', 'second\nsecond\n')
    logIn('bob')
    util('use_mkey', '2')
    logIn('alice')
    expect(util('update_princ_encryption', '-f')).toMatch(/^9 principals processed: 9 updated, 0 already current\n/)
    logIn('alice')
    expect(util('purge_mkeys', '-f')).toMatch(/1 key\(s\) purged\.\n$/)
    logIn('carol')
  })

  it('goes on through all of it at once, with no request in between', async () => {
    const whole = `
      printf 'third\\nthird\\n' | "$0" add_mkey -s && "$0" use_mkey 3 && "$0" update_princ_encryption -f && "$0" purge_mkeys -f`
    expect(run('sh', ['-c', whole, ours('tkdb5_util')], { env }).code).toBe(0)
    await passed(60)
    for (const name of ['alice', 'dave']) logIn(name)
    expect(util('list_mkeys')).toMatch(/^Master keys.*\nKVNO: 3, [^\n]* \*\n$/)
    run(ours('tkadmin.local'), ['-q', 'cpw -pw new-erin erin'], { env })
    logIn('erin', 'new-erin')
  })

  it('killed in the middle of an update, it is done again and nobody is locked out', async () => {
    run(ours('tkadmin.local'), [], { env, input: Array.from({ length: 1500 }, (_, i) => `addprinc -randkey bulk${i}`).join('\n') })
    util('add_mkey', '-s', 'fourth\nfourth\n')
    util('use_mkey', '4')
    for (const killAfter of [1, 400, 900]) {
      const update = spawn(ours('tkdb5_util'), ['update_princ_encryption', '-f', '-v'], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let lines = 0
      update.stdout.on('data', (text: Buffer) => {
        lines += text.toString().split('\n').length - 1
        if (lines >= killAfter) update.kill('SIGKILL')
      })
      await once(update, 'exit')
      for (const name of ['alice', 'bob']) logIn(name)
    }
    expect(util('update_princ_encryption', '-f')).toMatch(/^1509 principals processed: \d+ updated, \d+ already current\n/)
    expect(util('update_princ_encryption', '-n')).toMatch(/^1509 principals processed: 0 would be updated, 1509 already current\n/)
    util('purge_mkeys', '-f')
    logIn('alice')
  }, 60_000)

  it('killed in the middle of a load, the old database is whole', async () => {
    const before = util('dump', '-')
    const big = scratch.file('big')
    const line = before.split('\n').find(one => one.includes('\talice@'))!
    const copies = Array.from({ length: 60_000 }, (_, i) =>
      line.replace(/\t\d+(?=\t\d+\t\d+\t0\talice)/, '\t15').replace('alice', `a${10000 + i}`),
    )
    writeFileSync(big, `${before.split('\n')[0]}\n${copies.join('\n')}\n`, 'latin1')
    for (const wanted of [1, 4]) {
      const load = spawn(ours('tkdb5_util'), ['load', '-verbose', big], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let seen = 0
      load.stderr.on('data', (text: Buffer) => {
        seen += text.length
        if (seen > wanted * 50_000) load.kill('SIGKILL')
      })
      const [, signal] = await once(load, 'exit')
      expect(signal).toBe('SIGKILL')
      expect(readdirSync(realm.folder).some(name => name.includes('.tkdb.new-'))).toBe(true)
      expect(util('dump', '-')).toBe(before)
    }
    const small = scratch.file('small')
    writeFileSync(small, before, 'latin1')
    util('load', small)
    expect(readdirSync(realm.folder).filter(name => name.includes('.tkdb.new-'))).toEqual([])
    logIn('alice')
  }, 60_000)

  function logIn(name: string, password = `pw-${name}`): void {
    const cache = { ...clientEnv(realm.folder), KRB5CCNAME: `FILE:${scratch.file(`cc-${name}`)}` }
    expect(run('kinit', [name], { env: cache, input: `${password}\n` })).toMatchObject({ code: 0, stderr: '' })
    expect(run('kvno', ['host/a.test'], { env: cache })).toMatchObject({ code: 0, stderr: '' })
  }

  function util(command: string, argument?: string, input = ''): string {
    const words = argument === undefined ? [command] : [command, argument]
    const done = run(ours('tkdb5_util'), words, { env, input })
    if (done.code !== 0) throw new Error(`${words.join(' ')}: ${done.stdout}${done.stderr}`)
    return done.stdout
  }
})

const SALTS: Readonly<Record<string, string>> = {
  bob: '-e aes128-cts:special',
  carol: '-e aes256-cts:norealm',
  dave: '-e aes256-sha2:onlyrealm +requires_preauth',
  erin: '+requires_preauth',
}

/** The running KDC looks for a replaced database and changed keys only so often. */
function passed(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
