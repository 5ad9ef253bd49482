import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, heimdal, heimdalEnv, heimdalProgram, java, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** Issue 2, shown by 3: MIT's, Heimdal's and Java's clients on tkrb5kdc, with principals and keytabs made by tkadmin.local. */
const ETYPES = ['aes128-cts-hmac-sha1-96', 'aes256-cts-hmac-sha1-96', 'aes128-cts-hmac-sha256-128', 'aes256-cts-hmac-sha384-192']

let realm: PeerRealm

beforeAll(async () => {
  realm = await startOwnRealm({
    setup: [
      'addprinc -pw alicepw alice',
      'addprinc -pw carefulpw +requires_preauth careful',
      ...ETYPES.map((etype, i) => `addprinc -pw pw${i} +requires_preauth -e ${etype}:normal only${i}`),
      'addprinc -randkey host/server.own.test',
    ],
  })
  realm.admin([
    `ktadd -k ${realm.keytab} -norandkey host/server.own.test`,
    `ktadd -k ${join(realm.folder, 'alice.keytab')} -norandkey alice`,
  ])
})
afterAll(() => realm?.stop())

describeWith([mit()], "MIT's clients on tkrb5kdc", () => {
  it.each(['alice', 'careful'])('kinit logs %s in, and klist shows what was asked for', name => {
    expect(run('kinit', ['-f', '-r', '10h', name], { env: realm.env, input: `${name}pw\n` })).toMatchObject({ code: 0, stderr: '' })
    expect(run('klist', ['-f'], { env: realm.env }).stdout).toMatch(name === 'careful' ? /Flags: FRIA\n/ : /Flags: FRI\n/)
  })
  it.each(ETYPES.map((etype, i) => [etype, i] as const))('kinit logs in a principal whose only key is %s', (_etype, i) => {
    expect(run('kinit', [`only${i}`], { env: realm.env, input: `pw${i}\n` })).toMatchObject({ code: 0, stderr: '' })
  })
  it('kinit logs in by the keytab that tkadmin.local wrote', () => {
    const done = run('kinit', ['-k', '-t', join(realm.folder, 'alice.keytab'), 'alice'], { env: realm.env })
    expect(done).toEqual({ code: 0, stdout: '', stderr: '' })
  })
  it('kvno gets a service ticket that the keytab opens', () => {
    run('kinit', ['alice'], { env: realm.env, input: 'alicepw\n' })
    const done = run('kvno', ['-k', realm.keytab, 'host/server.own.test'], { env: realm.env })
    expect(done).toEqual({ code: 0, stdout: 'host/server.own.test@OWN.TEST: kvno = 1, keytab entry valid\n', stderr: '' })
  })
  it('kvno over TCP only', () => {
    const config = join(realm.folder, 'tcp.conf')
    writeFileSync(
      config,
      readFileSync(join(realm.folder, 'krb5.conf'), 'utf8').replace('[libdefaults]\n', '[libdefaults]\n udp_preference_limit = 1\n'),
    )
    const env = { ...realm.env, KRB5_CONFIG: config }
    expect(run('kinit', ['careful'], { env, input: 'carefulpw\n' }).code).toBe(0)
    expect(run('kvno', ['host/server.own.test'], { env })).toMatchObject({ code: 0, stderr: '' })
  })
  it('refusals carry the codes that make MIT print its own texts', () => {
    const wrong = run('kinit', ['careful'], { env: realm.env, input: 'nonsense\n' })
    expect(wrong.stderr).toBe('kinit: Password incorrect while getting initial credentials\n')
    const unknown = run('kinit', ['nobody'], { env: realm.env, input: 'x\n' })
    expect(unknown.stderr).toBe("kinit: Client 'nobody@OWN.TEST' not found in Kerberos database while getting initial credentials\n")
    run('kinit', ['alice'], { env: realm.env, input: 'alicepw\n' })
    const service = run('kvno', ['host/no.such.host'], { env: realm.env })
    expect(service.stderr).toBe(
      'kvno: Server host/no.such.host@OWN.TEST not found in Kerberos database while getting credentials for host/no.such.host@OWN.TEST\n',
    )
  })
  it('writes the log lines that people search for, before the client ends', () => {
    run('kinit', ['careful'], { env: realm.env, input: 'carefulpw\n' })
    const lines = readFileSync(realm.log, 'utf8').trimEnd().split('\n').slice(-2)
    expect(lines[0]).toMatch(
      / tkrb5kdc\[\d+\]\(info\): AS_REQ \(\d+ etypes \{.*\}\) 127\.0\.0\.1: NEEDED_PREAUTH: careful@OWN\.TEST for krbtgt\/OWN\.TEST@OWN\.TEST, Additional pre-authentication required$/,
    )
    expect(lines[1]).toMatch(
      /AS_REQ \(.*\) 127\.0\.0\.1: ISSUE: authtime \d+, etypes \{rep=aes256-cts-hmac-sha1-96\(18\), tkt=aes256-cts-hmac-sha1-96\(18\), ses=aes256-cts-hmac-sha1-96\(18\)\}, careful@OWN\.TEST for krbtgt\/OWN\.TEST@OWN\.TEST$/,
    )
  })
})

describeWith([heimdal()], "Heimdal's clients on tkrb5kdc", () => {
  const env = () => ({ ...realm.env, ...heimdalEnv() })
  it.each(['alice', 'careful'])('kinit logs %s in, kgetcred gets a service ticket', name => {
    const password = join(realm.folder, 'password')
    writeFileSync(password, `${name}pw\n`)
    const login = run(heimdalProgram('kinit'), [`--password-file=${password}`, '--forwardable', '--renewable', name], { env: env() })
    expect(login).toMatchObject({ code: 0 })
    const service = run(heimdalProgram('kgetcred'), ['host/server.own.test@OWN.TEST'], { env: env() })
    expect(service).toMatchObject({ code: 0, stderr: '' })
    expect(run(ours('tklist'), [], { env: realm.env }).stdout).toContain('host/server.own.test@OWN.TEST')
  })
})

describeWith([java()], 'Java on tkrb5kdc', () => {
  const classes = () => join(realm.folder, 'classes')
  const login = (name: string, secret: string) =>
    run(
      'java',
      [
        `-Djava.security.krb5.conf=${join(realm.folder, 'krb5.conf')}`,
        '-cp',
        classes(),
        'Login',
        name,
        secret,
        'host@server.own.test',
        'host/server.own.test@OWN.TEST',
        realm.keytab,
      ],
      { env: { TZ: 'UTC' } },
    )
  beforeAll(() => {
    mkdirSync(classes(), { recursive: true })
    const done = run('javac', ['-d', classes(), join(import.meta.dirname, 'java/Login.java')])
    if (done.code !== 0) throw new Error(done.stderr)
  })
  afterAll(() => rmSync(classes(), { recursive: true, force: true }))
  it.each(['alice', 'careful'])('logs %s in by password, is accepted by a service with our keytab, and seals a message', name => {
    expect(login(name, `${name}pw`)).toMatchObject({ code: 0, stdout: `${name}@OWN.TEST sealed\n` })
  })
  it('logs in by the keytab that tkadmin.local wrote', () => {
    expect(login('alice', `keytab:${join(realm.folder, 'alice.keytab')}`)).toMatchObject({ code: 0, stdout: 'alice@OWN.TEST sealed\n' })
  })
})
