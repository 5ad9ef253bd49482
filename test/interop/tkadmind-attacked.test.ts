import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ApiVersion, PrincipalMask } from '../../src/admin/wire/kadm5/masks.ts'
import { encodeArguments } from '../../src/admin/wire/kadm5/messages.ts'
import { type AnyProcedure, PROCEDURES, type ProcedureName } from '../../src/admin/wire/kadm5/procedures.ts'
import { EMPTY_POLICY_ENT, EMPTY_PRINCIPAL_ENT } from '../../src/admin/wire/kadm5/structures.ts'
import { XdrWriter } from '../../src/admin/wire/xdr.ts'
import type { Bytes } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import type { Forgery } from '../helpers/forged-ticket.ts'
import { namespaces } from '../helpers/namespaces.ts'
import { type OwnAdminRealm, startOwnAdminRealm } from '../helpers/own-admin-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith } from '../helpers/peers.ts'
import { accepts, type Daemon, run, startDaemon, until } from '../helpers/process.ts'
import { adminTicketFrom, keytabKey, RawAdmin, type RawCredential } from '../helpers/raw-admin.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { callOf } from '../unit/admin/wire/rpcsec-gss/crafted-client.ts'

/** Services of names that are almost right, each with keys of its own. */
const SERVICES = [
  ...['kadmin/admin', 'kadmin/changepw', 'krbtgt/OWN.TEST', 'kadmin/history', 'kadmin/host.test', 'Kadmin/admin', 'kadmin/admin/x'],
  ...['kadmin', 'kadmi/n', 'kadmin/admin@OTHER.TEST', 'krbtgt/OTHER.TEST'],
]

describe('tkadmind under attack', () => {
  let realm: OwnAdminRealm
  let kadmind: Daemon
  const open: RawAdmin[] = []
  const path = (name: string) => join(realm.folder, name)
  const named = (text: string) => parsePrincipal(text, { defaultRealm: 'OWN.TEST' })
  const local = (query: string) => run(ours('tkadmin.local'), ['-q', query], { env: realm.serverEnv }).stdout
  const listed = (pattern: string) => local(`listprincs ${pattern}`).split('\n').slice(1, -1)
  const ticket = (more: Partial<Forgery> = {}) =>
    adminTicketFrom(path('keytab'), { client: 'root/admin@OWN.TEST', server: 'kadmin/admin@OWN.TEST', ...more })
  const connected = async () => {
    const admin = await RawAdmin.connect(realm.adminPort)
    open.push(admin)
    return admin
  }
  const loggedOn = async (credential: RawCredential = ticket()) => {
    const admin = await connected()
    expect(await admin.logOn(credential)).toBe('accepted 0')
    return admin
  }
  const restart = async () => {
    kadmind = await startDaemon(ours('tkadmind'), ['-nofork'], { env: realm.serverEnv, ready: () => accepts(realm.adminPort) })
  }
  const status = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${kadmind.pid}/status`, 'utf8'))![1])
  const descriptors = () => readdirSync(`/proc/${kadmind.pid}/fd`).length

  beforeAll(async () => {
    realm = await startOwnAdminRealm(['root/admin@OWN.TEST *', 'filler@OWN.TEST a', 'viewer@OWN.TEST il'], {
      setup: [
        'addprinc -pw rootpw root/admin',
        'addprinc -pw viewerpw viewer',
        'addprinc -pw fillerpw filler',
        'addprinc -pw victimpw victim',
        ...SERVICES.slice(3).map(service => `addprinc -randkey ${service}`),
      ],
    })
    kadmind = realm.kadmind
    const requests = SERVICES.map(service => `modprinc -lockdown_keys ${service}\nktadd -norandkey -k ${path('keytab')} ${service}\n`)
    run(ours('tkadmin.local'), [], { env: realm.serverEnv, input: requests.join('') })
  })
  afterEach(() => {
    for (const admin of open.splice(0)) admin.close()
  })
  afterAll(async () => {
    await kadmind?.stop()
    await realm?.stop()
  })

  it.each<[string, Partial<Forgery>, string]>([
    ['kadmin/admin', {}, 'accepted 0'],
    ['kadmin/HOST', { server: 'kadmin/host.test@OWN.TEST' }, 'accepted 0'],
    ['kadmin/changepw', { server: 'kadmin/changepw@OWN.TEST' }, 'accepted 0'],
    ['kadmin/history', { server: 'kadmin/history@OWN.TEST' }, 'denied 5'],
    ['another case', { server: 'Kadmin/admin@OWN.TEST' }, 'denied 5'],
    ['a component more', { server: 'kadmin/admin/x@OWN.TEST' }, 'denied 5'],
    ['a component less', { server: 'kadmin@OWN.TEST' }, 'denied 5'],
    ['another first component', { server: 'kadmi/n@OWN.TEST' }, 'denied 5'],
    ['another realm', { server: 'kadmin/admin@OTHER.TEST' }, 'denied 5'],
    ['the TGS', { server: 'krbtgt/OWN.TEST@OWN.TEST' }, 'denied 5'],
    ['the TGS of another realm', { server: 'krbtgt/OTHER.TEST@OWN.TEST' }, 'denied 5'],
    ['a ticket that has ended', { endtime: Math.floor(Date.now() / 1000) - 400 }, 'denied 2'],
    ['a ticket that is not valid yet', { authtime: Math.floor(Date.now() / 1000) + 2000 }, 'denied 2'],
  ])('a ticket for %s: %o is %s', async (_, more, outcome) => {
    expect(await (await connected()).logOn(ticket(more))).toBe(outcome)
  })

  it('a ticket for one name under the key of another is refused', async () => {
    for (const other of ['kadmin/history', 'kadmin/changepw', 'krbtgt/OWN.TEST', 'Kadmin/admin']) {
      const { key, kvno } = keytabKey(path('keytab'), `${other}@OWN.TEST`)
      expect([other, await (await connected()).logOn(ticket({ key, kvno }))]).toEqual([other, 'denied 2'])
    }
  })

  it('kadmin/changepw is good for one’s own password and nothing else', async () => {
    const admin = await loggedOn(ticket({ server: 'kadmin/changepw@OWN.TEST' }))
    const entry = { ...EMPTY_PRINCIPAL_ENT, principal: named('intruder') }
    expect(await admin.ask('createPrincipal', { entry, mask: PrincipalMask.PRINCIPAL, password: undefined })).toBe('KADM5_AUTH_ADD')
    expect(await admin.ask('deletePrincipal', { principal: named('victim') })).toBe('KADM5_AUTH_DELETE')
    expect(await admin.ask('getPrincipals', { pattern: '*' })).toBe('KADM5_AUTH_LIST')
    expect(await admin.ask('getPrincipalKeys', { principal: named('victim'), kvno: 0 })).toBe('KADM5_AUTH_EXTRACT')
    expect(await admin.ask('chpassPrincipal', { principal: named('victim'), password: secret('x') })).toBe('KADM5_AUTH_CHANGEPW')
    expect(await admin.ask('chpassPrincipal', { principal: named('root/admin'), password: secret('rootpw2') })).toBe('OK')
  })

  it('a ticket that comes from another ticket does not change one’s own password', async () => {
    const admin = await loggedOn(ticket({ client: 'viewer@OWN.TEST', flags: 0 }))
    expect(await admin.ask('getPrincipal', { principal: named('viewer'), mask: 0 })).toBe('OK')
    expect(await admin.ask('chpassPrincipal', { principal: named('viewer'), password: secret('x') })).toBe('KADM5_AUTH_INITIAL')
  })

  it('a client of another realm has no rights by its name', async () => {
    const admin = await loggedOn(ticket({ client: 'root/admin@OTHER.TEST' }))
    expect(await admin.ask('getPrincipals', { pattern: '*' })).toBe('KADM5_AUTH_LIST')
  })

  it('neither a set-up nor a call is taken twice', async () => {
    const [first, second] = [await connected(), await connected()]
    const recorded: Bytes[] = []
    const send = first.send.bind(first)
    first.send = record => {
      recorded.push(record)
      return send(record)
    }
    expect(await first.logOn(ticket())).toBe('accepted 0')
    expect(await first.ask('chpassPrincipal', { principal: named('victim'), password: secret('once') })).toBe('OK')
    const again = (admin: RawAdmin, record: Bytes) => admin.send(record).then(reply => Buffer.from(reply.subarray(8)).toString('hex'))
    const denied = (status: number) => `00000001${'00000001'}${status.toString(16).padStart(8, '0')}`
    expect(await again(second, recorded[0]!)).toBe(denied(2))
    expect(await again(second, recorded[1]!)).toBe(denied(13))
    expect(await again(first, recorded[1]!)).toBe(denied(14))
    expect(local('getprinc victim')).toContain('Key: vno 2,')
  })

  it('answers every call of an administrator whose arguments are mutated, and stays what it was', async () => {
    const admin = await loggedOn()
    const before = status('RssAnon')
    const samples = sampleArguments(named)
    const mutation = fc.tuple(fc.nat(), fc.constantFrom('flip', 'word', 'cut', 'add', 'drop'), fc.nat({ max: 255 }))
    const said = fc.record({
      sample: fc.constantFrom(...samples),
      mutations: fc.array(mutation, { maxLength: 3 }),
      procedure: fc.option(fc.nat({ max: 40 }), { nil: undefined, freq: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 40, maxLength: 40 }), async calls => {
        const outcomes = await Promise.all(
          calls.map(({ sample, mutations, procedure }) =>
            admin.octets(procedure ?? sample.procedure, mutations.reduce(mutated, sample.octets)),
          ),
        )
        // Done or refused by kadm5, no such procedure, or no arguments of it.
        for (const { outcome } of outcomes) expect(['accepted 0', 'accepted 3', 'accepted 4']).toContain(outcome)
      }),
      { numRuns: 50 },
    )
    expect(status('RssAnon') - before).toBeLessThan(100_000)
    expect(readFileSync(realm.adminLog, 'utf8')).not.toMatch(/ \| at /)
    expect(await (await loggedOn()).ask('getPrincipal', { principal: named('kadmin/admin'), mask: 0 })).toBe('OK')
  })

  it('is not filled by strangers, by halves of records, or by one who takes no answers', async () => {
    await until(() => descriptors() < 40)
    const [memory, files] = [status('RssAnon'), descriptors()]
    const flood = await connected()
    let answered = 0
    flood.socket.on('data', chunk => {
      answered += chunk.length
    })
    for (let sent = 0; sent < 20_000; sent += 100) {
      flood.socket.write(Buffer.concat(Array.from({ length: 100 }, (_, i) => badInit(sent + i))))
      // A denied reply is six words behind its mark.
      await until(() => answered >= (sent - 2000) * 24)
    }
    await until(() => answered === 20_000 * 24)
    const halves = await Promise.all(Array.from({ length: 200 }, () => connected()))
    for (const { socket } of halves) socket.write(Buffer.concat([Buffer.from('8001ff00', 'hex'), Buffer.alloc(100_000)]))
    const deaf = await loggedOn()
    deaf.socket.pause()
    const row = PROCEDURES.getPrincipals as AnyProcedure
    const list = encodeArguments(row, { version: ApiVersion.V4, arguments: { pattern: '*' } as never })
    for (let i = 0; i < 20_000; i++) void deaf.octets(row.number, list).catch(() => {})
    expect(await (await loggedOn()).ask('getPrincipal', { principal: named('victim'), mask: 0 })).toBe('OK')
    expect(status('RssAnon') - memory).toBeLessThan(150_000)
    for (const admin of open.splice(0)) admin.close()
    await until(() => descriptors() <= files)
  })

  it('answers others while fifty passwords are hashed', async () => {
    const [busy, other] = [await loggedOn(), await loggedOn()]
    const answers: string[] = []
    const changes = Array.from({ length: 50 }, (_, i) =>
      busy.ask('chpassPrincipal', { principal: named('victim'), password: secret(`pw${i}`) }).then(code => answers.push(code)),
    )
    await until(() => answers.length > 0)
    const seen = await other.ask('getPrincipal', { principal: named('victim'), mask: 0 }).then(() => answers.length)
    await Promise.all(changes)
    expect(answers).toEqual(Array(50).fill('OK'))
    expect(seen).toBeLessThan(50)
  })

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'what was acknowledged is there, and nothing by halves, after %s in the middle',
    async signal => {
      for (const [way, args, line] of [
        ['s', [], (name: string) => `addprinc -randkey ${name}\n`],
        ['f', ['addprinc', '--from', '-'], (name: string) => `{"principal":"${name}","randkey":true}\n`],
      ] as const) {
        const prefix = `${way}${signal}`
        const child = spawn(ours('tkadmin'), ['-p', 'filler', '-w', 'fillerpw', ...args], { env: { ...process.env, ...realm.env } })
        let [said, done] = ['', 0]
        child.stdin.on('error', () => {}) // it ends before it has read everything
        child.stderr.resume()
        child.stdout.on('data', chunk => {
          said += chunk
          done = said.match(/" created\.$/gm)?.length ?? 0
        })
        child.stdin.end(Array.from({ length: 1500 }, (_, i) => line(`${prefix}${i}`)).join(''))
        const closed = once(child, 'close')
        await until(() => done > 300)
        await kadmind.stop(signal)
        await closed
        await restart()
        const acknowledged = [...said.matchAll(/Principal "(\S+)" created\.$/gm)].map(([, name]) => name!)
        expect(acknowledged.length).toBeLessThan(1500)
        const there = listed(`${prefix}*`)
        expect(there).toEqual(expect.arrayContaining(acknowledged))
        const keys = run(ours('tkdb5_util'), ['tabdump', '-n', 'keyinfo'], { env: realm.serverEnv }).stdout
        const counts = new Map<string, number>()
        for (const row of keys.split('\n')) counts.set(row.split('\t')[0]!, (counts.get(row.split('\t')[0]!) ?? 0) + 1)
        for (const name of there) expect([name, counts.get(name)]).toEqual([name, 4])
      }
      expect(await (await loggedOn()).ask('getPrincipal', { principal: named('victim'), mask: 0 })).toBe('OK')
    },
  )

  it('policies are as the last acknowledged change left them, or the next one, when tkadmin.local is killed', async () => {
    local('addpol -minlength 1 steps')
    const child = spawn(ours('tkadmin.local'), [], { env: { ...process.env, ...realm.serverEnv } })
    child.stdin.on('error', () => {}) // it is killed while it is being written to
    child.stderr.resume()
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
      if (said.split('modpol').length > 150) child.kill('SIGKILL')
    })
    child.stdin.write(Array.from({ length: 2000 }, (_, i) => `modpol -minlength ${i + 2} steps\n`).join(''))
    await once(child, 'close')
    expect(child.signalCode).toBe('SIGKILL')
    // A line is echoed when its turn comes, behind all that is done.
    const echoed = Number([...said.matchAll(/modpol -minlength (\d+) steps\n/g)].at(-1)![1])
    const length = Number(/Minimum password length: (\d+)/.exec(local('getpol steps'))![1])
    expect(length).toBeGreaterThanOrEqual(echoed - 1)
    expect(length).toBeLessThan(2001)
  })

  it('sees the database that another program has put in its place', async () => {
    const dump = path('dump')
    run(ours('tkdb5_util'), ['dump', dump], { env: realm.serverEnv })
    const admin = await loggedOn()
    expect(await admin.ask('deletePrincipal', { principal: named('victim') })).toBe('OK')
    expect(run(ours('tkdb5_util'), ['load', dump], { env: realm.serverEnv }).stderr).toBe('')
    const get = () => admin.ask('getPrincipal', { principal: named('victim'), mask: 0 })
    await until(async () => (await get()) === 'OK')
    expect(local('addprinc -randkey beside')).toContain('created')
    expect(await admin.ask('getPrincipal', { principal: named('beside'), mask: 0 })).toBe('OK')
  })
})

describeWith([namespaces()], 'a disk that fills up', () => {
  it('is said for each principal that does not fit, and all others are there', () => {
    const scratch = scratchFolder('full')
    const folder = scratch.file('small')
    mkdirSync(folder)
    writeFileSync(scratch.file('krb5.conf'), '[libdefaults]\n default_realm = R\n')
    writeFileSync(
      scratch.file('kdc.conf'),
      `[realms]\n R = {\n  database_name = ${join(folder, 'principal')}\n  key_stash_file = ${join(folder, 'stash')}\n }\n`,
    )
    const script = `mount -t tmpfs -o size=5m none ${folder}
${ours('tkdb5_util')} create -s -P master
${ours('tkadmin.local')} addprinc --from - > ${scratch.file('out')} 2> ${scratch.file('err')} || true
${ours('tkadmin.local')} listprincs 'u*'
mount -o remount,size=20m ${folder}
${ours('tkadmin.local')} addprinc -randkey later 2> ${scratch.file('later')}
${ours('tkadmin.local')} listprincs later`
    const input = Array.from({ length: 4000 }, (_, i) => `{"principal":"u${i}","randkey":true}\n`).join('')
    const env = { KRB5_CONFIG: scratch.file('krb5.conf'), KRB5_KDC_PROFILE: scratch.file('kdc.conf') }
    const { stdout, stderr, code } = run('unshare', ['-m', 'sh', '-ec', script], { env, input })
    const [out, err] = ['out', 'err'].map(name => readFileSync(scratch.file(name), 'utf8').split('\n'))
    scratch.remove()
    const created = out!.flatMap(line => /^Principal "(\S+)" created\.$/.exec(line)?.[1] ?? [])
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('rror')])
    expect(created.length).toBeGreaterThan(100)
    expect(stdout.split('\n').filter(line => line.startsWith('u'))).toEqual(created.sort())
    expect(err!.filter(line => /^tkadmin\.local: line \d+: No space left on device while creating "u\d+"$/.test(line))).toHaveLength(
      4000 - created.length,
    )
    expect(stdout).toMatch(/^later@R$/m)
  })
})

function secret(text: string): Secret {
  return new Secret(encodeText(text))
}

/** A context with a token that no mechanism made. */
function badInit(xid: number): Uint8Array {
  const record = callOf({ gssProc: 1, seq: 0 }, { xid, procedure: 0, body: new XdrWriter().opaque(new Uint8Array(64)).finish() })
  return Buffer.concat([Buffer.from([0x80, 0, record.length >> 8, record.length & 0xff]), record])
}

/** Good arguments of every procedure, about names that nobody misses. */
function sampleArguments(named: (text: string) => ReturnType<typeof parsePrincipal>) {
  const [principal, source] = [named('fuzz1'), named('fuzz2')]
  const entry = { ...EMPTY_PRINCIPAL_ENT, principal, policy: 'fuzz' }
  const key = { etype: 18, value: new Secret(new Uint8Array(32)) }
  const common = {
    ...{ principal, source, target: named('fuzz3'), alias: named('fuzz4'), password: secret('a password'), keepOld: true, keepKvno: 2 },
    ...{ keySalts: [{ etype: 18, saltType: 0 }], mask: PrincipalMask.PRINCIPAL | PrincipalMask.ATTRIBUTES, pattern: 'fuzz*', name: 'fuzz' },
    ...{ kvno: 0, key: 'note', value: 'text' },
  }
  return (Object.keys(PROCEDURES) as ProcedureName[]).map(name => {
    const row = PROCEDURES[name] as AnyProcedure
    const keys = name === 'setkeyPrincipal4' ? [{ kvno: 3, key, saltType: 0, salt: new Uint8Array(2) }] : [key]
    const about = /Policy/.test(name) ? { ...EMPTY_POLICY_ENT, policy: 'fuzz' } : entry
    const args = { ...common, entry: about, keys }
    return { procedure: row.number, octets: encodeArguments(row, { version: ApiVersion.V4, arguments: args as never }) }
  })
}

function mutated(octets: Bytes, [where, how, by]: readonly [number, string, number]): Bytes {
  const at = octets.length === 0 ? 0 : where % octets.length
  const word = at & ~3
  switch (how) {
    case 'flip':
      return octets.map((octet, i) => (i === at ? octet ^ by : octet))
    // Counts, masks, lengths and pointers are words.
    case 'word':
      return Uint8Array.of(...octets.subarray(0, word), ...WORDS[by % WORDS.length]!, ...octets.subarray(word + 4))
    case 'cut':
      return octets.slice(0, at)
    case 'add':
      return Uint8Array.of(...octets.subarray(0, word), 0, 0, 0, by, ...octets.subarray(word))
    default:
      return Uint8Array.of(...octets.subarray(0, word), ...octets.subarray(word + 4))
  }
}

const WORDS = [0, 1, 2, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0].map(word =>
  Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word),
)
