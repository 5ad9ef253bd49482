import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, mit, PYTHON } from '../helpers/peers.ts'
import { type Finished, startDaemon } from '../helpers/process.ts'
import { type SambaRealm, samba, startSambaRealm } from '../helpers/samba-realm.ts'

describeWith([mit(), samba()], 'Active Directory (Samba)', () => {
  let realm: SambaRealm

  beforeAll(async () => {
    realm = await startSambaRealm({
      setup: [
        'user create Svc-Web Passw0rd.Svc',
        'spn add HTTP/web.ad.test Svc-Web',
        'delegation for-any-protocol Svc-Web on',
        'delegation add-service Svc-Web ldap/dc1.ad.test',
        'user create plain Passw0rd.Plain',
        'user sensitive plain on',
        'user create mia Passw0rd.Both',
        'user create tom Passw0rd.Both',
      ],
    })
    for (const [file, password] of [
      ['svc', 'Passw0rd.Svc'],
      ['plain', 'Passw0rd.Plain'],
    ] as const) {
      writeFileSync(join(realm.folder, file), `${password}\n`, { mode: 0o600 })
    }
  }, 120_000)
  afterAll(() => realm?.stop())

  /** MIT's program for mia, ours for tom: what they say and what is in the caches then, made comparable. */
  function both(program: string, args: readonly string[], input = '', more: Readonly<Record<string, string>> = {}) {
    const one = (user: string, own: boolean) => {
      const cache = join(realm.folder, `cc-${user}`)
      const env = { ...more, KRB5CCNAME: `FILE:${cache}` }
      const as = (text: string) => text.replaceAll('USER', user)
      const run = (words: readonly string[], text = '') =>
        realm.run(own ? ours(`t${program}`) : program, words.map(as), { env, input: as(text) })
      const done = run(args, input)
      const listed = realm.run('klist', ['-ef'], { env }).stdout
      return level({ ...done, stderr: done.stderr.replace(/^t?k\w+: /gm, '') }, listed, user)
    }
    const mits = one('mia', false)
    expect(one('tom', true)).toEqual(mits)
    return mits
  }

  describe('log-ins and service tickets, as kinit and kvno', () => {
    it.each([
      [['USER'], 'USER@AD.TEST'],
      [['-f', '-r', '2d', 'USER@AD.TEST'], 'USER@AD.TEST'],
      [['-E', 'USER@ad.test'], 'USER\\@ad.test@AD.TEST'],
      [['-E', '-C', 'USER@ad.test'], 'USER@AD.TEST'],
      [['-E', '-C', 'USER@AD'], 'USER@AD.TEST'],
      [['-C', 'Svc-Web'], 'Svc-Web@AD.TEST'],
      [['-C', 'sVC-wEB'], 'Svc-Web@AD.TEST'],
    ])('tkinit %s', (args, principal) => {
      const password = args.at(-1)!.startsWith('USER') ? 'Passw0rd.Both' : 'Passw0rd.Svc'
      const done = both('kinit', args, `${password}\n`)
      expect(done.code).toBe(0)
      expect(done.listed).toContain(`Default principal: ${principal}\n`)
    })

    it.each([[['nobody']], [['-E', 'nobody@ad.test']], [['USER@ad.test']], [['-C', 'USER@AD']]])('not tkinit %s', args => {
      expect(both('kinit', args, 'Passw0rd.Both\n').code).toBe(1)
    })

    it.each([
      ['HTTP/web.ad.test', 0],
      ['http/WEB.ad.test', 0],
      ['cifs/dc1', 0],
      ['ldap/dc1.ad.test', 0],
      ['krbtgt/ad.test', 0],
      ['HTTP/other.ad.test', 1],
      ['plain', 1],
    ])('tkvno %s', (service, code) => {
      both('kinit', ['USER'], 'Passw0rd.Both\n')
      expect(both('kvno', [service]).code).toBe(code)
      expect(both('kvno', ['-C', service]).code).toBe(code)
    })

    it('tkvno -S with a host in [domain_realm]', () => {
      expect(both('kvno', ['-S', 'HTTP', 'web.ad.test']).stdout).toBe('HTTP/web.ad.test@AD.TEST: kvno = 2\n')
    })
  })

  it.each([
    [['-I', 'USER', 'Svc-Web'], 0],
    [['-U', 'USER@ad.test', 'Svc-Web'], 0],
    [['-I', 'USER', '-P', 'ldap/dc1.ad.test'], 0],
    [['-I', 'USER', '-P', 'cifs/dc1.ad.test'], 1],
    [['-I', 'plain', '-P', 'ldap/dc1.ad.test'], 1],
    [['-I', 'nobody', 'Svc-Web'], 1],
  ])('a service that acts for users: tkvno %s', (args, code) => {
    expect(both('kinit', ['-f', 'Svc-Web'], 'Passw0rd.Svc\n').code).toBe(0)
    const done = both('kvno', args)
    expect(done.code).toBe(code)
    if (code === 0) expect(done.listed).toMatch(/for client USER(\\@ad\.test)?@AD\.TEST/)
  })

  describe('a trust with a realm of ours', () => {
    let own: PeerRealm
    let config: string

    beforeAll(async () => {
      const start: typeof startDaemon = (program, args, options) =>
        startDaemon(...realm.inside(program, args), { ...options, wrapper: true })
      own = await startOwnRealm({
        realm: 'OWN.TEST',
        on: { host: { name: 'own', run: realm.run, start }, listen: LISTEN, kdcs: [LISTEN] },
        setup: [
          'addprinc -randkey host/w.own.test',
          'addprinc -pw Shared.Secret1 krbtgt/OWN.TEST@AD.TEST',
          'addprinc -pw Shared.Secret1 krbtgt/AD.TEST@OWN.TEST',
          'addprinc -pw Pw.own1 mia',
          'addprinc -pw Pw.own1 tom',
        ],
      })
      const script = join(import.meta.dirname, 'python/samba_trust.py')
      const input = `${realm.administratorPassword}\nShared.Secret1\n`
      const made = realm.run(PYTHON, [script, join(realm.folder, 'etc/smb.conf'), realm.host, 'Administrator', 'OWN.TEST'], { input })
      expect(made).toMatchObject({ code: 0 })
      config = join(realm.folder, 'both.conf')
      const known = readFileSync(join(realm.folder, 'etc/krb5.conf'), 'utf8')
      writeFileSync(config, `${known.replace('[realms]\n', `[realms]\n OWN.TEST = {\n  kdc = ${LISTEN}\n }\n`)} .own.test = OWN.TEST\n`)
    }, 60_000)
    afterAll(() => own?.stop())

    it('lets users of the domain in, who stay what they are', () => {
      const env = { KRB5_CONFIG: config }
      both('kinit', ['-f', 'USER@AD.TEST'], 'Passw0rd.Both\n', env)
      expect(both('kvno', ['host/w.own.test@OWN.TEST'], '', env).stdout).toBe('host/w.own.test@OWN.TEST: kvno = 1\n')
      const done = both('kvno', ['-S', 'host', 'w.own.test'], '', env)
      expect(done.code).toBe(0)
      expect(done.listed).toMatch(/krbtgt\/OWN.TEST@AD.TEST\n.*Flags: \w*F\w*\n.*\n.*host\/w.own.test@OWN.TEST\n.*Flags: \w*F\w*T/)
      const issued = [...readFileSync(own.log, 'utf8').matchAll(/TGS_REQ .* ISSUE: .*, (\S+ for \S+)$/gm)].map(([, use]) => use)
      expect(issued).toEqual(['mia@AD.TEST for host/w.own.test@OWN.TEST', 'tom@AD.TEST for host/w.own.test@OWN.TEST'])
    })

    it('and shows the way', () => {
      const env = { KRB5_CONFIG: config, KRB5CCNAME: `FILE:${join(realm.folder, 'cc-tom')}` }
      const { stdout } = realm.run(ours('tkvno'), ['--explain', '--no-store', 'host/w.own.test@OWN.TEST', 'krbtgt/OWN.TEST@OWN.TEST'], {
        env,
      })
      expect(stdout.split('\n').map(line => line.replace(/ \(.*/, ''))).toEqual([
        'host/w.own.test@OWN.TEST: kvno = 1',
        '  ok host/w.own.test@OWN.TEST in the cache',
        'krbtgt/OWN.TEST@OWN.TEST: kvno = 1',
        '  ok krbtgt/OWN.TEST@AD.TEST in the cache',
        '  ok krbtgt/OWN.TEST@OWN.TEST from the KDC of OWN.TEST',
        '',
      ])
    })

    it('is proved by tkadmin trust verify, with the tickets of a user of the domain', () => {
      const env = { ...own.env, KRB5_CONFIG: config, KRB5_KDC_PROFILE: join(own.folder, 'kdc.conf') }
      const words = ['-r', 'OWN.TEST', '--json', 'trust', 'verify', 'AD.TEST', '--credentials', `FILE:${join(realm.folder, 'cc-tom')}`]
      const { ways, faults } = JSON.parse(realm.run(ours('tkadmin.local'), words, { env }).stdout)
      expect(ways[1]).toMatchObject({ direction: 'in', principal: 'krbtgt/OWN.TEST@AD.TEST', state: 'proved' })
      // The other way does not work for anybody (below): Samba takes no PAC of a realm that is no domain.
      expect(faults).toMatchObject([{ fault: 'refused', side: 'AD.TEST', principal: 'krbtgt/AD.TEST@OWN.TEST' }])
    })

    it('the way back is told as MIT tells it', () => {
      const env = { KRB5_CONFIG: config }
      both('kinit', ['USER@OWN.TEST'], 'Pw.own1\n', env)
      both('kvno', ['HTTP/web.ad.test@AD.TEST'], '', env)
    })
  })

  /** Keytabs by password for accounts whose salt is not what their name suggests: P5 of every forum. */
  describe('the keytab workshop', () => {
    const tool = (...words: string[]): Finished => realm.run(ours('tktutil'), words)
    const path = (name: string) => join(realm.folder, name)
    const verify = (keytab: string, ...words: string[]) => {
      const done = tool('--keytab', path(keytab), 'verify', '--json', ...words)
      const { entries } = JSON.parse(done.stdout) as { entries: { verdict: string; why: string | null; etype: string }[] }
      return { code: done.code, entries }
    }

    it('makes keys in any case of the name that log in at the first try', () => {
      for (const name of ['Svc-Web', 'svc-web']) {
        const made = tool('--keytab', path(name), 'addent', '-password', '-p', name, '-f', '-e', 'all', '--password-file', path('svc'))
        expect(made).toMatchObject({ code: 0, stderr: '' })
        expect(realm.run(ours('tkinit'), ['-k', '-t', path(name), name])).toMatchObject({ code: 0 })
        expect(verify(name).code).toBe(0)
      }
    })

    it('makes keys of a service with the salt of its account', () => {
      const words = ['addent', '-password', '-p', 'HTTP/web.ad.test', '-a', 'svc-web', '-f', '-e', 'all', '--password-file', path('svc')]
      expect(tool('--keytab', path('web'), ...words)).toMatchObject({ code: 0, stderr: '' })
      realm.run(ours('tkinit'), ['plain'], { input: 'Passw0rd.Plain\n' })
      expect(realm.run(ours('tkvno'), ['-k', path('web'), 'HTTP/web.ad.test'])).toMatchObject({ code: 0 })
      const found = verify('web')
      expect(found.entries.map(({ verdict }) => verdict)).toContain('valid')
      expect(found.code).toBe(0)
    })

    it('sees the salt that was guessed wrong, and that the RC4 key is right', () => {
      const words = ['addent', '-password', '-p', 'svc-web', '-k', '2', '-e', 'aes256-cts,rc4-hmac', '--password-file', path('svc')]
      expect(tool('--keytab', path('guessed'), ...words).code).toBe(0)
      const { code, entries } = verify('guessed', '-password', '--password-file', path('svc'))
      expect(code).toBe(1)
      expect(entries[0]!.verdict).toBe('wrong-key')
      expect(entries[0]!.why).toContain('made with the salt "AD.TESTsvc-web" instead of the KDC\'s "AD.TESTSvc-Web"')
    })
  })
})

function level({ code, stdout, stderr }: Finished, listed: string, user: string) {
  const as = (text: string) =>
    text
      .replaceAll(user, 'USER')
      .replaceAll(/\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/g, '<TIME>')
      .replace(/in \d+ days on .*/, '<LATER>')
  return { code, stdout: as(stdout), stderr: as(stderr), listed: as(listed) }
}

const LISTEN = '127.0.0.1:21588'
