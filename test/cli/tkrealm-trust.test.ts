import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Two realms of tkrealm that trust one another by one command. */
const scratch = scratchFolder('tkrealm-trust')
const env = { XDG_STATE_HOME: scratch.path, TMPDIR: scratch.file('tmp'), KRB5_CONFIG: '/dev/null', TZ: 'UTC' }
const tkrealm = (...args: string[]) => run(ours('tkrealm'), args, { env })
const json = (...args: string[]) => JSON.parse(tkrealm(...args, '--json').stdout)
const inside = (realm: string) => ({ ...env, ...json('env', '--realm', realm).env }) as Record<string, string>

beforeAll(() => {
  mkdirSync(env.TMPDIR)
  for (const realm of ['ONE.TEST', 'TWO.TEST']) {
    const done = tkrealm('up', '--realm', realm)
    expect(done.code, done.stderr).toBe(0)
    const settings = inside(realm)
    for (const words of [
      ['addprinc', '-pw', 'password', 'user'],
      ['addprinc', '-randkey', 'host/service'],
    ]) {
      expect(run(ours('tkadmin'), words, { env: settings }).code).toBe(0)
    }
  }
})
afterAll(() => {
  for (const realm of ['ONE.TEST', 'TWO.TEST']) tkrealm('down', '--realm', realm, '--destroy')
  scratch.remove()
})

describe('tkrealm trust', () => {
  it('one way: users of the first reach the second, not the other way', () => {
    expect(json('trust', 'ONE.TEST', 'TWO.TEST', '--one-way')).toMatchObject({
      principals: ['krbtgt/TWO.TEST@ONE.TEST'],
      proof: { proved: true, ways: [{ direction: 'out', state: 'proved' }, { direction: 'in' }] },
    })
    expect(reach('ONE.TEST', 'TWO.TEST').code).toBe(0)
    expect(reach('TWO.TEST', 'ONE.TEST').stderr).toContain('krbtgt/ONE.TEST@TWO.TEST')
  })

  it('both ways: only the missing half is made, keys are random and the same on both sides', () => {
    expect(json('trust', 'ONE.TEST', 'TWO.TEST')).toMatchObject({ principals: ['krbtgt/ONE.TEST@TWO.TEST'], proof: { proved: true } })
    expect(json('trust', 'TWO.TEST', 'ONE.TEST')).toMatchObject({ principals: [], changed: false, proof: { proved: true } })
    for (const [from, to] of [
      ['ONE.TEST', 'TWO.TEST'],
      ['TWO.TEST', 'ONE.TEST'],
    ] as const) {
      expect(reach(from, to).stdout).toBe(`host/service@${to}: kvno = 1\n`)
    }
    const keys = ['ONE.TEST', 'TWO.TEST'].map(realm => {
      const settings = inside(realm)
      const path = join(scratch.path, `${realm}.keytab`)
      const names = ['krbtgt/ONE.TEST@TWO.TEST', 'krbtgt/TWO.TEST@ONE.TEST']
      expect(run(ours('tkadmin.local'), ['ktadd', '-norandkey', '-k', path, ...names], { env: settings }).code).toBe(0)
      return run(ours('tklist'), ['-keK', path], { env: settings }).stdout.split('\n').slice(3)
    })
    expect(keys[0]).toHaveLength(5)
    expect(keys[0]).toEqual(keys[1])
  })

  it('gives new keys of the next version where the halves differ, and is proved again', () => {
    const settings = inside('TWO.TEST')
    expect(run(ours('tkadmin.local'), ['cpw', '-randkey', 'krbtgt/TWO.TEST@ONE.TEST'], { env: settings }).code).toBe(0)
    const broken = run(ours('tkadmin.local'), ['trust', 'verify', 'ONE.TEST'], { env: settings })
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('the keys differ: TWO.TEST and ONE.TEST hold other keys for krbtgt/TWO.TEST@ONE.TEST')
    expect(json('trust', 'ONE.TEST', 'TWO.TEST')).toMatchObject({
      principals: ['krbtgt/TWO.TEST@ONE.TEST'],
      proof: { proved: true, ways: [{ kvno: 3 }, { kvno: 1 }] },
    })
  })

  it('is made by one tkadmin for both, too, and proved at once', () => {
    const words = ['--json', 'trust', 'add', 'TWO.TEST', '--replace', '--other', scratch.file('tkrb5/TWO.TEST')]
    const done = run(ours('tkadmin'), words, { env: inside('ONE.TEST') })
    expect(done.code, done.stderr).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ both: true, proved: true, halves: [{ kvno: 4 }, { kvno: 2 }] })
    expect(reach('ONE.TEST', 'TWO.TEST').code).toBe(0)
    const again = run(ours('tkadmin'), ['trust', 'add', 'TWO.TEST', '--other', scratch.file('tkrb5/TWO.TEST')], { env: inside('ONE.TEST') })
    expect(again).toMatchObject({
      code: 1,
      stderr: 'trust: The database of realm ONE.TEST has krbtgt/TWO.TEST@ONE.TEST already while adding the trust with TWO.TEST\n',
    })
  })

  it('knows its own realms only, and none twice', () => {
    expect(tkrealm('trust', 'ONE.TEST', 'THREE.TEST').stderr).toContain('There is no realm THREE.TEST here')
    expect(tkrealm('trust', 'ONE.TEST', 'ONE.TEST').stderr).toContain('A realm needs no trust with itself')
    expect(tkrealm('trust', 'ONE.TEST').code).toBe(2)
    expect(tkrealm('trust', 'ONE.TEST', 'TWO.TEST', '--etypes', 'des3-cbc-raw').stderr).toContain('cannot be used for a trust')
  })
})

describeWith([mit()], "tkrealm trust and MIT's clients", () => {
  it.each([
    ['ONE.TEST', 'TWO.TEST'],
    ['TWO.TEST', 'ONE.TEST'],
  ])('kvno of a user of %s gets a ticket in %s', (from, to) => {
    const settings = inside(from)
    expect(run('kinit', ['user'], { env: settings, input: 'password\n' }).code).toBe(0)
    expect(run('kvno', [`host/service@${to}`], { env: settings }).stdout).toBe(`host/service@${to}: kvno = 1\n`)
  })

  it('removes the keys on both sides, and the way', () => {
    expect(json('trust', 'ONE.TEST', 'TWO.TEST', '--remove').principals).toHaveLength(2)
    expect(readFileSync(scratch.file('tkrb5/ONE.TEST/neighbours.conf'), 'utf8')).not.toContain('TWO.TEST')
    expect(reach('ONE.TEST', 'TWO.TEST').code).toBe(1)
  })
})

function reach(from: string, to: string) {
  const settings = inside(from)
  expect(run(ours('tkinit'), ['user'], { env: settings, input: 'password\n' }).code).toBe(0)
  return run(ours('tkvno'), [`host/service@${to}`], { env: settings })
}
