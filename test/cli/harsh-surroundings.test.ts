import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { run } from '../helpers/process.ts'

/** Programs run in cron jobs, containers and half-configured machines: unknown uid, no HOME, nothing writable, closed pipes, odd TZ. */
const UNKNOWN_UID = 61234
const isRoot = process.getuid?.() === 0
let realm: PeerRealm

beforeAll(async () => {
  realm = await startOwnRealm({ setup: ['addprinc -pw alicepw alice', 'addprinc -randkey host/h.own.test'] })
  realm.admin([`ktadd -k ${realm.keytab} -norandkey alice host/h.own.test`])
})
afterAll(() => realm?.stop())

/** The program as an unknown uid without groups, HOME or any other variable than those given. */
function asNobody(program: string, args: readonly string[], env: Record<string, string>, input = '') {
  return spawnSync(
    'setpriv',
    [`--reuid=${UNKNOWN_UID}`, `--regid=${UNKNOWN_UID}`, '--clear-groups', process.execPath, ours(program), ...args],
    {
      env,
      input,
      encoding: 'utf8',
    },
  )
}

describe.skipIf(!isRoot)('an unknown uid without HOME [skipped unless run as root, who can become one]', () => {
  it('logs in, lists, gets a service ticket and destroys, with only the cache folder writable', () => {
    const folder = join(realm.folder, 'nobody')
    mkdirSync(folder, { mode: 0o700 })
    chownSync(folder, UNKNOWN_UID, UNKNOWN_UID)
    chmodSync(realm.folder, 0o755)
    chmodSync(join(realm.folder, 'krb5.conf'), 0o644)
    const env = { KRB5_CONFIG: realm.env.KRB5_CONFIG!, KRB5CCNAME: `FILE:${folder}/cc` }
    expect(asNobody('tkinit', ['alice'], env, 'alicepw\n')).toMatchObject({ status: 0, stderr: '' })
    expect(asNobody('tklist', [], env)).toMatchObject({ status: 0, stderr: '' })
    expect(asNobody('tkvno', ['host/h.own.test'], env)).toMatchObject({ status: 0, stderr: '' })
    expect(statSync(join(folder, 'cc')).uid).toBe(UNKNOWN_UID)
    expect(asNobody('tkdestroy', [], env)).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(asNobody('tklist', ['-s'], env)).toMatchObject({ status: 1, stdout: '', stderr: '' })
  })
})

describe('pipes', () => {
  it('a reader that stops early ends the writer silently with the status of SIGPIPE', () => {
    const done = run('bash', [
      '--norc',
      '--norc',
      '-c',
      `${ours('tklist')} --help | head -c 1 >/dev/null; true; ${ours('tkinit')} --help | true; echo "\${PIPESTATUS[0]}"`,
    ])
    expect(done.stderr).toBe('')
    expect(['0', '141']).toContain(done.stdout.trim())
  })
  it('a closed standard output is 141', () => {
    const done = run('bash', ['--norc', '-c', `set -o pipefail; ( sleep 0.3; ${ours('tklist')} --help ) | true; echo $?`])
    expect(done).toMatchObject({ stdout: '141\n', stderr: '' })
  })
})

describe('time zones', () => {
  it.each([
    ['UTC', 0],
    ['EST5EDT,M3.2.0,M11.1.0', undefined],
    ['<+0530>-5:30', 330],
    ['XYZ-14', 840],
  ])('TZ=%s is obeyed as the C library does', (zone, minutes) => {
    expect(run(ours('tkinit'), ['alice'], { env: realm.env, input: 'alicepw\n' }).code).toBe(0)
    const shown = /\n(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d) /.exec(run(ours('tklist'), [], { env: { ...realm.env, TZ: zone } }).stdout)![1]!
    const json = JSON.parse(run(ours('tklist'), ['--json'], { env: realm.env }).stdout)
    const start = Date.parse(json.credentials[0].starttime) / 1000
    const date = run('date', ['-d', `@${start}`, '+%m/%d/%y %H:%M:%S'], { env: { TZ: zone } }).stdout.trim()
    expect(shown).toBe(date)
    if (minutes !== undefined)
      expect(date).toBe(new Date((start + minutes * 60) * 1000).toISOString().replace(/^\d\d(\d\d)-(\d\d)-(\d\d)T(.{8}).*/, '$2/$3/$1 $4'))
  })
})

describe('umask 000', () => {
  it('leaves every file of a realm, cache and keytab private', () => {
    const folder = join(realm.folder, 'umask')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'kdc.conf'),
      `[realms]\n U.TEST = {\n  database_name = ${folder}/principal\n  key_stash_file = ${folder}/stash\n }\n[logging]\n kdc = FILE:${folder}/kdc.log\n`,
    )
    const script = [
      'umask 000',
      `${ours('tkdb5_util')} -r U.TEST create -s -P master`,
      `${ours('tkadmin.local')} -r U.TEST addprinc -pw x alice`,
      `${ours('tkadmin.local')} -r U.TEST ktadd -k ${folder}/keytab alice`,
      `${ours('tkdb5_util')} -r U.TEST stash -f ${folder}/stash2`,
      `echo alicepw | ${ours('tkinit')} -c ${folder}/cc alice@OWN.TEST`,
    ].join(' && ')
    const done = run('bash', ['--norc', '-c', script], { env: { ...realm.env, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') } })
    expect(done.code, done.stdout + done.stderr).toBe(0)
    const made = readdirSync(folder).filter(name => name !== 'kdc.conf')
    for (const name of ['cc', 'keytab', 'stash', 'stash2']) expect(made).toContain(name)
    for (const name of made) expect(`${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`)
  })
})
