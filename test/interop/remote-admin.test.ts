import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { markRecord, RecordAssembler } from '../../src/admin/wire/record-mark.ts'
import { leveled } from '../helpers/mit-and-ours.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mitAdmin } from '../helpers/peers.ts'
import { type Finished, run, runAsync, which } from '../helpers/process.ts'
import { SCRIPT } from './admin-cases.ts'
import { AS_ARGUMENTS, ONLY_REMOTE, REMOTE_ACL, REMOTE_SETUP, RIGHTS, WAYS_IN } from './remote-admin-cases.ts'

/** A realm of its own and the program that administers it, called kadmin on both sides. */
interface Side {
  readonly realm: PeerRealm
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

describeWith([mitAdmin()], "tkadmin as MIT's kadmin, against MIT's kadmind", () => {
  let mits: Side
  let own: Side

  beforeAll(async () => {
    ;[mits, own] = await Promise.all([sideOf(which('kadmin')!), sideOf(ours('tkadmin'))])
  })
  afterAll(() => Promise.all([mits, own].map(side => side?.realm.stop())))

  it.each(WAYS_IN.map(([args, input = '']) => [args, input] as const))('%j, input %j', async (args, input) => {
    await same(side => asked(side, args, input))
  })

  it.each(RIGHTS)('%s with few rights', async (who, password, requests) => {
    await same(side => asked(side, ['-p', who, '-w', password], inFolder(requests, side).join('\n')))
  })

  it.each(ONLY_REMOTE)('%s', async request => {
    await same(side => asked(side, [...ROOT, '-q', request]))
  })

  it('a script of requests on standard input', async () => {
    await same(side => asked(side, ROOT, inFolder(SCRIPT, side).join('\n')))
  })

  it('leaves the same database', async () => {
    const names = run('kadmin.local', ['listprincs'], { env: serverEnv(mits) })
      .stdout.split('\n')
      .filter(Boolean)
    expect(names.length).toBeGreaterThan(20)
    const terse = names.map(name => `getprinc -terse "${name}"`).join('\n')
    await same(async side => run('kadmin.local', [], { env: serverEnv(side), input: terse }))
  })

  it.each(AS_ARGUMENTS.map(([args, input = '']) => [args, input] as const))('%j, input %j, asked by root/admin', async (args, input) => {
    await same(side => asked(side, [...ROOT, ...args], input))
  })

  it('a thousand requests of a script go together and are answered in order', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `bulk${String(i).padStart(4, '0')}`)
    const script = names.map(name => `addprinc -randkey -clearpolicy ${name}`).join('\n')
    const done = await asked(own, ROOT, script)
    expect(done.stdout.match(/^Principal "bulk\d+@EX\.TEST" created\.$/gm)).toEqual(
      names.map(name => `Principal "${name}@EX.TEST" created.`),
    )
  })

  it('a file of principals whose server goes away is given up', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `{"principal":"gone${i}","randkey":true}\n`).join('')
    const cutter = await cutAfter(9, adminPort(own))
    try {
      const done = await asked(own, ['-s', `127.0.0.1:${cutter.port}`, ...ROOT, 'addprinc', '--from', '-'], lines)
      expect(done.code).toBe(1)
      expect(done.stderr).toMatch(/: line \d+ and what follows it were not tried\n/)
      expect(done.stderr.split('\n').length).toBeLessThan(600)
    } finally {
      cutter.close()
    }
  })

  it('principals from a file, and once more', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `{"principal":"file${i}","maxlife":${3600 + i}}\n`).join('')
    const first = await asked(own, [...ROOT, 'addprinc', '--from', '-', '-randkey'], lines)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('"file299@EX.TEST" created.\n300 created, 0 there already, 0 failed\n')
    const again = await asked(own, [...ROOT, 'addprinc', '--from', '-', '-randkey', '--if-not-exists'], lines)
    expect(again).toEqual({ code: 3, stdout: '0 created, 300 there already, 0 failed\n', stderr: '' })
    expect((await asked(own, [...ROOT, 'delprinc', '--if-exists', 'file-nobody'])).code).toBe(3)
    const one = await asked(own, [...ROOT, '--json', 'getprinc', 'file7'])
    expect(JSON.parse(one.stdout).principal).toMatchObject({ maxLife: 3607, kvno: 1 })
  })

  it('extracts the keys that the database has', async () => {
    const keytab = join(own.realm.folder, 'extracted.keytab')
    const done = await asked(own, [...ROOT, 'ktadd', '-norandkey', '-q', '-k', keytab, 'pre/admin'])
    expect(done.code).toBe(0)
    expect(run('kinit', ['-k', '-t', keytab, 'pre/admin'], { env: own.env }).code).toBe(0)
  })

  it('with a keytab and no name it is the host that asks', async () => {
    const host = `host/${hostname().toLowerCase()}`
    const keytab = (side: Side) => join(side.realm.folder, 'host.keytab')
    for (const side of [mits, own]) side.realm.admin([`addprinc -randkey ${host}`, `ktadd -k ${keytab(side)} ${host}`])
    await same(side => asked(side, ['-k', '-t', keytab(side), '-q', 'getprivs']))
  })

  it('an expired password is changed on the way', async () => {
    for (const side of [mits, own]) side.realm.admin(['addprinc -pw old -pwexpire yesterday late/admin'])
    await same(side => asked(side, ['-p', 'late/admin', '-w', 'old', '-q', 'getprivs'], 'new\nnew\n'))
    await same(side => asked(side, ['-p', 'late/admin', '-w', 'new', '-q', 'getprivs']))
  })

  it.each([
    [0, 'getprivs'],
    [1, 'getprivs'],
    [2, 'getprivs'],
    [2, 'addprinc -pw x -clearpolicy cut'],
    [3, 'addprinc -pw x cut'],
  ])('a server that closes after %i calls: %s', async (calls, request) => {
    const results = await Promise.all(
      [mits, own].map(async side => {
        const cutter = await cutAfter(calls, adminPort(side))
        try {
          return shown(side, await asked(side, ['-s', `127.0.0.1:${cutter.port}`, ...ROOT, '-q', request]))
        } finally {
          cutter.close()
        }
      }),
    )
    expect(results[1]).toEqual(results[0])
  })

  it('without kadmin/admin the service goes by its host', async () => {
    const ask = (side: Side) => asked(side, [...ROOT, '-q', 'getprivs'])
    for (const side of [mits, own]) side.realm.admin(['delprinc -force kadmin/admin'])
    await same(ask)
    for (const side of [mits, own]) side.realm.admin(['addprinc -randkey kadmin/127.0.0.1'])
    await same(ask)
    expect((await ask(own)).stdout).toContain('current privileges: INQUIRE ADD MODIFY DELETE')
  })

  /** Both at once: each has a realm of its own. */
  async function same(act: (side: Side) => Promise<Finished>): Promise<void> {
    const [expected, got] = await Promise.all([mits, own].map(async side => shown(side, await act(side))))
    expect(got).toEqual(expected)
  }
})

async function sideOf(program: string): Promise<Side> {
  const realm = await startMitRealm({ realm: 'EX.TEST', acl: REMOTE_ACL, keySalts: 'aes256-cts:normal aes128-cts:normal' })
  const env = { ...realm.env, USER: 'root', COLUMNS: '1000' }
  realm.admin(REMOTE_SETUP.map(line => line.replaceAll('FOLDER', realm.folder)))
  mkdirSync(join(realm.folder, 'bin'))
  symlinkSync(program, join(realm.folder, 'bin/kadmin'))
  const cache = (name: string, ...args: string[]) =>
    run('kinit', ['-c', join(realm.folder, name), ...args, 'root/admin'], { env, input: 'adminpw\n' })
  expect(cache('admin.cache', '-S', 'kadmin/admin').code).toBe(0)
  expect(cache('tgt.cache').code).toBe(0)
  return { realm, program: join(realm.folder, 'bin/kadmin'), env }
}

function asked(side: Side, args: readonly string[], input = ''): Promise<Finished> {
  return runAsync(side.program, inFolder(args, side), { env: side.env, input })
}

function shown({ realm: { folder } }: Side, { code, stdout, stderr }: Finished): Finished {
  const level = (text: string) => leveled(text, { folder }).replaceAll(NEW_IN_1_22, '')
  return { code, stdout: level(stdout), stderr: level(stderr) }
}

function inFolder(words: readonly string[], { realm }: Side): string[] {
  return words.map(word => word.replaceAll('FOLDER', realm.folder))
}

function serverEnv({ realm, env }: Side): Record<string, string> {
  return { ...env, KRB5_KDC_PROFILE: join(realm.folder, 'kdc.conf') }
}

function adminPort({ realm }: Side): number {
  return Number(/admin_server = 127\.0\.0\.1:(\d+)/.exec(readFileSync(join(realm.folder, 'krb5.conf'), 'utf8'))![1])
}

/** A server in front of a kadmind that passes on so many calls with their answers, and closes when the next one comes. */
async function cutAfter(calls: number, port: number): Promise<{ readonly port: number; close(): void }> {
  const server = createServer(client => {
    const kadmind = connectTo(port, '127.0.0.1')
    const end = () => {
      client.destroy()
      kadmind.destroy()
    }
    const assembler = new RecordAssembler({ maxOctets: 1 << 20, maxFragments: 100 })
    let passed = 0
    client.on('data', chunk => {
      for (const record of assembler.push(chunk)) {
        if (passed++ < calls) kadmind.write(markRecord(record))
        else end()
      }
    })
    kadmind.on('data', chunk => client.write(chunk))
    for (const socket of [client, kadmind]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

const ROOT = ['-p', 'root/admin', '-w', 'adminpw']
/** A line of list_requests. */
const NEW_IN_1_22 = 'add_alias, alias         Add alias\n'
