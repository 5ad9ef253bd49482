import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { leveled, type Side, twoSides } from '../helpers/mit-and-ours.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { ARGUMENTS, PASSWORDS, SCRIPT, UTIL } from './admin-cases.ts'

const scratch = scratchFolder('admin')
afterAll(() => scratch.remove())

describeWith([mit()], "tkdb5_util and tkadmin.local as MIT's", () => {
  const both = twoSides(scratch.path, 'EX.TEST')

  beforeAll(() => {
    for (const side of [both.mit, both.own]) expect(side.run('kdb5_util', ['create', '-s', '-P', 'master']).code).toBe(0)
  })

  it.each(UTIL)('kdb5_util %s', (_title, args, input) => {
    const sides = twoSides(scratch.file(`util-${++count}`), 'EX.TEST')
    for (const side of [sides.mit, sides.own]) side.run('kdb5_util', ['-P', 'master', 'create', '-s'])
    compare(sides, side => side.run('kdb5_util', inFolder(args, side), input))
  })

  it('a script of requests on standard input', () => {
    compare(both, side => side.run('kadmin.local', [], inFolder(SCRIPT, side).join('\n')))
  })

  it('leaves the same database', () => {
    const names = both.mit.run('kadmin.local', ['listprincs']).stdout.split('\n').filter(Boolean)
    expect(names.length).toBeGreaterThan(20)
    const terse = names.map(name => `getprinc -terse "${name}"`)
    compare(both, side => side.run('kadmin.local', [], terse.join('\n')))
  })

  it.each(ARGUMENTS.map(([args, input = '']) => [args, input] as const))('kadmin.local %j, input %j', (args, input) => {
    compare(both, side => side.run('kadmin.local', inFolder(args, side), input))
  })

  it.each(PASSWORDS)('makes the keys that MIT makes: %s', (_title, add, name) => {
    const keys = [both.mit, both.own].map(side => {
      const keytab = join(side.folder, `keys-${name.replaceAll('/', '_')}`)
      side.run('kadmin.local', [...add, name])
      expect(side.run('kadmin.local', ['ktadd', '-norandkey', '-q', '-k', keytab, name]).code).toBe(0)
      return run('klist', ['-k', '-K', '-e', keytab], { env: side.env }).stdout.split('\n').slice(1)
    })
    expect(keys[1]).toEqual(keys[0])
    expect(keys[0]!.length).toBeGreaterThan(3)
  })

  it('writes keytabs that MIT reads, 0600', () => {
    const keytab = join(both.own.folder, 'host.keytab')
    both.own.run('kadmin.local', ['addprinc', '-randkey', 'host/made.test'])
    expect(both.own.run('kadmin.local', ['ktadd', '-k', keytab, 'host/made.test']).code).toBe(0)
    expect(statSync(keytab).mode & 0o777).toBe(0o600)
    const listed = run('klist', ['-k', '-e', keytab], { env: both.own.env })
    expect(listed.stdout).toContain('   2 host/made.test@EX.TEST (aes256-cts-hmac-sha1-96)')
    expect(listed.code).toBe(0)
  })

  it('writes a stash file that MIT reads', () => {
    const entries = run('klist', ['-k', '-e', join(both.own.folder, 'stash')], { env: both.own.env }).stdout
    const mits = run('klist', ['-k', '-e', join(both.mit.folder, 'stash')], { env: both.mit.env }).stdout
    expect(leveled(entries, both.own)).toBe(leveled(mits, both.mit))
    expect(readFileSync(join(both.own.folder, 'stash')).length).toBe(readFileSync(join(both.mit.folder, 'stash')).length)
  })
})

function compare(sides: { readonly mit: Side; readonly own: Side }, act: (side: Side) => Finished): void {
  const [expected, got] = [sides.mit, sides.own].map(side => {
    const { code, stdout, stderr } = act(side)
    return { code, stdout: leveled(stdout, side).replaceAll(NEW_IN_1_22, ''), stderr: leveled(stderr, side) }
  })
  expect(got).toEqual(expected)
}

function inFolder(words: readonly string[], { folder }: Side): string[] {
  return words.map(word => word.replaceAll('FOLDER', folder))
}

/** A line of list_requests. */
const NEW_IN_1_22 = 'add_alias, alias         Add alias\n'

let count = 0
