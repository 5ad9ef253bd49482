import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { markRecord } from '../../src/admin/wire/record-mark.ts'
import { encodeCall, NO_AUTH } from '../../src/admin/wire/rpc-message.ts'
import { encodeCredential } from '../../src/admin/wire/rpcsec-gss/messages.ts'
import { XdrWriter } from '../../src/admin/wire/xdr.ts'
import { type OwnAdminRealm, startOwnAdminRealm } from '../helpers/own-admin-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mitAdmin } from '../helpers/peers.ts'
import { accepts, type Finished, run, until } from '../helpers/process.ts'

const USERS = [
  'adder',
  'deleter',
  'modifier',
  'changer',
  'inquirer',
  'lister',
  'setter',
  'extractor',
  'nobody',
  'clerk/admin',
  'joe/root',
  'joe',
]
const ACL = [
  '# who may do what',
  'root/admin@OWN.TEST *e',
  ...[...'adm'].map((letter, i) => `${USERS[i]}@OWN.TEST ${letter}`),
  'changer@OWN.TEST c',
  'inquirer@OWN.TEST \\',
  '  *DAMCLSP',
  'lister@OWN.TEST l',
  'setter@OWN.TEST s',
  'extractor@OWN.TEST e',
  'clerk/admin@OWN.TEST am *@OWN.TEST +requires_preauth -maxlife 2h -policy strict',
  '*/root@OWN.TEST ci *1@OWN.TEST',
]

/** MIT's kadmin administers our realm. Its words are compared with those of MIT's own server in the tests of whole days. */
describeWith([mitAdmin()], "MIT's kadmin and tkadmind", () => {
  let realm: OwnAdminRealm
  const path = (name: string) => join(realm.folder, name)
  const kadmin = (who: string, query: string, more: readonly string[] = []): Finished =>
    run('kadmin', ['-p', who, '-w', `${who.replace('/', '-')}-pw`, ...more, '-q', query], { env: realm.env })
  const said = (who: string, query: string) => {
    const { stdout, stderr } = kadmin(who, query)
    return `${stdout}${stderr}`.replace(/^(Authenticating as|WARNING: no policy|No policy specified).*\n/gm, '')
  }
  const root = (query: string) => said('root/admin', query)
  const script = (lines: readonly string[]) =>
    run('kadmin', ['-p', 'root/admin', '-w', 'root-admin-pw'], { env: realm.env, input: `${lines.join('\n')}\n` })
  const log = () => readFileSync(realm.adminLog, 'utf8')

  beforeAll(async () => {
    realm = await startOwnAdminRealm(ACL, {
      setup: [
        'addpol -minlength 8 strict',
        ...['root/admin', ...USERS].map(user => `addprinc -pw ${user.replace('/', '-')}-pw ${user}`),
        'addprinc -pw alice-pw alice',
      ],
    })
  })
  afterAll(() => realm?.stop())

  it('makes, shows, changes, renames and deletes principals', () => {
    expect(root('addprinc -pw Passw0rd -maxlife 8h -expire 2030-01-01 +requires_preauth zoe')).toBe('Principal "zoe@OWN.TEST" created.\n')
    expect(root('addprinc -pw Passw0rd zoe')).toContain('Principal or policy already exists while creating "zoe@OWN.TEST"')
    expect(root('modprinc -maxlife 4h -clearpolicy -allow_tix zoe')).toBe('Principal "zoe@OWN.TEST" modified.\n')
    const shown = root('getprinc zoe')
    expect(shown).toContain('Expiration date: Tue Jan 01 00:00:00 UTC 2030\n')
    expect(shown).toContain('Maximum ticket life: 0 days 04:00:00\n')
    expect(shown).toContain('(root/admin@OWN.TEST)\n')
    expect(shown).toContain('Number of keys: 4\n')
    expect(shown).toContain('Attributes: DISALLOW_ALL_TIX REQUIRES_PRE_AUTH\n')
    expect(root('renprinc -force zoe zed')).toContain('renamed to "zed@OWN.TEST"')
    expect(root('listprincs z*')).toBe('zed@OWN.TEST\n')
    expect(root('delprinc -force zed')).toContain('Principal "zed@OWN.TEST" deleted.\n')
    expect(root('getprinc zed')).toContain('Principal does not exist while retrieving "zed@OWN.TEST".')
  })

  it('keeps policies and enforces them', () => {
    const done = script([
      'addpol -maxlife 90d -minlength 6 -minclasses 2 -history 3 -maxfailure 3 -allowedkeysalts aes256-cts:normal pol',
      'getpol pol',
      'addprinc -policy pol -pw short carl',
      'addprinc -policy pol -pw Passw0rd carl',
      'cpw -pw Passw0rd carl',
      'cpw -e aes128-cts:normal -pw Passw0rd2 carl',
      'cpw -pw Passw0rd2 carl',
      'modprinc -unlock carl',
      'getprinc carl',
      'delpol -force pol',
      'getpol pol',
    ])
    expect(done.stdout).toContain(
      'Maximum password life: 90 days 00:00:00\nMinimum password life: 0 days 00:00:00\nMinimum password length: 6\n',
    )
    expect(done.stdout).toContain('Password for "carl@OWN.TEST" changed.\n')
    expect(done.stdout).toContain('Number of keys: 1\nKey: vno 2, aes256-cts-hmac-sha1-96\n')
    expect(done.stderr.split('\n').filter(line => line !== '')).toEqual([
      'add_principal: Password is too short while creating "carl@OWN.TEST".',
      'change_password: Cannot reuse password while changing password for "carl@OWN.TEST".',
      'change_password: Invalid key/salt tuples while changing password for "carl@OWN.TEST".',
      'get_policy: Policy does not exist while retrieving policy "pol".',
    ])
  })

  it('gives keys to keytabs, new ones and those that there are', () => {
    root('addprinc -randkey svc/host')
    const first = root(`ktadd -k ${path('kt')} svc/host`)
    expect(first).toContain(`with kvno 2, encryption type aes256-cts-hmac-sha1-96 added to keytab WRFILE:${path('kt')}.\n`)
    expect(root(`cpw -randkey -keepold svc/host`)).toContain('Key for "svc/host@OWN.TEST" randomized.\n')
    expect(root(`ktadd -k ${path('kt2')} -norandkey svc/host`)).toMatch(/kvno 3, (.*\n)+.*kvno 2, /)
    expect(run('kinit', ['-k', '-t', path('kt2'), 'svc/host'], { env: realm.env }).code).toBe(0)
    expect(root('purgekeys svc/host')).toContain('Old keys for principal "svc/host@OWN.TEST" purged.\n')
    expect(root('getprinc svc/host')).toContain('Number of keys: 4\n')
    expect(root(`ktadd -k ${path('kt2')} -norandkey krbtgt/OWN.TEST`)).toContain("requires ``extract-keys'' privilege")
    expect(root('cpw -randkey krbtgt/OWN.TEST')).toContain('randomized')
    expect(root('setstr svc/host key "some value"')).toContain('Attribute set')
    expect(root('getstrs svc/host')).toBe('key: some value\n')
  })

  it('takes a keytab, a cache, and the kadmin service of a host', () => {
    root(`ktadd -norandkey -k ${path('admin.kt')} root/admin`)
    const byKeytab = run('kadmin', ['-p', 'root/admin', '-k', '-t', path('admin.kt'), '-q', 'getprivs'], { env: realm.env })
    expect(byKeytab.stdout).toContain('current privileges: INQUIRE ADD MODIFY DELETE\n')
    for (const service of ['kadmin/admin', 'kadmin/own.host', 'kadmin/changepw']) {
      if (service === 'kadmin/own.host') root('addprinc -randkey kadmin/own.host')
      const cache = `FILE:${path(service.replace('/', '-'))}`
      run('kinit', ['-c', cache, '-S', service, 'alice'], { env: realm.env, input: 'alice-pw\n' })
      const done = run('kadmin', ['-c', cache, '-s', `127.0.0.1:${realm.adminPort}`, '-q', 'getprinc alice'], { env: realm.env })
      // kadmin asks for kadmin/admin only; with other tickets it gives up by itself.
      expect(done.stdout.includes('Principal: alice@OWN.TEST\n')).toBe(service === 'kadmin/admin')
    }
  })

  it.each([
    ['adder', 'addprinc -randkey new1', 'delprinc -force new1', 'delete'],
    ['deleter', 'delprinc -force new1', 'addprinc -randkey new2', 'add'],
    ['modifier', 'setstr alice a b', 'getstrs alice', 'get'],
    ['changer', 'cpw -pw alice-pw alice', 'getprinc alice', 'get'],
    ['inquirer', 'getprinc alice', 'listprincs', 'list'],
    ['lister', 'listprincs', 'getprinc alice', 'get'],
    ['lister', 'listpols', 'addpol more', 'add'],
    ['extractor', 'ktadd -norandkey -k KT alice', 'ktadd -k KT alice', 'change-password'],
    ['adder', 'addpol p1', 'delpol -force p1', 'delete'],
    ['deleter', 'delpol -force p1', 'cpw -randkey alice', 'change-password'],
    ['inquirer', 'getpol strict', 'modpol -maxlife 1d strict', 'modify'],
  ])('%s may: %s, but not: %s', (who, allowed, refused, right) => {
    const words = (query: string) => query.replace('KT', path('letters.kt'))
    expect(said(who, words(allowed))).not.toMatch(/privilege|authorization/)
    expect(said(who, words(refused))).toContain(`Operation requires \`\`${right}'' privilege`)
    expect(log()).toContain(`client=${who}@OWN.TEST, service=kadmin/admin@OWN.TEST, addr=127.0.0.1\n`)
    expect(log()).toMatch(new RegExp(`Unauthorized request: kadm5_\\w+, \\S+, client=${who}@`))
  })

  it('puts what is made under restrictions into shape, and follows back references', () => {
    expect(said('clerk/admin', 'addprinc -pw short made')).toContain('Password is too short')
    expect(said('clerk/admin', 'addprinc -maxlife 20h -pw longenough made')).toContain('created')
    const shown = root('getprinc made')
    expect(shown).toContain('Maximum ticket life: 0 days 02:00:00\n')
    expect(shown).toContain('Attributes: REQUIRES_PRE_AUTH\nPolicy: strict\n')
    expect(said('clerk/admin', 'addpol mine')).toContain("requires ``add'' privilege")
    expect(said('joe/root', 'getprinc joe')).toContain('Principal: joe@OWN.TEST\n')
    expect(said('joe/root', 'getprinc alice')).toContain("requires ``get'' privilege")
  })

  it('lets everybody look at and change what is theirs', () => {
    expect(said('nobody', 'getprinc nobody')).toContain('Principal: nobody@OWN.TEST\n')
    expect(said('nobody', 'cpw -pw nobody-pw nobody')).toContain('changed')
    expect(said('nobody', 'modprinc -maxlife 1h nobody')).toContain("requires ``modify'' privilege")
    run('kinit', ['nobody'], { env: realm.env, input: 'nobody-pw\n' })
    expect(run('kpasswd', [], { env: realm.env, input: 'nobody-pw\nnobody-pw\nnobody-pw\n' }).stdout).toContain('Password changed.\n')
  })

  it('answers a hundred calls at once in their order, of which none is lost', () => {
    const names = Array.from({ length: 120 }, (_, i) => `bulk${i}`)
    const input = [...names.map(name => `addprinc -randkey -policy strict ${name}`), 'cpw -pw longenough bulk7', 'getprinc bulk7'].join(
      '\n',
    )
    const done = run(ours('tkadmin'), ['-p', 'root/admin', '-w', 'root-admin-pw'], { env: realm.env, input: `${input}\n` })
    expect(done.stderr).toBe('')
    expect(done.stdout.match(/^Principal "bulk\d+@OWN.TEST" created\.$/gm)).toEqual(
      names.map(name => `Principal "${name}@OWN.TEST" created.`),
    )
    expect(done.stdout).toContain('Key: vno 2, aes256-cts-hmac-sha1-96\n')
    expect(root('listprincs bulk*').trimEnd().split('\n')).toHaveLength(120)
  })

  it('outlives strangers: noise, marks that lie, thousands of contexts that come to nothing, records that never end', async () => {
    const memory = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${realm.kadmind.pid}/status`, 'utf8'))![1])
    const noise = await open(realm.adminPort)
    noise.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'))
    await once(noise, 'close')
    const huge = await open(realm.adminPort)
    huge.write(Buffer.from('7fffffff', 'hex'))
    await once(huge, 'close')
    const before = memory()
    const halves = await Promise.all(Array.from({ length: 600 }, () => open(realm.adminPort)))
    for (const half of halves) half.write(Buffer.from('80000100', 'hex'))
    const bad = await open(realm.adminPort)
    let answers = 0
    bad.on('data', chunk => {
      answers += chunk.length
    })
    for (let i = 0; i < 5000; i++) bad.write(badInit(i))
    // A denied reply is six words behind its mark.
    await until(() => answers === 5000 * 24)
    expect(memory() - before).toBeLessThan(100_000)
    expect(root('getprivs')).toContain('INQUIRE')
    for (const socket of [bad, ...halves]) socket.destroy()
    expect(log()).toContain('Authentication attempt failed: 127.0.0.1, GSS-API error strings are:\n')
    expect(
      log()
        .split('\n')
        .every(line => line === '' || / tkadmind\[\d+\]\(/.test(line)),
    ).toBe(true)
  })

  it('reopens its log on SIGHUP, and says when it cannot start', async () => {
    renameSync(realm.adminLog, `${realm.adminLog}.1`)
    process.kill(realm.kadmind.pid, 'SIGHUP')
    await until(() => {
      root('getprivs')
      return log().includes('kadm5_get_privs')
    })
    const start = (args: readonly string[], env = realm.serverEnv) => run(ours('tkadmind'), args, { env })
    expect(start([])).toMatchObject({ code: 1, stderr: 'tkadmind: Address already in use while initializing network, aborting\n' })
    expect(start(['-proponly'])).toMatchObject({
      code: 1,
      stderr: 'tkadmind: -proponly can only be used when iprop_enable is true, aborting\n',
    })
    expect(start(['-z'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Usage: kadmind \[-x db_args\]\* \[-r realm\]/) })
    const conf = (name: string, acl: string | undefined) => {
      const other = readFileSync(path('kdc.conf'), 'utf8').replaceAll('kadm5.acl', `${name}.acl`)
      writeFileSync(path(`${name}.conf`), other)
      if (acl !== undefined) writeFileSync(path(`${name}.acl`), acl)
      return { ...realm.serverEnv, KRB5_KDC_PROFILE: path(`${name}.conf`) }
    }
    const wrong = start([], conf('wrong', 'root/admin *\n\nalice z\n'))
    expect(wrong.stderr).toBe(`tkadmind: ${path('wrong.acl')}: syntax error at line 3 <alice z...> while initializing ACL file, aborting\n`)
    const absent = start([], conf('absent', undefined))
    expect(log()).toContain('z is no privilege\n')
    expect(absent.stderr).toBe(
      `tkadmind: Cannot open ${path('absent.acl')}: No such file or directory while initializing ACL file, aborting\n`,
    )
  })

  it('goes into the background, writes its pid, and ends on a signal', async () => {
    expect(await realm.kadmind.stop()).toBe(0)
    const nowhere = run(ours('tkadmind'), ['-P', path('none/pid')], { env: realm.serverEnv })
    expect(nowhere).toMatchObject({ code: 1, stderr: 'tkadmind: No such file or directory while creating PID file, aborting\n' })
    const started = run(ours('tkadmind'), ['-P', path('pid')], { env: realm.serverEnv })
    expect(started).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(root('getprivs')).toContain('INQUIRE')
    process.kill(Number(readFileSync(path('pid'), 'utf8')), 'SIGTERM')
    await until(async () => !(await accepts(realm.adminPort)))
    await until(() => log().endsWith('finished, exiting\n'))
  })
})

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}) // the server may have had enough of it
  await once(socket, 'connect')
  return socket
}

/** A context with a token that no mechanism made. */
function badInit(xid: number): Uint8Array {
  const credential = encodeCredential({ version: 1, gssProc: 1, seq: 0, service: 3, handle: new Uint8Array(0) })
  const body = new XdrWriter().opaque(Buffer.from(`6006${'00'.repeat(6)}`, 'hex')).finish()
  return markRecord(encodeCall({ xid, program: 2112, version: 2, procedure: 0, credential, verifier: NO_AUTH, body }))
}
