import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toHex } from '../../src/core/bytes/bytes.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { resolveCcache } from '../../src/core/ccache/resolve.ts'
import type { KeytabEntry } from '../../src/core/keytab/keytab.ts'
import { resolveKeytab } from '../../src/core/keytab/resolve.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { nodeFiles } from '../../src/platform/files.ts'
import { systemClock } from '../../src/platform/node-env.ts'
import { bundle } from '../helpers/bundle.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run, runAsync } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Caches and keytabs that MIT's programs and we read and write in turns. */
const scratch = scratchFolder('formats')
const env = {
  clock: systemClock(),
  random: (length: number) => new Uint8Array(length),
  vars: {},
  host: { hostname: () => 'localhost', uid: 0, euid: 0, username: () => undefined, pid: 1 },
  files: nodeFiles(),
  prompter: { secret: () => Promise.reject(new Error('no')), line: () => Promise.reject(new Error('no')) },
  trace: () => undefined,
}
const CACHES = { defaultCcacheName: 'FILE:/nowhere', ccacheType: 4 }
const KEYTABS = { defaultKeytabName: 'FILE:/nowhere', defaultClientKeytabName: 'FILE:/nowhere' }
const UTC = { TZ: 'UTC', KRB5_CONFIG: '/dev/null' }

let realm: PeerRealm | undefined
afterAll(async () => {
  await realm?.stop()
  scratch.remove()
})

describeWith([mit()], 'caches of ours', () => {
  it.each([1, 2, 3, 4])('of version %i: klist shows what is in them', async version => {
    const path = scratch.file(`v${version}`)
    const cache = await resolveCcache(path, env, { ...CACHES, ccacheType: version })
    await cache.replace(ALICE, [credential({})], [{ key: 'fast_avail', server: TGS, value: Buffer.from('yes') }])
    await cache.store(credential({ server: WEB, addresses: [{ type: 2, data: Uint8Array.of(10, 0, 0, 1) }] }))
    await cache.store(credential({ server: { ...WEB, components: ['gone'] } }))
    await cache.setConfig('pa_type', Buffer.from('2'), TGS)
    await cache.setConfig('pa_type', Buffer.from('151'), TGS)
    expect(await cache.remove(one => one.server.components[0] === 'gone')).toBe(1)
    expect(fs.readFileSync(path)[1]).toBe(version)
    const shown = run('klist', ['-f', '-a', '-n', '-C', `FILE:${path}`], { env: UTC })
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout.replaceAll(path, 'F')).toBe(`Ticket cache: FILE:F
Default principal: alice@A.TEST

Valid starting     Expires            Service principal
config: fast_avail(krbtgt/A.TEST@A.TEST) = yes
\tAddresses: (none)
09/09/01 01:46:41  09/09/01 11:46:40  krbtgt/A.TEST@A.TEST
\trenew until 09/16/01 00:26:40, Flags: FRA
\tAddresses: (none)
09/09/01 01:46:41  09/09/01 11:46:40  host/web.a.test@A.TEST
\trenew until 09/16/01 00:26:40, Flags: FRA
\tAddresses: 10.0.0.1
config: pa_type(krbtgt/A.TEST@A.TEST) = 151
\tAddresses: (none)
`)
  })
})

describeWith([mit()], 'keytabs of ours', () => {
  it('show names, versions, times, enctypes and keys in klist', async () => {
    const path = scratch.file('own-keytab')
    const keytab = await resolveKeytab(path, env, KEYTABS, 'server')
    await keytab.add([entry({ kvno: 1 }), entry({ kvno: 2, etype: 18, octets: 32 }), entry({ kvno: 300, etype: 20, octets: 32 })])
    await keytab.remove(one => one.kvno === 2)
    await keytab.add([entry({ kvno: 7 })])
    const shown = run('klist', ['-k', '-t', '-K', '-e', path], { env: UTC })
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout.split('\n').slice(3, -1)).toEqual([
      `   1 09/09/01 01:46:40 host/web.a.test@A.TEST (aes128-cts-hmac-sha1-96)  (0x${'05'.repeat(16)})`,
      `   7 09/09/01 01:46:40 host/web.a.test@A.TEST (aes128-cts-hmac-sha1-96)  (0x${'05'.repeat(16)})`,
      ` 300 09/09/01 01:46:40 host/web.a.test@A.TEST (aes256-cts-hmac-sha384-192)  (0x${'05'.repeat(32)})`,
    ])
  })
})

describeWith([mit()], "MIT's files", () => {
  beforeAll(async () => {
    const services = Array.from({ length: 12 }, (_, i) => `addprinc -randkey svc${i}`)
    realm = await startMitRealm({ setup: ['addprinc -pw pw alice', ...services] })
  })

  it('a keytab with holes from kadmin.local is read, its holes are filled, and klist agrees', async () => {
    const path = scratch.file('holes')
    realm!.admin([`ktadd -k ${path} svc0`, `ktadd -k ${path} svc1`, `ktadd -k ${path} svc2`, `ktrem -k ${path} svc1 all`])
    const size = fs.statSync(path).size
    const keytab = await resolveKeytab(path, env, KEYTABS, 'server')
    await compare(path)
    expect(new Set((await keytab.entries()).map(one => one.principal.components[0]))).toEqual(new Set(['svc0', 'svc2']))
    await keytab.add([entry({ kvno: 9, principal: { type: 1, realm: 'MIT.TEST', components: ['x'] } })])
    expect(fs.statSync(path).size).toBe(size)
    await compare(path)
    await keytab.remove(one => one.principal.components[0] === 'svc0')
    realm!.admin([`ktadd -k ${path} svc3`])
    await compare(path)
  })

  it('a keytab from ktutil is read', async () => {
    const path = scratch.file('ktutil')
    const input = `addent -password -p bob@MIT.TEST -k 5 -e aes256-cts\npw\nwkt ${path}\nq\n`
    expect(run('ktutil', [], { env: realm!.env, input }).code).toBe(0)
    const [one] = await (await resolveKeytab(path, env, KEYTABS, 'server')).entries()
    expect([one?.kvno, one?.principal.components, one?.key.etype]).toEqual([5, ['bob'], 18])
    await compare(path)
  })

  it('writers of both kinds at once lose nothing', async () => {
    expect(run('kinit', ['alice'], { env: realm!.env, input: 'pw\n' }).code).toBe(0)
    const path = realm!.env.KRB5CCNAME!.slice('FILE:'.length)
    const program = bundle('append-credentials', APPENDER)
    const children = Array.from({ length: 4 }, (_, i) => ended(spawn(process.execPath, [program, path, String(i)])))
    const services = Array.from({ length: 12 }, (_, i) => `svc${i}`)
    const kvno = await runAsync('kvno', services, { env: realm!.env })
    await Promise.all(children)
    fs.rmSync(program)
    expect(kvno).toMatchObject({ code: 0, stderr: '' })
    const listed = run('klist', [], { env: realm!.env })
    expect(listed.stderr).toBe('')
    for (const service of services) expect(listed.stdout).toContain(` ${service}@MIT.TEST`)
    expect(listed.stdout.match(/ made-\d-\d+@MIT\.TEST/g)).toHaveLength(4 * 20)
    let ours = 0
    for await (const _ of (await resolveCcache(path, env, CACHES)).credentials()) ours++
    expect(ours).toBe(1 + 12 + 4 * 20)
  })
})

/** Our list and klist's, key by key. */
async function compare(path: string): Promise<void> {
  const theirs = run('klist', ['-k', '-K', path], { env: realm!.env })
    .stdout.split('\n')
    .flatMap(line => [...line.matchAll(/^ *(\d+) (\S+) +\(0x([0-9a-f]+)\)/g)].map(([, kvno, name, key]) => `${kvno} ${name} ${key}`))
  const ours = (await (await resolveKeytab(path, env, KEYTABS, 'server')).entries()).map(
    one => `${one.kvno} ${one.principal.components.join('/')}@${one.principal.realm} ${one.key.value.use(toHex)}`,
  )
  expect(theirs.length).toBeGreaterThan(0)
  expect(ours).toEqual(theirs)
}

function credential(change: Partial<Credential>): Credential {
  return {
    client: ALICE,
    server: TGS,
    key: { etype: 18, value: Secret.copyOf(new Uint8Array(32).fill(7)) },
    authtime: 1_000_000_000,
    starttime: 1_000_000_001,
    endtime: 1_000_036_000,
    renewTill: 1_000_600_000,
    isSkey: false,
    flags: 0x40a0_0000,
    addresses: [],
    authdata: [],
    ticket: Uint8Array.of(0x61, 0),
    secondTicket: new Uint8Array(0),
    ...change,
  }
}

function entry(change: { kvno: number; etype?: number; octets?: number; principal?: KeytabEntry['principal'] }): KeytabEntry {
  const value = Secret.copyOf(new Uint8Array(change.octets ?? 16).fill(5))
  return { principal: change.principal ?? WEB, kvno: change.kvno, timestamp: 1_000_000_000, key: { etype: change.etype ?? 17, value } }
}

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`status ${code}`))))
  })
}

const ALICE = { type: 1, realm: 'A.TEST', components: ['alice'] }
const TGS = { type: 2, realm: 'A.TEST', components: ['krbtgt', 'A.TEST'] }
const WEB = { type: 1, realm: 'A.TEST', components: ['host', 'web.a.test'] }

/** Copies the TGT under twenty names of its own into the cache, one by one. */
const APPENDER = `
import { resolveCcache } from './src/core/ccache/resolve.ts'
import { nodeEnv } from './src/platform/node-env.ts'
void (async () => {
  const [path, who] = process.argv.slice(2)
  const cache = await resolveCcache(path, nodeEnv(), { defaultCcacheName: '', ccacheType: 4 })
  for await (const tgt of cache.credentials()) {
    for (let i = 0; i < 20; i++) {
      await cache.store({ ...tgt, server: { type: 1, realm: 'MIT.TEST', components: ['made-' + who + '-' + i] } })
    }
    break
  }
})()
`
