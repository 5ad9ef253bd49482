import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { freePort, run, runAsync, which } from '../helpers/process.ts'

/** One krb5.conf, MIT's kinit and ours: the same tickets, the same failures. */
describeWith([mit()], 'krb5.conf means the same to kinit and tkinit', () => {
  let replica: PeerRealm
  let primary: PeerRealm

  beforeAll(async () => {
    replica = await startMitRealm({ setup: ['addprinc -pw old +requires_preauth alice', 'addprinc -pw same bob'] })
    primary = await startMitRealm({ setup: ['addprinc -pw new +requires_preauth alice', 'addprinc -pw same carol'] })
  })
  afterAll(() => Promise.all([replica.stop(), primary.stop()]))

  const SIDES = [
    ['MIT', which('kinit') ?? ''],
    ['ours', ours('tkinit')],
  ] as const

  /** What klist says about the ticket, and the trace; without what differs from run to run. */
  const login = async (program: string, config: string, name = 'alice', password = 'old') => {
    const path = join(replica.folder, 'case.conf')
    writeFileSync(path, config)
    const trace = join(replica.folder, 'trace')
    writeFileSync(trace, '')
    const env = { ...replica.env, KRB5_CONFIG: path, KRB5_TRACE: trace }
    const { code, stderr } = await runAsync(program, [name], { env, input: `${password}\n` })
    const listed = code === 0 ? run('klist', ['-f', '-a', '-n'], { env: replica.env }).stdout : ''
    return {
      code,
      stderr: stderr.replace(/^tkinit/, 'kinit'),
      listed: listed.replace(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g, 'TIME'),
      trace: readFileSync(trace, 'utf8').replace(/^\[\d+\] \d+\.\d+: /gm, ''),
    }
  }

  const config = (libdefaults: readonly string[], kdcs: readonly string[]) =>
    [
      '[libdefaults]',
      ...['default_realm = MIT.TEST', 'dns_lookup_kdc = false', ...libdefaults],
      ...['[realms]', 'MIT.TEST = {', ...kdcs, '}', ''],
    ].join('\n')
  const at = (realm: PeerRealm) => `127.0.0.1:${realm.port}`

  const both = async (text: string, name?: string, password?: string) => {
    const theirs = await login(SIDES[0][1], text, name, password)
    const own = await login(SIDES[1][1], text, name, password)
    expect([own.code, own.stderr, own.listed]).toEqual([theirs.code, theirs.stderr, theirs.listed])
    return own
  }

  describe('the primary KDC', () => {
    // MIT's 1.20 tells servers apart by their names alone.
    const withPrimary = (libdefaults: readonly string[] = []) =>
      config(libdefaults, [`kdc = ${at(replica)}`, `primary_kdc = localhost:${primary.port}`])

    test.each(SIDES)('takes a password that a replica does not know yet: %s', async (_name, program) => {
      const { code, trace } = await login(program, withPrimary(), 'alice', 'new')
      expect(code).toBe(0)
      expect(trace).toContain('Response was not from primary KDC\n')
      expect(trace).toContain('Retrying AS request with primary KDC\n')
      expect(trace).toMatch(/Sending request \(\d+ bytes\) to MIT\.TEST \(primary\)\n/)
    })

    test('knows a client that a replica does not know', async () => void (await both(withPrimary(), 'carol', 'same')))
    test('has the last word', async () => {
      expect((await both(withPrimary(), 'bob', 'wrong')).stderr).toContain("Client 'bob@MIT.TEST' not found")
      expect((await both(withPrimary(), 'alice', 'wrong')).stderr).toContain('Password incorrect')
    })
    test('is not asked twice', async () => {
      const alone = config([], [`kdc = ${at(replica)}`, `master_kdc = ${at(replica)}`])
      const { trace } = await both(alone, 'alice', 'wrong')
      expect(trace).toContain('Response was from primary KDC\n')
      expect(trace).not.toContain('Retrying AS request')
    })
    test('leaves the replica its word when it cannot be reached', async () => {
      const gone = config([], [`kdc = ${at(replica)}`, `primary_kdc = localhost:${await freePort()}`])
      expect((await both(gone, 'alice', 'wrong')).stderr).toContain('Password incorrect')
    })
  })

  test('the next KDC is asked when the first is not there', async () => {
    const closed = `127.0.0.1:${await freePort()}`
    expect((await both(config([], [`kdc = ${closed}`, 'kdc = no-such-host.invalid', `kdc = ${at(replica)}`]))).code).toBe(0)
  })

  test.each([
    ['forwardable = true', []],
    ['proxiable = true', []],
    ['renew_lifetime = 3d', []],
    ['ticket_lifetime = 2h', []],
    ['canonicalize = true', []],
    ['noaddresses = false', []],
    ['noaddresses = false', ['extra_addresses = 10.9.8.7, 10.9.8.6', 'extra_addresses = 10.9.8.5']],
    ['kdc_default_options = 1073741824', []],
    ['udp_preference_limit = 1', []],
    ['preferred_preauth_types = 2, 133', []],
    ['default_tkt_enctypes = aes128-cts', []],
    ['MIT.TEST = {', ['forwardable = yes', 'noaddresses = no', '}']],
    ['MIT.TEST = {', ['ticket_lifetime = bad', '}']],
    ['ticket_lifetime = bad', []],
    ['udp_preference_limit = bad', []],
    ['allow_weak_crypto = bad', []],
    ['default_tkt_enctypes = nonsense', []],
  ])('%s %j', async (first, more) => void (await both(config([first, ...more], [`kdc = ${at(replica)}`]))))

  test.each([['disable_encrypted_timestamp = true'], ['disable_encrypted_timestamp = nonsense']])('[realms] %s', async line => {
    await both(config([], [`kdc = ${at(replica)}`, line]))
  })

  test('preferred_preauth_types puts them in front', async () => {
    const { trace } = await both(config(['preferred_preauth_types = 133, 2'], [`kdc = ${at(replica)}`]))
    expect(trace).toContain('Processing preauth types: PA-FX-COOKIE (133), PA-ENC-TIMESTAMP (2), PA-FX-FAST (136), PA-ETYPE-INFO2 (19)\n')
  })

  test('a file that includes the rest', async () => {
    copyFileSync(replica.env.KRB5_CONFIG!, join(replica.folder, 'rest.conf'))
    expect((await both(`include ${join(replica.folder, 'rest.conf')}\n`)).code).toBe(0)
  })
})
