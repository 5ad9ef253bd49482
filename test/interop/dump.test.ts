import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { leveled, type Side, twoSides } from '../helpers/mit-and-ours.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { DAMAGES, DUMPING, ROLLOVER } from './dump-cases.ts'

const scratch = scratchFolder('dump')
afterAll(() => scratch.remove())

describeWith([mit()], "tkdb5_util's dumps and master keys as MIT's", () => {
  const both = twoSides(scratch.path, 'EX.TEST')
  const base = scratch.file('base')

  beforeAll(() => {
    fillRealm(both.mit)
    expect(both.mit.run('kdb5_util', ['dump', base]).code).toBe(0)
    moveIn(both.own)
  }, 60_000)

  const moveIn = (side: Side) => {
    copyFileSync(join(both.mit.folder, 'stash'), join(side.folder, 'stash'))
    expect(side.run('kdb5_util', ['load', base])).toEqual({ code: 0, stdout: '', stderr: '' })
  }

  it.each(DUMPING.map(([args]) => [args]))('kdb5_util %j', args => {
    compare(both, side => side.run('kdb5_util', inFolder(args, side)))
  })

  it('a file is 0600, complete, and has its mark', () => {
    const file = join(both.own.folder, 'dumped')
    expect(both.own.run('kdb5_util', ['dump', file]).code).toBe(0)
    expect(readFileSync(file, 'latin1')).toBe(readFileSync(base, 'latin1'))
    expect([...readFileSync(`${file}.dump_ok`)]).toEqual([0])
    for (const name of [file, `${file}.dump_ok`]) expect(statSync(name).mode & 0o777).toBe(0o600)
  })

  it.each(['-b7', '-r13', '-r18', '-rev'])('what %s dumps loads on the other side and is the same again', option => {
    const [first, second] = [both.mit, both.own].map((side, i) => {
      const other = [both.own, both.mit][i]!
      const file = join(side.folder, 'exchanged')
      expect(side.run('kdb5_util', ['dump', option, file]).code).toBe(0)
      const elsewhere = ['-d', join(other.folder, `exchanged${option}`)]
      expect(other.run('kdb5_util', [...elsewhere, 'load', file])).toEqual({ code: 0, stdout: '', stderr: '' })
      return other.run('kdb5_util', [...elsewhere, 'dump', '-']).stdout
    })
    expect(first).toBe(second)
    expect(first!.split('\n').length).toBeGreaterThan(8)
  })

  it.each(DAMAGES)('loads or refuses a dump with %s', (_title, damage) => {
    const file = scratch.file('damaged')
    writeFileSync(file, `${damage(readFileSync(base, 'latin1').trimEnd().split('\n')).join('\n')}\n`, 'latin1')
    compare(both, side => side.run('kdb5_util', ['-d', join(side.folder, 'damaged'), 'load', file]))
    compare(both, side => side.run('kdb5_util', ['-d', join(side.folder, 'damaged'), 'dump', '-']))
  })

  it('refuses a file that is cut anywhere, and the database stays', () => {
    const whole = readFileSync(base, 'latin1')
    const before = both.own.run('kdb5_util', ['dump', '-']).stdout
    for (const share of [0.3, 0.55, 0.8]) {
      const file = scratch.file('cut')
      writeFileSync(file, whole.slice(0, Math.floor(whole.lastIndexOf('princ') * share)), 'latin1')
      expect(both.own.run('kdb5_util', ['load', file]).code).toBe(1)
      expect(both.own.run('kdb5_util', ['load', '-update', file]).code).toBe(1)
    }
    const long = scratch.file('long')
    const name = `${'x'.repeat(2500)}@EX.TEST`
    const changed = whole.replaceAll('\t86400\t', '\t77\t').split('\n')
    const last = changed[3]!.split('\t')
    const record = [...last.slice(0, 2), name.length, ...last.slice(3, 6), name, ...last.slice(7)].join('\t')
    writeFileSync(long, [...changed.slice(0, 4), record, ''].join('\n'), 'latin1')
    for (const options of [[], ['-update']]) {
      const done = both.own.run('kdb5_util', ['load', ...options, long])
      expect(done.code).toBe(1)
      expect(done.stderr).toMatch(/^kdb5_util: File name too long while storing x+@EX\.TEST\nkdb5_util: error processing line 5 of /)
    }
    expect(both.own.run('kdb5_util', ['dump', '-']).stdout).toBe(before)
    expect(existsSync(join(both.own.folder, 'principal.tkdb'))).toBe(true)
  })

  it('merges with -update, from a pipe too', () => {
    const dumped = both.mit.run('kdb5_util', ['dump', '-', 'u@.*']).stdout
    const file = scratch.file('merge')
    writeFileSync(file, dumped.replace('\t86400\t', '\t77\t'), 'latin1')
    compare(both, side => side.run('kdb5_util', ['load', '-verbose', '-update', file]))
    compare(both, side => side.run('kdb5_util', ['dump', '-']))
    const piped = scratch.file('piped')
    writeFileSync(piped, dumped, 'latin1')
    const words = ['-c', 'cat "$1" | "$2" load -update /dev/stdin', 'sh', piped, join(both.own.folder, 'bin/kdb5_util')]
    const shell = run('sh', words, { env: both.own.env })
    expect(shell).toMatchObject({ code: 0, stderr: '' })
    expect(both.own.run('kdb5_util', ['dump', '-', 'u@.*']).stdout).toBe(dumped)
    moveIn(both.own)
    expect(both.mit.run('kdb5_util', ['load', base]).code).toBe(0)
  })

  it('under a new master key it loads and opens with the new stash file', () => {
    const fresh = scratch.file('fresh-stash')
    expect(both.mit.run('kdb5_util', ['-d', scratch.file('other'), '-sf', fresh, '-P', 'new', 'create', '-s']).code).toBe(0)
    for (const [side, other] of [
      [both.mit, both.own],
      [both.own, both.mit],
    ] as const) {
      const file = join(side.folder, 'converted.dump')
      expect(side.run('kdb5_util', ['dump', '-mkey_convert', '-new_mkey_file', fresh, file])).toMatchObject({ code: 0, stderr: '' })
      const place = ['-d', join(other.folder, 'converted')]
      expect(other.run('kdb5_util', [...place, 'load', file]).code).toBe(0)
      const keys = other.run('kdb5_util', [...place, '-sf', fresh, 'list_mkeys'])
      expect(keys).toMatchObject({ code: 0, stdout: expect.stringMatching(/KVNO: 2, .*No activate time set\nKVNO: 1, .*\*\n$/) })
    }
  })

  it.each(ROLLOVER.map(([args, input]) => [args, input ?? ''] as const))('kdb5_util %j, input %j', (args, input) => {
    // Each side has rolled its keys in a second of its own.
    compare(both, side => {
      const done = side.run('kdb5_util', inFolder(args, side), input)
      return { ...done, stdout: done.stdout.replace(/20\d\d-\d\d-\d\dT[\d:]{8}Z/g, '<TODAY>') }
    })
    // Ciphertexts differ; what surrounds them must not.
    compare(both, side => {
      const done = side.run('kdb5_util', ['dump', '-'])
      return { ...done, stdout: shape(done.stdout) }
    })
  })

  it('the stash file has the newest key alone', () => {
    const [theirs, own] = [both.mit, both.own].map(side => readFileSync(join(side.folder, 'stash')))
    expect(own!.length).toBe(theirs!.length)
  })
})

/** Names and salts of all kinds, several versions, policies, history, strings. */
function fillRealm(side: Side): void {
  expect(side.run('kdb5_util', ['create', '-s', '-P', 'master']).code).toBe(0)
  const requests = [
    'addpol -history 3 -maxfailure 3 -allowedkeysalts aes256-cts:normal,aes128-cts:special pol',
    'addpol -minlife 1d -maxlife 90d -minlength 6 p2',
    'addprinc -policy pol -pw abcdefg -e aes256-cts:normal,aes128-cts:special u',
    'cpw -pw abcdefh u',
    'cpw -pw abcdefi u',
    'addprinc -pw x -e aes256-cts:norealm,aes128-cts:onlyrealm,aes128-sha2:special "we\\\\/ird@na/me here"',
    'addprinc -randkey +requires_preauth -expire 2100-01-01 host/ünï.test',
    'cpw -randkey -keepold host/ünï.test',
    'addprinc -nokey keyless',
    'setstr u k v',
    'setstr u "a b" "c,d"',
    'modprinc -maxlife 1h -unlock u',
  ]
  side.run('kadmin.local', [], requests.join('\n'))
}

/** A dump with every sealed key and every time of today replaced by the same word. */
function shape(dump: string): string {
  return dump.replace(/\t(\d+)\t([0-9a-f]{40,})(?=\t)/g, '\t$1\t<OCTETS>').replace(/[0-9a-f]{6}6[a-f0-9](?=[0-9a-f]*\t)/g, '<TIME>')
}

function compare(sides: { readonly mit: Side; readonly own: Side }, act: (side: Side) => Finished): void {
  const [expected, got] = [sides.mit, sides.own].map(side => {
    const { code, stdout, stderr } = act(side)
    return { code, stdout: leveled(stdout, side), stderr: leveled(stderr, side).replace(/\n$/, '') }
  })
  expect(got).toEqual(expected)
}

function inFolder(words: readonly string[], { folder }: Side): string[] {
  return words.map(word => word.replaceAll('FOLDER', folder))
}
