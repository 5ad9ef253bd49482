import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeKeytab } from '../../src/core/keytab/format.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, expectTool, mit } from '../helpers/peers.ts'
import { type Finished, run, which } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { KDC_SETUP, WITH_KDC, WITHOUT_KDC } from './ktutil-cases.ts'

const scratch = scratchFolder('ktutil')
afterAll(() => scratch.remove())

describeWith([mit()], "tktutil as MIT's ktutil", () => {
  it('a script without a KDC: outputs, status and keytab', () => {
    const env = { KRB5_CONFIG: configFile('realm-only', ['default_realm = EX.TEST', 'dns_lookup_kdc = false']) }
    const [theirs, mine] = bothSides('script', WITHOUT_KDC, env)
    expect(mine).toEqual(theirs)
    expect(theirs!.stdout.split('\n').length).toBeGreaterThan(150)
    expect(theirs!.entries).toHaveLength(16)
  })

  it('a script with a KDC that knows the salts', async () => {
    const realm = await startMitRealm({ setup: KDC_SETUP })
    try {
      const [theirs, mine] = bothSides('kdc', WITH_KDC, realm.env)
      expect(mine).toEqual(theirs)
      expect(theirs!.entries).toHaveLength(5)
    } finally {
      await realm.stop()
    }
  })

  it.each([
    ['no input', ''],
    ['a password that does not come', 'addent -password -p a -k 1 -e aes256-cts'],
    ['a key as the last line', 'addent -key -p a -k 1 -e aes256-cts\n00ff\n'],
    ['no default realm', 'addent -password -p a -k 1 -e aes256-cts\n'],
  ])('%s', (_title, input) => {
    const env = { KRB5_CONFIG: configFile('empty', input.includes('a -k') ? [] : ['default_realm = EX.TEST']) }
    const [theirs, mine] = bothSides('input', input.split('\n'), env)
    expect(mine).toEqual(theirs)
  })

  it('a configuration that cannot be read', () => {
    const path = scratch.file('broken.conf')
    writeFileSync(path, '[libdefaults\n')
    const [theirs, mine] = bothSides('broken', [], { KRB5_CONFIG: path })
    expect(mine).toEqual(theirs)
    expect(theirs!.code).toBe(1)
  })
})

describeWith([mit(), expectTool()], 'tktutil at a terminal', () => {
  it('asks for keys as ktutil does', () => {
    const env = { KRB5_CONFIG: configFile('terminal', ['default_realm = EX.TEST']), TERM: 'dumb' }
    const script = join(scratch.path, 'terminal.exp')
    writeFileSync(script, TERMINAL)
    const [theirs, mine] = ['mit', 'own'].map(side => {
      const program = linkOf(side)
      return run('expect', [script, program], { env }).stdout.replaceAll(program, 'ktutil').replace(/\r/g, '')
    })
    expect(mine).toBe(theirs)
    expect(mine).toContain('(0x00112233445566778899aabbccddeeff)')
    expect(mine).toContain('(0x0010)')
  })
})

describeWith([mit()], "the keytab workshop on MIT's KDC", () => workshop(startMitRealm))
describe('the keytab workshop on ours', () => workshop(startOwnRealm))

function workshop(start: typeof startMitRealm): void {
  let realm: PeerRealm
  let folder: string
  beforeAll(async () => {
    realm = await start({ setup: [...KDC_SETUP, 'addprinc -randkey HTTP/web', 'addprinc -pw pw user', 'addprinc -pw pw ghost'] })
    folder = realm.folder
    writeFileSync(join(folder, 'pw'), 'pw\n', { mode: 0o600 })
  })
  afterAll(() => realm?.stop())

  const tool = (name: string, ...words: string[]): Finished =>
    run(ours('tktutil'), ['--keytab', join(folder, name), ...words], { env: realm.env })
  const add = (name: string, ...words: string[]): Finished =>
    tool(name, 'addent', '-password', ...words, '--password-file', join(folder, 'pw'))
  const verdicts = (name: string, ...words: string[]) => {
    const done = tool(name, 'verify', '--json', ...words)
    const { entries, lacking } = JSON.parse(done.stdout) as { entries: { verdict: string; why: string | null }[]; lacking: object[] }
    return { code: done.code, verdicts: entries.map(({ verdict }) => verdict), why: entries.map(({ why }) => why), lacking }
  }

  it.each(['host/x', 'open', 'special', 'renamed'])('makes keys for %s that log in at the first try', name => {
    const keytab = `first-${name.replace('/', '-')}`
    expect(add(keytab, '-p', name, '-f', '-e', 'all')).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(statSync(join(folder, keytab)).mode & 0o777).toBe(0o600)
    expect(run(ours('tkinit'), ['-k', '-t', join(folder, keytab), '-c', join(folder, 'cc-first'), name], { env: realm.env }).code).toBe(0)
    expect(verdicts(keytab)).toMatchObject({ code: 0, lacking: [] })
  })

  it('takes the version from the KDC, and no wrong password', () => {
    realm.admin(['cpw -pw pw user', 'cpw -pw pw user'])
    expect(add('numbered', '-p', 'user', '-f').code).toBe(0)
    expect(entriesOf(join(folder, 'numbered')).map(({ kvno }) => kvno)).toEqual([3])
    writeFileSync(join(folder, 'wrong'), 'wrong\n', { mode: 0o600 })
    const refused = tool('numbered', 'addent', '-password', '-p', 'user', '-f', '--password-file', join(folder, 'wrong'))
    expect(refused).toMatchObject({ code: 1, stderr: 'tktutil: Password incorrect while adding new entry\n' })
  })

  it('says which entries are stale and why', () => {
    const keytab = 'stale'
    realm.admin([`ktadd -k ${join(folder, keytab)} HTTP/web`])
    expect(verdicts(keytab)).toMatchObject({ code: 0, lacking: [] })
    realm.admin([`ktadd -k ${join(folder, keytab)} HTTP/web`])
    const both = verdicts(keytab)
    expect(both.code).toBe(0)
    expect(new Set(both.verdicts)).toEqual(new Set(['valid', 'superseded']))
    realm.admin(['cpw -randkey HTTP/web'])
    expect(verdicts(keytab).code).toBe(1)
    run(ours('tkinit'), ['open'], { env: realm.env, input: 'pw\n' })
    const told = verdicts(keytab)
    expect(told.code).toBe(1)
    expect(new Set(told.verdicts)).toEqual(new Set(['behind']))
    expect(new Set(told.why)).toEqual(new Set(["the KDC's key is version 4"]))
    expect(told.lacking).toHaveLength(1)
    run(ours('tkdestroy'), ['-q'], { env: realm.env })
  })

  it('tells wrong salts, versions, enctypes and names', () => {
    const keytab = 'mixed'
    add(keytab, '-p', 'special', '-k', '1', '-e', 'aes256-cts')
    add(keytab, '-p', 'special', '-k', '1', '-e', 'aes128-cts')
    add(keytab, '-p', 'open', '-k', '7', '-e', 'aes256-cts')
    add(keytab, '-p', 'nobody', '-k', '1', '-e', 'aes256-cts')
    const found = verdicts(keytab)
    expect(found.code).toBe(1)
    expect(found.verdicts).toEqual(['wrong-key', 'untold', 'misnumbered', 'unknown-principal'])
    expect(found.why[2]).toBe('the key is right, but the KDC calls it version 1')
    const alone = verdicts(keytab, '-p', 'special', '-password', '--password-file', join(folder, 'pw'))
    expect(alone.why[0]).toContain(`made with the salt "${realm.realm}special" instead of the KDC's "`)
    const lacks = 'lacks'
    add(lacks, '-p', 'special', '-k', '1', '-e', 'aes128-cts')
    expect(verdicts(lacks).verdicts).toEqual(['no-such-enctype'])
  })

  it('does not lock accounts', () => {
    realm.admin([
      'addpol -maxfailure 3 -lockoutduration 1h -failurecountinterval 1h strict',
      'modprinc -policy strict +requires_preauth ghost',
    ])
    const keytab = 'many'
    writeFileSync(join(folder, 'other'), 'other\n', { mode: 0o600 })
    for (const kvno of ['1', '2', '3']) {
      const words = ['-p', 'ghost', '-k', kvno, '-e', 'aes256-cts,aes128-cts,rc4-hmac', '--password-file', join(folder, 'other')]
      expect(tool(keytab, 'addent', '-password', ...words).code).toBe(0)
    }
    expect(verdicts(keytab).code).toBe(1)
    expect(run(ours('tkinit'), ['ghost', '-c', join(folder, 'cc-ghost')], { env: realm.env, input: 'pw\n' })).toMatchObject({ code: 0 })
  })

  it('merges, prunes, and carries keytabs as base64', () => {
    add('a', '-p', 'open', '-k', '1', '-e', 'aes256-cts,aes128-cts')
    add('a', '-p', 'open', '-k', '2', '-e', 'aes256-cts')
    add('a', '-p', 'open', '-k', '3', '-e', 'aes256-cts')
    add('b', '-p', 'open', '-k', '3', '-e', 'aes256-cts')
    add('b', '-p', 'user', '-k', '1', '-e', 'aes256-cts')
    expect(tool('a', 'merge', join(folder, 'b'))).toMatchObject({ code: 0, stdout: '1 added, 1 there already\n' })
    add('c', '-p', 'open', '-k', '3', '-e', 'aes256-cts', '-s', 'other')
    const conflict = tool('a', 'merge', join(folder, 'c'))
    expect(conflict.code).toBe(1)
    expect(conflict.stderr).toContain(`another key: open@${realm.realm} kvno 3 aes256-cts-hmac-sha1-96`)
    expect(tool('a', 'prune').stdout).toBe('2 removed\n')
    expect(tool('a', 'prune', '-keep', '1').stdout).toBe('1 removed\n')
    const text = tool('a', 'wkt', '-', '--base64').stdout
    expect(Buffer.from(text, 'base64').subarray(0, 2)).toEqual(Buffer.from([5, 2]))
    const back = run(ours('tktutil'), ['--keytab', join(folder, 'd'), '--base64', 'rkt', '-'], { env: realm.env, input: text })
    expect(back.code).toBe(0)
    expect(tool('d', 'l', '-k', '-e').stdout).toBe(tool('a', 'l', '-k', '-e').stdout)
    expect(tool('d', 'delent', '1').code).toBe(0)
    expect(entriesOf(join(folder, 'd'))).toHaveLength(1)
    expect(tool('d', 'clear').code).toBe(0)
    expect(entriesOf(join(folder, 'd'))).toEqual([])
  })

  it('fails with status 1, in words and in JSON', () => {
    expect(tool('none', 'list')).toMatchObject({
      code: 1,
      stderr: `tktutil: Key table file '${join(folder, 'none')}' not found while reading keytab\n`,
    })
    expect(JSON.parse(tool('none', 'list', '--json').stdout)).toMatchObject({ error: { code: 'ENOENT' } })
    expect(tool('none', 'addent').code).toBe(1)
    expect(tool('none', 'frobnicate')).toMatchObject({
      code: 1,
      stderr: 'tktutil: Unknown request "frobnicate".  Type "?" for a request list.\n',
    })
    expect(tool('none', 'addent', '-password', '-p', 'x', '-k', '1', '-e', 'aes256-cts', 'strange').code).toBe(1)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })
}

interface Side extends Finished {
  readonly entries: readonly object[]
}

/** The same lines through both programs. Folders and times are leveled; the keytab is compared entry by entry, layout included. */
function bothSides(name: string, lines: readonly string[], env: Readonly<Record<string, string>>): readonly Side[] {
  return ['mit', 'own'].map(side => {
    const folder = scratch.file(`${name}-${side}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'krb5.conf'), 'no keytab')
    const input = lines.join('\n').replaceAll('FOLDER', folder)
    // MIT's line reader shortens what it echoes to the width of a screen.
    const done = run(linkOf(side), [], { env: { ...env, TZ: 'UTC', COLUMNS: '1000' }, input })
    const level = (text: string) =>
      text
        .replaceAll(folder, '<FOLDER>')
        .replaceAll(linkOf(side), 'ktutil')
        .replace(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g, '<TIME>')
    const keytab = join(folder, 'kt')
    return { code: done.code, stdout: level(done.stdout), stderr: level(done.stderr), entries: existsSync(keytab) ? entriesOf(keytab) : [] }
  })
}

function linkOf(side: string): string {
  const link = join(scratch.path, side, 'ktutil')
  mkdirSync(join(scratch.path, side), { recursive: true })
  if (!existsSync(link)) symlinkSync(side === 'mit' ? which('ktutil')! : ours('tktutil'), link)
  return link
}

function entriesOf(path: string) {
  return decodeKeytab(readFileSync(path)).entries.map(({ at, size, entry: { principal, kvno, key } }) => ({
    at,
    size,
    principal,
    kvno,
    etype: key.etype,
    key: key.value.use(octets => Buffer.from(octets).toString('hex')),
  }))
}

function configFile(name: string, libdefaults: readonly string[]): string {
  const path = scratch.file(`${name}.conf`)
  writeFileSync(path, `[libdefaults]\n${libdefaults.map(line => ` ${line}\n`).join('')}`)
  return path
}

const TERMINAL = `
set timeout 10
log_user 1
spawn [lindex $argv 0]
proc answer {prompt line} { expect -ex $prompt; send "$line\\r" }
answer "ktutil:  " "addent -key -p a -k 4 -e aes128-cts"
answer "(hex): " "00112233445566778899aabbccddeeff"
answer "ktutil:  " "addent -key -p b -k 4 -e aes128-cts"
answer "(hex): " "001"
answer "ktutil:  " "addent -key -p c -k 4 -e aes128-cts"
answer "(hex): " "zz"
answer "ktutil:  " "addent -key -p d -k 4 -e aes128-cts"
answer "(hex): " ""
answer "ktutil:  " "addent -key -p e -k 4 -f"
answer "(hex): " "AAbb"
answer "ktutil:  " "addent -password -p f -k 2 -e aes256-cts"
answer "Password for f@EX.TEST: " "secret"
answer "ktutil:  " "l -k"
answer "ktutil:  " "q"
expect eof
`
