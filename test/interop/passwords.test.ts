import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/core/bytes/text.ts'
import { loadClientConfig } from '../../src/core/config/krb5-conf.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { givenPassword } from '../../src/kdc-client/key-source.ts'
import { changePassword, passwordTicket } from '../../src/kdc-client/passwd.ts'
import { realmChannel } from '../../src/platform/channel.ts'
import { nodeEnv } from '../../src/platform/node-env.ts'
import { passwordChannel } from '../../src/platform/password-channel.ts'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import { addRealmRelations, startMitPasswordRealm } from '../helpers/mit-passwords.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, heimdal, heimdalEnv, heimdalProgram, mit } from '../helpers/peers.ts'
import { type Daemon, type Finished, freePort, run, startDaemon } from '../helpers/process.ts'
import { type SambaRealm, samba, startSambaRealm } from '../helpers/samba-realm.ts'

/** tkpasswd against password servers that nobody here wrote, beside MIT's kpasswd against the same. test/cli has MIT's kadmind. */
const named = ({ code, stdout, stderr }: Finished, name: string) => ({
  code,
  // The day on which a password expires is counted from its change, and two changes may be a second apart.
  stdout: stdout.replaceAll(name, 'NAME').replace(/in \d+ days on .*/, 'in N days'),
  stderr: stderr.replace('tk', 'k'),
})

describeWith([mit(), heimdal()], "passwords on Heimdal's kpasswdd, which speaks UDP only", () => {
  let realm: PeerRealm
  let kpasswdd: Daemon

  beforeAll(async () => {
    const users = ['one', 'two', 'late1', 'late2'].map(name => `add --use-defaults -p ${name}pw ${name}`)
    const late = ['late1', 'late2'].map(name => `modify --pw-expiration-time=2020-01-01 ${name}`)
    realm = await startHeimdalRealm({ setup: [...users, ...late] })
    const port = await freePort()
    addRealmRelations(realm, [`kpasswd_server = 127.0.0.1:${port}`])
    const conf = join(realm.folder, 'heimdal.conf')
    kpasswdd = await startDaemon(heimdalProgram('kpasswdd'), ['-c', conf, '-r', realm.realm, '-p', String(port), '--addresses=127.0.0.1'], {
      env: { ...realm.env, ...heimdalEnv(), KRB5_CONFIG: conf },
      ready: () => boundByUdp(port),
    })
  }, 30_000)
  afterAll(async () => {
    await kpasswdd?.stop()
    await realm?.stop()
  })

  const ask = (program: string, name: string, input: string) => run(program, [name], { env: realm.env, input })

  it.each([
    ['changes one', 'pw', 'Other.pw1', 0],
    ['is told what is wrong with a short one', 'pw', 'x', 2],
    ['is refused with a wrong old one', 'wrong', 'x', 1],
  ])('%s, as kpasswd', (_, old, fresh, code) => {
    const answers = (name: string) => {
      realm.admin([`cpw -p ${name}pw ${name}`])
      return `${old === 'pw' ? `${name}pw` : old}\n${fresh}\n${fresh}\n`
    }
    const theirs = ask('kpasswd', 'one', answers('one'))
    const own = ask(ours('tkpasswd'), 'two', answers('two'))
    expect(named(own, 'two@')).toEqual(named(theirs, 'one@'))
    expect(own.code).toBe(code)
  })

  it('changes an expired one on the way, as kinit', () => {
    const theirs = ask('kinit', 'late1', 'late1pw\nOther.pw1\nOther.pw1\n')
    const own = ask(ours('tkinit'), 'late2', 'late2pw\nOther.pw1\nOther.pw1\n')
    expect(named(own, 'late2@')).toEqual(named(theirs, 'late1@'))
    expect(own.code).toBe(0)
    expect(ask('kinit', 'late2', 'Other.pw1\n').code).toBe(0)
  })
})

describeWith([mit()], 'passwords set for somebody else, at MIT’s kadmind', () => {
  let realm: PeerRealm

  beforeAll(async () => {
    const setup = ['addprinc -pw deskpw desk', 'addprinc -pw alicepw alice', 'addprinc -pw rootpw root/admin']
    realm = await startMitPasswordRealm({ setup, acl: ['desk@MIT.TEST c alice@MIT.TEST'] })
  }, 30_000)
  afterAll(() => realm?.stop())

  it.each([
    ['alice', 0, ''],
    ['root/admin', 5, 'Unauthorized request'],
    ['nobody', 5, 'Unauthorized request'],
  ])('%s: code %i', async (target, code, text) => {
    const env = { ...nodeEnv(), vars: realm.env }
    const config = await loadClientConfig(env)
    const context = { env, config, channel: realmChannel(config, env), passwords: passwordChannel(config, env) }
    const named = (name: string) => parsePrincipal(name, { defaultRealm: realm.realm })
    const ticket = await passwordTicket(named('desk'), givenPassword(new Secret(encodeText('deskpw'))), context)
    const answer = await changePassword(ticket, new Secret(encodeText('Set.pw1')), context, named(target))
    expect({ code: answer.code, text: decodeText(answer.text) }).toEqual({ code, text })
    const login = run('kinit', ['alice'], { env: realm.env, input: 'Set.pw1\n' })
    expect(login.code).toBe(0)
  })
})

describeWith([mit(), samba()], 'passwords in an Active Directory of Samba’s', () => {
  let realm: SambaRealm

  beforeAll(async () => {
    realm = await startSambaRealm({
      setup: [
        ...['one', 'two'].map(name => `user create ${name} Old.pass1`),
        ...['must1', 'must2'].map(name => `user create ${name} Old.pass1 --must-change-at-next-login`),
        'user create off Old.pass1',
        'user disable off',
      ],
    })
  }, 60_000)
  afterAll(() => realm?.stop())

  const ask = (program: string, args: readonly string[], input: string, env: Readonly<Record<string, string>> = {}) =>
    realm.run(program, args, { input, env })

  it.each([
    ['changes one', 'Old.pass1', 'New.pass1', 0],
    ['is told the policy for a short one', 'New.pass1', 'x', 2],
    ['is told the policy for a simple one', 'New.pass1', 'newpassword', 2],
    ['is refused with a wrong old one', 'wrong', 'x', 1],
    ['changes it back', 'New.pass1', 'Old.pass1', 0],
  ])('%s, as kpasswd', (_, old, fresh, code) => {
    const input = `${old}\n${fresh}\n${fresh}\n`
    const theirs = ask('kpasswd', ['one'], input)
    const own = ask(ours('tkpasswd'), ['two'], input)
    expect(named(own, 'two@')).toEqual(named(theirs, 'one@'))
    expect(own.code).toBe(code)
  })

  it('changes one at the first log-in, as kinit', () => {
    const input = 'Old.pass1\nx\nx\nNew.pass1\nNew.pass1\n'
    const theirs = ask('kinit', ['must1'], input)
    const own = ask(ours('tkinit'), ['must2'], input)
    expect(named(own, 'must2@')).toEqual(named(theirs, 'must1@'))
    expect(own.code).toBe(0)
  })

  it('is told of a disabled account, as kinit and kpasswd', () => {
    expect(named(ask(ours('tkinit'), ['off'], ''), '@')).toEqual(named(ask('kinit', ['off'], ''), '@'))
    expect(named(ask(ours('tkpasswd'), ['off'], ''), '@')).toEqual(named(ask('kpasswd', ['off'], ''), '@'))
  })

  it('finds the server by DNS alone', () => {
    const conf = join(realm.folder, 'dns.conf')
    const text = '[libdefaults]\n default_realm = AD.TEST\n dns_lookup_kdc = true\n dns_canonicalize_hostname = false\n'
    writeFileSync(conf, text)
    const trace = join(realm.folder, 'trace')
    const done = ask(ours('tkpasswd'), ['two'], 'Old.pass1\nNew.pass1\nNew.pass1\n', { KRB5_CONFIG: conf, KRB5_TRACE: trace })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const lines = readFileSync(trace, 'utf8')
    expect(lines).toContain('Sending DNS SRV query for _kpasswd._udp.AD.TEST.')
    expect(lines).toMatch(/SRV answer: 0 100 464 "dc1\.ad\.test\.?"/)
    expect(lines).not.toContain('New.pass1')
  })
})

function boundByUdp(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync('/proc/net/udp', 'utf8').includes(`:${hex} `)
}
