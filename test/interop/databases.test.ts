import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { must, type PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, openldap, postgres, postgresProgram } from '../helpers/peers.ts'
import { accepts, type Daemon, freePort, run, startDaemon } from '../helpers/process.ts'

/** Databases with MIT's GSS library inside, on our KDC, with our cache and keytabs made by tkadmin.local. */
let realm: PeerRealm
const path = (name: string) => join(realm.folder, name)

beforeAll(async () => {
  realm = await startOwnRealm({
    setup: ['addprinc -pw alicepw +requires_preauth alice', 'addprinc -randkey postgres/db.own.test', 'addprinc -randkey ldap/localhost'],
  })
  realm.admin([`ktadd -k ${path('postgres.keytab')} postgres/db.own.test`, `ktadd -k ${path('ldap.keytab')} ldap/localhost`])
  expect(run(ours('tkinit'), ['alice'], { env: realm.env, input: 'alicepw\n' })).toMatchObject({ code: 0, stderr: '' })
})
afterAll(() => realm?.stop())

describeWith([postgres()], 'psql and PostgreSQL', () => {
  let server: Daemon
  let port: number
  beforeAll(async () => {
    port = await freePort()
    server = await startPostgres(realm, port)
  })
  afterAll(() => server?.stop())

  it.each([
    ['encrypted', 'require', 't'],
    ['authenticated only', 'disable', 'f'],
  ])('talk %s', (_title, mode, encrypted) => {
    const where = `host=db.own.test hostaddr=127.0.0.1 port=${port} user=alice dbname=postgres sslmode=disable gssencmode=${mode}`
    const query = 'select gss_authenticated, principal, encrypted from pg_stat_gssapi where pid = pg_backend_pid()'
    const done = run('psql', ['--no-psqlrc', '-w', '-At', '-c', query, where], { env: { ...realm.env, HOME: realm.folder } })
    expect(done).toEqual({ code: 0, stdout: `t|alice@OWN.TEST|${encrypted}\n`, stderr: '' })
  })
})

describeWith([openldap()], 'ldapwhoami and slapd', () => {
  let server: Daemon
  let port: number
  beforeAll(async () => {
    port = await freePort()
    server = await startSlapd(realm, port)
  })
  afterAll(() => server?.stop())

  it('agree on who came, over a sealed connection', () => {
    const done = run('ldapwhoami', ['-N', '-Y', 'GSSAPI', '-H', `ldap://localhost:${port}`], { env: realm.env })
    expect(done).toEqual({
      code: 0,
      stdout: 'dn:uid=alice,cn=gssapi,cn=auth\n',
      stderr: 'SASL/GSSAPI authentication started\nSASL username: alice@OWN.TEST\nSASL SSF: 256\nSASL data security layer installed.\n',
    })
  })
})

/** It refuses to run as root, so it runs as the user that its package made; the files become that user's. */
async function startPostgres(realm: PeerRealm, port: number): Promise<Daemon> {
  const data = path('postgres')
  const root = process.getuid!() === 0
  const as = (program: string, args: readonly string[]) =>
    root ? (['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', program, ...args]] as const) : ([program, args] as const)
  mkdirSync(data)
  chmodSync(realm.folder, 0o755)
  if (root) must('chown', ['postgres', data, path('postgres.keytab')], {})
  must(...as(postgresProgram('initdb'), ['--pgdata', data, '--username', 'postgres', '--auth', 'reject', '--no-sync']), {})
  const hba = ['hostgssenc', 'hostnogssenc'].map(type => `${type} all all 127.0.0.1/32 gss include_realm=0 krb_realm=${realm.realm}\n`)
  writeFileSync(join(data, 'pg_hba.conf'), hba.join(''))
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    krb_server_keyfile: path('postgres.keytab'),
    fsync: 'off',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const single = as(postgresProgram('postgres'), ['--single', '-D', data, ...options, 'postgres'])
  const made = run(...single, { input: 'create role alice login\n' })
  if (made.code !== 0) throw new Error(made.stderr)
  return startDaemon(...as(postgresProgram('postgres'), ['-D', data, ...options]), {
    env: { KRB5_CONFIG: realm.env.KRB5_CONFIG! },
    ready: output => output.includes('ready to accept connections'),
  })
}

async function startSlapd(realm: PeerRealm, port: number): Promise<Daemon> {
  mkdirSync(path('slapd'))
  writeFileSync(
    path('slapd.ldif'),
    `dn: cn=config
objectClass: olcGlobal
cn: config
olcSaslHost: localhost

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

dn: olcDatabase={0}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {0}config
olcAccess: to * by * none
`,
  )
  must('slapadd', ['-n', '0', '-F', path('slapd'), '-l', path('slapd.ldif')], {})
  return startDaemon('slapd', ['-d', '0', '-F', path('slapd'), '-h', `ldap://127.0.0.1:${port}`], {
    env: { KRB5_CONFIG: realm.env.KRB5_CONFIG!, KRB5_KTNAME: path('ldap.keytab') },
    ready: () => accepts(port),
  })
}
