import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localDatabase } from '../helpers/local-database.ts'
import { ours } from '../helpers/own-realm.ts'
import { run } from '../helpers/process.ts'

const { scratch, env, local, util, create } = localDatabase('tkadmin')

beforeAll(() => create())
afterAll(() => scratch.remove())

describe('tkadmin.local', () => {
  it('acknowledges what is on disk and nothing else, also when it is killed', { timeout: 60_000 }, async () => {
    const child = spawn(ours('tkadmin.local'), [], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdin.on('error', () => undefined) // it is killed while it is being written to
    child.stdin.write(Array.from({ length: 5000 }, (_, i) => `addprinc -randkey k${i}\n`).join(''))
    const acknowledged: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      const name = /^Principal "(k\d+)@CLI\.TEST" created\.$/.exec(line)?.[1]
      if (name !== undefined) acknowledged.push(name)
      if (acknowledged.length === 400) child.kill('SIGKILL')
    }
    expect(child.signalCode ?? (await once(child, 'close'))[1]).toBe('SIGKILL')
    expect(acknowledged.length).toBeGreaterThanOrEqual(400)
    const present = new Set(local(['listprincs', 'k*']).stdout.split('\n'))
    expect(acknowledged.filter(name => !present.has(`${name}@CLI.TEST`))).toEqual([])
    expect(local(['addprinc', '-randkey', 'afterwards']).code).toBe(0)
  })

  it('answers line by line when somebody waits for the answers', async () => {
    const child = spawn(ours('tkadmin.local'), [], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const answered = async (pattern: RegExp) => {
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`no line like ${pattern}`)
        if (pattern.test(value)) return
      }
    }
    child.stdin.write('addprinc -randkey first\n')
    await answered(/^Principal "first@CLI.TEST" created/)
    child.stdin.write('addprinc -pw x second\n')
    await answered(/^Principal "second@CLI.TEST" created/)
    child.stdin.write('getprinc second\n')
    await answered(/^Principal: second@CLI.TEST/)
    child.stdin.end('quit\n')
    expect((await once(child, 'close'))[0]).toBe(0)
  })

  it('keeps the order of requests and what they say', () => {
    const script = ['addprinc -randkey o1', 'addprinc -pw x o1', 'addprinc -randkey o2', 'delprinc o1', 'yes', 'addprinc -pw x o1', 'bogus']
    const done = local([], `${script.join('\n')}\n`)
    expect(done.stdout.split('\n').filter(line => !line.startsWith('Make sure'))).toEqual([
      'Authenticating as principal root/admin@CLI.TEST with password.',
      'tkadmin.local:  addprinc -randkey o1',
      'Principal "o1@CLI.TEST" created.',
      'tkadmin.local:  addprinc -pw x o1',
      'tkadmin.local:  addprinc -randkey o2',
      'Principal "o2@CLI.TEST" created.',
      'tkadmin.local:  delprinc o1',
      'Are you sure you want to delete the principal "o1@CLI.TEST"? (yes/no): Principal "o1@CLI.TEST" deleted.',
      'tkadmin.local:  addprinc -pw x o1',
      'Principal "o1@CLI.TEST" created.',
      'tkadmin.local:  bogus',
      'tkadmin.local:  ',
    ])
    expect(done.stderr.split('\n').filter(line => !line.startsWith('No policy'))).toEqual([
      'add_principal: Principal or policy already exists while creating "o1@CLI.TEST".',
      'tkadmin.local: Unknown request "bogus".  Type "?" for a request list.',
      '',
    ])
    expect(done.code).toBe(0)
  })

  it('makes files of mode 0600 under umask 000', () => {
    const folder = scratch.file('modes')
    mkdirSync(folder)
    const kdcConf = join(folder, 'kdc.conf')
    writeFileSync(kdcConf, `[realms]\n CLI.TEST = {\n  database_name = ${folder}/db\n  key_stash_file = ${folder}/stash\n }\n`)
    const inFolder = { env: { ...env, KRB5_KDC_PROFILE: kdcConf } }
    const bare = (command: string) => run('bash', ['--norc', '-c', `umask 000; ${command}`], inFolder)
    expect(bare(`${ours('tkdb5_util')} create -s -P x`).code).toBe(0)
    expect(bare(`${ours('tkadmin.local')} addprinc -randkey h`).code).toBe(0)
    expect(bare(`${ours('tkadmin.local')} ktadd -k ${folder}/keytab h`).code).toBe(0)
    expect(bare(`${ours('tkdb5_util')} stash -f ${folder}/other`).code).toBe(0)
    const made = readdirSync(folder).filter(name => name !== 'kdc.conf')
    expect(made.sort()).toEqual(['db.tkdb', 'db.tkdb-lock', 'keytab', 'other', 'stash'])
    for (const name of made) expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600])
  })

  it('prints JSON, one document for each request, and prompts elsewhere', () => {
    const one = (args: readonly string[], input = '') => {
      const done = local(['--json', ...args], input)
      return { ...done, value: JSON.parse(done.stdout) }
    }
    expect(one(['addprinc', '-pw', 'x', '-maxlife', '1h', '+needchange', 'json']).value).toMatchObject({ created: 'json@CLI.TEST' })
    const { principal } = one(['getprinc', 'json']).value
    expect(principal).toMatchObject({
      principal: 'json@CLI.TEST',
      expiration: null,
      maxLife: 3600,
      attributes: ['REQUIRES_PWCHANGE'],
      policy: null,
      keys: [
        { kvno: 1, enctype: 'aes256-cts-hmac-sha1-96', salt: 'normal' },
        { kvno: 1, enctype: 'aes128-cts-hmac-sha1-96', salt: 'normal' },
      ],
    })
    expect(principal.modifiedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(one(['listprincs', 'js*']).value).toMatchObject({ request: 'list_principals', principals: ['json@CLI.TEST'] })
    const missing = one(['getprinc', 'nope'])
    expect(missing).toMatchObject({ code: 1, value: { error: { code: 'KADM5_UNK_PRINC', message: 'Principal does not exist' } } })
    const asked = one(['cpw', 'json'], 'new\nnew\n')
    expect(asked).toMatchObject({ code: 0, value: { principal: 'json@CLI.TEST', changed: true } })
    expect(asked.stderr).toContain('Enter password for principal "json@CLI.TEST": ')
    expect(JSON.parse(util(['--json', 'stash']).stdout)).toMatchObject({ stash: scratch.file('stash') })
    const create = util(['--json', 'create', '-P', 'x'])
    expect(JSON.parse(create.stdout)).toMatchObject({ error: { code: 'EEXIST', while: expect.stringMatching(/^creating database/) } })
  })

  it('adds the keys of all principals that match', () => {
    for (const name of ['glob/a', 'glob/b']) local(['addprinc', '-randkey', name])
    const keytab = scratch.file('glob.keytab')
    const done = local(['ktadd', '-k', keytab, '-e', 'aes256-cts', '-glob', 'glob/*', 'nobody'])
    expect(done.stdout.split('\n').map(line => line.replace(keytab, 'FILE'))).toEqual([
      'Entry for principal glob/a@CLI.TEST with kvno 2, encryption type aes256-cts-hmac-sha1-96 added to keytab WRFILE:FILE.',
      'Entry for principal glob/b@CLI.TEST with kvno 2, encryption type aes256-cts-hmac-sha1-96 added to keytab WRFILE:FILE.',
      '',
    ])
    expect(done).toMatchObject({ code: 0, stderr: 'tkadmin.local: Principal nobody does not exist.\n' })
  })

  it('shows names with control characters escaped', () => {
    local(['addprinc', '-randkey', 'esc\u001b[31m\u202e'])
    expect(local(['listprincs', 'esc*']).stdout).toBe('esc\\x1b[31m\\u202e@CLI.TEST\n')
    expect(local(['delprinc', 'esc\u001b[31m\u202e']).code).toBe(0)
  })

  it('does not run shell commands', () => {
    const done = local(['-q', `!touch ${scratch.file('escaped')}`])
    expect(done.stderr).toBe('tkadmin.local: Shell escapes are disabled\n')
    expect(existsSync(scratch.file('escaped'))).toBe(false)
  })

  it('shows what a request takes', () => {
    const usage = 'usage: purgekeys [-all|-keepkvno oldest_kvno_to_keep] principal\n'
    const own = 'not in kadmin:\n\t--if-exists: do nothing when there is no such principal\n'
    const help = `purgekeys: Purge previously retained old keys from a principal\n${usage}${own}`
    expect(local(['purgekeys']).stderr).toBe(usage)
    expect(local(['--help', 'purgekeys'])).toEqual({ code: 0, stdout: help, stderr: '' })
    expect(local(['help', 'purgekeys'])).toEqual({ code: 0, stdout: help, stderr: '' })
    expect(local(['help', 'xst']).stdout).toContain('Usage: ktadd [-k[eytab] keytab]')
    expect(local(['help']).stdout).toContain('\nadd_alias, alias: Add alias\n')
    expect(local(['help', 'nonsense'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Unknown request "nonsense"'),
    })
    expect(local(['--help', 'nonsense']).stdout).toContain('FLAGS')
    expect(local(['list_requests']).stdout).not.toContain('help')
  })

  it('leaves no password of its own in the database file', () => {
    local(['addprinc', '-pw', 'a-password-that-stands-out', 'plain'])
    const octets = readFileSync(scratch.file('principal.tkdb'))
    expect(octets.includes('plain@CLI.TEST')).toBe(true)
    expect(octets.includes('a-password-that-stands-out')).toBe(false)
  })
})

describe('tkadmin', () => {
  it('says that nothing tells where the server is', () => {
    const done = run(ours('tkadmin'), ['listprincs'], { env })
    expect(done).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tkadmin: Missing parameters in krb5.conf required for kadmin client while initializing tkadmin interface\n',
    })
  })
  it.each([[['-c', 'FILE:x', '-k']], [['-c', 'FILE:x', '-n']], [['-n', '-k']], [['-t', 'x']]])('answers %j with its usage', args => {
    const done = run(ours('tkadmin'), [...args, 'listprincs'], { env })
    expect(done).toMatchObject({ code: 1, stdout: '' })
    expect(done.stderr).toMatch(/^Usage: tkadmin \[-r realm\]/)
  })
  it('does not speak the old RPC flavor and says so', () => {
    const done = run(ours('tkadmin'), ['-O', '-p', 'a', '-w', 'x', 'listprincs'], { env })
    expect(done).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tkadmin: The old RPC flavor of -O (AUTH_GSSAPI) is not supported while initializing tkadmin interface\n',
    })
  })
  it('takes the administrator and the keytab of [appdefaults], unless something is said', () => {
    const administrator = '  CLI.TEST = {\n   principal = boss/admin\n   keytab = FILE:/nowhere\n  }\n'
    const conf = `${readFileSync(env.KRB5_CONFIG, 'utf8')}[appdefaults]\n tkadmin = {\n${administrator} }\n`
    writeFileSync(scratch.file('administrator.conf'), conf)
    const first = (args: readonly string[]) =>
      run(ours('tkadmin'), args, { env: { ...env, KRB5_CONFIG: scratch.file('administrator.conf') } }).stdout
    expect(first([])).toBe('Authenticating as principal boss/admin with keytab FILE:/nowhere.\n')
    expect(first(['-p', 'me'])).toBe('Authenticating as principal me with password.\n')
    expect(first(['-k', '-p', 'me'])).toBe('Authenticating as principal me with default keytab.\n')
    expect(first(['-w', 'x', '-r', 'OTHER.TEST'])).toContain('/admin@OTHER.TEST with password.\n')
  })
})
