import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { apache, curl, describeWith, PYTHON, pythonGssapi } from '../helpers/peers.ts'
import { accepts, type Daemon, type Finished, freePort, run, startDaemon, until } from '../helpers/process.ts'

/** Services and clients that people use, all with MIT's GSS library inside: our KDC, our cache, keytabs made by tkadmin.local. */
const WEB = 'web.own.test'
let realm: PeerRealm
const path = (name: string) => join(realm.folder, name)

beforeAll(async () => {
  realm = await startOwnRealm({ setup: ['addprinc -pw alicepw +requires_preauth alice'] })
  keytab('HTTP', WEB)
})
afterAll(() => realm?.stop())
beforeEach(() => login('-f'))

describeWith([pythonGssapi()], 'python-gssapi', () => {
  it('authenticates both sides, hands a ticket on, seals and signs', () => {
    const done = run(PYTHON, [script('sealed_talk.py'), `HTTP@${WEB}`], { env: { ...realm.env, KRB5_KTNAME: path('HTTP.keytab') } })
    expect(done).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'initiator alice@OWN.TEST',
        'mutual True',
        'delegated alice@OWN.TEST',
        'sealed True there',
        'sealed True and back',
        'signed',
        'replay refused',
        '',
      ].join('\n'),
    })
  })
})

describeWith([curl(), pythonGssapi()], 'curl --negotiate on a web server in Python', () => {
  let server: Daemon
  let port: number
  beforeAll(async () => {
    server = await startDaemon(PYTHON, [script('http_negotiate.py'), `HTTP@${WEB}`, path('handed-on')], {
      env: { ...realm.env, KRB5_KTNAME: path('HTTP.keytab') },
      ready: output => output.startsWith('PORT '),
    })
    port = Number(server.output().split(' ')[1])
  })
  afterAll(() => server?.stop())

  it('is known by name, and the ticket that was handed on gets others', () => {
    expect(fetch(port, 'always')).toEqual({ code: 0, stdout: 'alice@OWN.TEST\ndelegated alice@OWN.TEST\n200\n', stderr: '' })
    expect(flagsOf(path('handed-on'))).toEqual(['krbtgt/OWN.TEST@OWN.TEST FfAT'])
    const next = run(ours('tkvno'), ['-c', path('handed-on'), `HTTP/${WEB}`], { env: realm.env })
    expect(next).toMatchObject({ code: 0, stderr: '' })
  })
  it('keeps its ticket to itself when told so, or when it is not forwardable', () => {
    expect(fetch(port, 'none').stdout).toBe('alice@OWN.TEST\ndelegated nothing\n200\n')
    login()
    expect(fetch(port, 'always').stdout).toBe('alice@OWN.TEST\ndelegated nothing\n200\n')
  })
  it('is a stranger without a ticket', () => {
    expect(run(ours('tkdestroy'), [], { env: realm.env }).code).toBe(0)
    expect(fetch(port, 'always').stdout).toBe('who are you?\n401\n')
  })
})

describeWith([curl(), apache()], "curl --negotiate on Apache's mod_auth_gssapi", () => {
  let server: Daemon
  let port: number
  beforeAll(async () => {
    port = await freePort()
    writeFileSync(path('index.html'), 'the page\n')
    mkdirSync(path('delegated'))
    writeFileSync(path('apache.conf'), apacheConf(realm.folder, port))
    // The workers of an Apache that root starts are www-data.
    chmodSync(realm.folder, 0o755)
    chmodSync(path('delegated'), 0o777)
    chmodSync(path('HTTP.keytab'), 0o644)
    server = await startDaemon('apache2', ['-X', '-f', path('apache.conf')], { env: realm.env, ready: () => accepts(port) })
  })
  afterAll(() => server?.stop())

  it('lets the holder of a ticket in and keeps the ticket that was handed on', async () => {
    expect(fetch(port, 'always')).toEqual({ code: 0, stdout: 'the page\n200\n', stderr: '' })
    // Apache writes its log when the answer is gone.
    await until(() => /^alice@OWN\.TEST 200$/m.test(readFileSync(path('access.log'), 'utf8')))
    expect(readdirSync(path('delegated'))).toEqual(['alice@OWN.TEST'])
    expect(flagsOf(path('delegated/alice@OWN.TEST'))).toEqual(['krbtgt/OWN.TEST@OWN.TEST FfAT'])
  })
  it('refuses who has none', () => {
    expect(run(ours('tkdestroy'), [], { env: realm.env }).code).toBe(0)
    expect(fetch(port, 'always').stdout).toMatch(/401\n$/)
  })
})

function login(...options: readonly string[]): void {
  const done = run(ours('tkinit'), [...options, 'alice'], { env: realm.env, input: 'alicepw\n' })
  expect(done).toMatchObject({ code: 0, stderr: '' })
}

/** Makes the principal and FOLDER/SERVICE.keytab. */
function keytab(service: string, host: string): void {
  realm.admin([`addprinc -randkey ${service}/${host}`, `ktadd -k ${path(`${service}.keytab`)} ${service}/${host}`])
}

/** Body and, on a line of its own, status. */
function fetch(port: number, delegation: 'always' | 'none'): Finished {
  const words = ['--silent', '--negotiate', '--user', ':', '--delegation', delegation, '--resolve', `${WEB}:${port}:127.0.0.1`]
  return run('curl', [...words, '--write-out', '%{http_code}\n', `http://${WEB}:${port}/`], { env: realm.env })
}

function flagsOf(cache: string): readonly string[] {
  const { stdout } = run(ours('tklist'), ['-f', '-c', cache], { env: realm.env })
  return [...stdout.matchAll(/ {2}(\S+@\S+)\n(?:\t.*?)?Flags: (\w+)/g)].map(([, service, flags]) => `${service} ${flags}`)
}

function script(name: string): string {
  return join(import.meta.dirname, 'python', name)
}

function apacheConf(folder: string, port: number): string {
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_gssapi', 'dir', 'mime']
  return `ServerRoot ${folder}
ServerName web.own.test
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
ErrorLog ${folder}/error.log
${modules.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join('')}User www-data
Group www-data
TypesConfig /dev/null
DefaultRuntimeDir ${folder}
DocumentRoot ${folder}
DirectoryIndex index.html
LogFormat "%u %>s" who
CustomLog ${folder}/access.log who
<Directory ${folder}>
  AuthType GSSAPI
  AuthName web
  GssapiCredStore keytab:${folder}/HTTP.keytab
  GssapiDelegCcacheDir ${folder}/delegated
  Require valid-user
</Directory>
`
}
