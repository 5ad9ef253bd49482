import { describe, expect, it } from 'vitest'
import { defaultTgsEnctypes, defaultTktEnctypes, permittedEnctypes, sessionEnctypes } from '../../../../src/core/config/enctypes.ts'
import { fallbackRealmOfHost } from '../../../../src/core/config/host-realm.ts'
import { type ClientConfig, loadClientConfig } from '../../../../src/core/config/krb5-conf.ts'
import type { Files } from '../../../../src/core/env.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

function env(contents: Readonly<Record<string, string | undefined>>, vars: Readonly<Record<string, string>> = {}) {
  return { vars, files: memoryFiles(contents) as Files }
}

async function config(text: string): Promise<ClientConfig> {
  return loadClientConfig(env({ '/etc/krb5.conf': text }))
}

describe('krb5.conf is looked for', () => {
  const files = {
    '/etc/krb5.conf': '[libdefaults]\n default_realm = SYSTEM\n',
    '/a': '[libdefaults]\n default_realm = A\n',
    '/b': '[libdefaults]\n default_realm = B\n clockskew = 7\n',
    '/home/u/c': '[libdefaults]\n default_realm = HOME\n',
    '/home/u/.local/state/tkrb5/TKREALM.TEST/krb5.conf': '[libdefaults]\n default_realm = TKREALM.TEST\n',
    '/state/tkrb5/TKREALM.TEST/krb5.conf': '[libdefaults]\n default_realm = STATE\n',
  }
  const { '/etc/krb5.conf': _, ...withoutSystem } = files

  it.each([
    [{ KRB5_CONFIG: '/a:/b', HOME: '/home/u' }, files, 'A'],
    [{ KRB5_CONFIG: '/nope:/b' }, files, 'B'],
    [{ KRB5_CONFIG: '~/c', HOME: '/home/u' }, files, 'HOME'],
    [{ HOME: '/home/u' }, files, 'SYSTEM'],
    [{}, files, 'SYSTEM'],
    [{ HOME: '/home/u' }, withoutSystem, 'TKREALM.TEST'],
    [{ HOME: '/home/u', XDG_STATE_HOME: '/state' }, withoutSystem, 'STATE'],
    [{ HOME: '/home/u', XDG_STATE_HOME: 'relative' }, withoutSystem, 'TKREALM.TEST'],
    [{ KRB5_CONFIG: '/nope', HOME: '/home/u' }, files, undefined],
    [{ KRB5_CONFIG: '' }, files, undefined],
    [{}, withoutSystem, undefined],
  ])('with %j', async (vars, contents, realm) =>
    expect((await loadClientConfig(env(contents, vars as Record<string, string>))).defaultRealm).toBe(realm),
  )

  it('and values of the second file count when the first has none', async () =>
    expect((await loadClientConfig(env(files, { KRB5_CONFIG: '/a:/b' }))).clockskew).toBe(7))

  it('and nothing at all is an empty configuration that has no default realm', async () => {
    const empty = await loadClientConfig(env({}))
    expect(empty.clockskew).toBe(300)
    expect(() => empty.requireDefaultRealm()).toThrow('Configuration file does not specify default realm')
  })
})

describe('a broken krb5.conf', () => {
  it('is improperly formatted, with the place and both texts', async () => {
    await expect(config('[libdefaults]\n default_realm\n')).rejects.toMatchObject({
      code: 'KRB5_CONFIG_BADFORMAT',
      message: 'Improper format of Kerberos configuration file',
      params: { path: '/etc/krb5.conf', line: 2, column: 2 },
      hints: ['Syntax error in profile relation', expect.stringMatching(/^\/etc\/krb5.conf:2:2: /)],
    })
  })

  it('keeps the codes of includes', async () => {
    await expect(config('include /nope\n')).rejects.toMatchObject({ message: 'Included profile file could not be read' })
  })

  it.each([
    ['allow_weak_crypto = maybe', 'Invalid boolean value'],
    ['ignore_acceptor_hostname = f', 'Invalid boolean value'],
    ['dns_canonicalize_hostname = perhaps', 'Invalid argument'],
    ['request_timeout = soon', 'Invalid format of Kerberos lifetime or clock skew string'],
  ])('%s stops every program', async (line, message) => {
    await expect(config(`[libdefaults]\n ${line}\n`)).rejects.toMatchObject({
      message,
      params: { path: '/etc/krb5.conf', line: 2, column: 2, name: line.split(' ')[0] },
      hints: [`/etc/krb5.conf:2:2: ${line}`],
    })
  })

  it('stops only those who ask for a lifetime', async () => {
    const broken = await config('[libdefaults]\n ticket_lifetime = x\n')
    expect(() => broken.ticketLifetime).toThrow('Invalid format of Kerberos lifetime or clock skew string')
    expect(broken.renewLifetime).toBe(0)
  })
})

describe('[libdefaults]', () => {
  it('has the defaults of MIT', async () => {
    const { profile, capaths, requireDefaultRealm, initialDefaults, realm, realmOfHost, appdefault, ...values } = await config('')
    expect(values).toEqual({
      allowDes3: false,
      allowRc4: false,
      allowWeakCrypto: false,
      canonicalize: false,
      ccacheType: 4,
      clockskew: 300,
      defaultCcacheName: 'FILE:/tmp/krb5cc_%{uid}',
      defaultClientKeytabName: 'FILE:/etc/krb5/user/%{euid}/client.keytab',
      defaultKeytabName: 'FILE:/etc/krb5.keytab',
      defaultRealm: undefined,
      defaultTgsEnctypeList: undefined,
      defaultTktEnctypeList: undefined,
      dnsCanonicalizeHostname: 'true',
      dnsLookupKdc: true,
      dnsLookupRealm: false,
      dnsUriLookup: true,
      enforceOkAsDelegate: false,
      errFmt: undefined,
      extraAddresses: [],
      forwardable: false,
      ignoreAcceptorHostname: false,
      kcmSocket: '/var/run/.heim_org.h5l.kcm-socket',
      kdcDefaultOptions: 16,
      kdcTimesync: true,
      noaddresses: true,
      permittedEnctypeList: undefined,
      preferredPreauthTypes: [17, 16, 15, 14],
      proxiable: false,
      qualifyShortname: undefined,
      rdns: true,
      realmTryDomains: -1,
      renewLifetime: 0,
      requestTimeout: 0,
      spakePreauthGroups: 'edwards25519',
      ticketLifetime: 86400,
      udpPreferenceLimit: 1465,
      verifyApReqNofail: false,
    })
  })

  it('gives the default, or what MIT takes it for, where a value cannot be read', async () => {
    const odd = await config(
      '[libdefaults]\n clockskew = 5m\n rdns = perhaps\n kdc_timesync = x\n forwardable = perhaps\n noaddresses = perhaps\n dns_lookup_kdc = perhaps\n preferred_preauth_types = 5, 7 x 9\n',
    )
    expect(odd).toMatchObject({
      clockskew: 300,
      rdns: true,
      kdcTimesync: true,
      forwardable: false,
      noaddresses: false,
      dnsLookupKdc: false,
    })
    expect(odd.preferredPreauthTypes).toEqual([5, 7])
  })

  it('reads what is given', async () => {
    const given = await config(
      '[libdefaults]\n dns_fallback = no\n dns_canonicalize_hostname = FALLBACK\n kdc_timesync = 0\n udp_preference_limit = 99999\n qualify_shortname = ""\n ticket_lifetime = 1d 2h\n',
    )
    expect(given).toMatchObject({ dnsLookupKdc: false, dnsLookupRealm: false, dnsCanonicalizeHostname: 'fallback', kdcTimesync: false })
    expect(given).toMatchObject({ udpPreferenceLimit: 32700, qualifyShortname: '', ticketLifetime: 93600 })
    expect((await config('[libdefaults]\n udp_preference_limit = -5\n')).udpPreferenceLimit).toBe(1465)
  })

  it('may say more for the clients of one realm', async () => {
    const both = await config(
      '[libdefaults]\n default_realm = A\n forwardable = no\n ticket_lifetime = 1h\n A = {\n  forwardable = yes\n }\n B = {\n  ticket_lifetime = 2h\n }\n',
    )
    expect(both).toMatchObject({ forwardable: true, ticketLifetime: 3600 })
    expect(both.initialDefaults('B')).toMatchObject({ forwardable: false, ticketLifetime: 7200 })
    expect(both.initialDefaults('C')).toMatchObject({ forwardable: false, ticketLifetime: 3600 })
  })

  it('lists enctypes for those who encrypt', async () => {
    const all = await config('[libdefaults]\n permitted_enctypes = aes256-cts aes128-sha2\n default_tkt_enctypes = aes128-cts\n')
    expect(permittedEnctypes(all)).toEqual([18, 19])
    expect(defaultTktEnctypes(all)).toEqual([17])
    expect(defaultTgsEnctypes(all)).toEqual([18, 19])
    expect(permittedEnctypes(await config(''))).toEqual([18, 17, 20, 19, 16, 23, 25, 26])
    expect(defaultTktEnctypes(await config('[libdefaults]\n default_tkt_enctypes = bogus\n'))).toEqual([])
  })

  it.each([
    ['', [18, 17, 20, 19, 16, 23, 25, 26], [18, 17, 20, 19, 25, 26]],
    ['allow_rc4 = true', [18, 17, 20, 19, 16, 23, 25, 26], [18, 17, 20, 19, 23, 25, 26]],
    ['allow_des3 = true', [18, 17, 20, 19, 16, 23, 25, 26], [18, 17, 20, 19, 16, 25, 26]],
    ['permitted_enctypes = arcfour-hmac-exp rc4 des3 camellia', [23, 16, 26, 25], [26, 25]],
    ['permitted_enctypes = arcfour-hmac-exp rc4\n allow_rc4 = true\n allow_weak_crypto = true', [24, 23], [24, 23]],
    ['permitted_enctypes = arcfour-hmac-exp', [], []],
  ])('obeys the switches of older enctypes: %j', async (relations, permitted, session) => {
    const values = await config(`[libdefaults]\n ${relations}\n`)
    expect(permittedEnctypes(values)).toEqual(permitted)
    expect(sessionEnctypes(values)).toEqual(session)
  })
})

describe('[realms], [domain_realm] and [appdefaults]', () => {
  const text = `
[realms]
 A = {
  kdc = one:88
  kdc = two
  master_kdc = old
  admin_server = adm
  disable_encrypted_timestamp = true
 }
 B = {
  primary_kdc = new
  master_kdc = old
 }
[domain_realm]
 host.a.example = A
 .a.example = SUB
 b.example = B
 .example = TOP
[appdefaults]
 forward = everywhere
 app = {
  forward = app
  A = {
   forward = app in A
  }
 }
 A = {
  forward = A
  only = A
 }
`.trimStart()

  it('list the servers of a realm', async () => {
    const { realm } = await config(text)
    expect(realm('A')).toMatchObject({ kdcs: ['one:88', 'two'], primaryKdcs: ['old'], adminServers: ['adm'], kpasswdServers: [] })
    expect(realm('A').disableEncryptedTimestamp).toBe(true)
    expect(realm('B')).toMatchObject({ kdcs: [], primaryKdcs: ['new'], disableEncryptedTimestamp: false })
    expect(realm('nosuch').kdcs).toEqual([])
  })

  it.each([
    ['host.a.example', 'A'],
    ['HOST.A.Example.', 'A'],
    ['other.a.example', 'SUB'],
    ['a.example', 'TOP'],
    ['x.b.example', 'B'],
    ['b.example', 'B'],
    ['example', undefined],
    ['host', undefined],
    ['192.0.2.1', undefined],
    ['2001:db8::1', undefined],
  ])('the realm of %s is %s', async (host, realm) => expect((await config(text)).realmOfHost(host)).toBe(realm))

  it('a realm is guessed from the domain', async () => {
    const guess = (host: string, realmTryDomains: number, known: string[] = []) =>
      fallbackRealmOfHost(host, { realmTryDomains, defaultRealm: 'DEFAULT' }, async realm => known.includes(realm))
    expect(await guess('h.sub.example.org', -1, ['H.SUB.EXAMPLE.ORG'])).toBe('SUB.EXAMPLE.ORG')
    expect(await guess('h.sub.example.org', 0, ['H.SUB.EXAMPLE.ORG'])).toBe('H.SUB.EXAMPLE.ORG')
    expect(await guess('h.sub.example.org', 2, ['EXAMPLE.ORG'])).toBe('EXAMPLE.ORG')
    expect(await guess('h.sub.example.org', 9, ['ORG'])).toBe('SUB.EXAMPLE.ORG')
    expect(await guess('h', 5)).toBe('DEFAULT')
    expect(await guess('192.0.2.1', 5)).toBe('DEFAULT')
  })

  it('applications have defaults of their own, by realm and in general', async () => {
    const { appdefault } = await config(text)
    expect(appdefault('app', 'A', 'forward')).toBe('app in A')
    expect(appdefault('app', 'B', 'forward')).toBe('app')
    expect(appdefault('other', 'A', 'forward')).toBe('A')
    expect(appdefault('other', undefined, 'forward')).toBe('everywhere')
    expect(appdefault('app', 'A', 'only')).toBe('A')
    expect(appdefault('app', 'B', 'only')).toBeUndefined()
  })
})
