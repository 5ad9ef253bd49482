import { describe, expect, test } from 'vitest'
import { defaultTgsEnctypes, defaultTktEnctypes, permittedEnctypes } from '../../../../src/core/config/enctypes.ts'
import { KDC_DEFAULTS } from '../../../../src/core/config/kdc-relations.ts'
import { clientConfig } from '../../../../src/core/config/krb5-conf.ts'
import { INITIAL_DEFAULTS, LIBDEFAULTS } from '../../../../src/core/config/libdefaults.ts'
import { loadProfile, type Profile } from '../../../../src/core/config/profile.ts'
import { REALM, realmConfig } from '../../../../src/core/config/realms.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

/*
 * Every relation of MIT's krb5.conf(5), with what holds without it. A relation either stands in one of our tables or is named here as one
 * that means nothing to a client, with the reason: nothing is forgotten in silence.
 */

const DES3_TO_CAMELLIA = [16, 23, 25, 26]
const AES = [18, 17, 20, 19]

/** [libdefaults]: name, value without it, a text, its value. */
const LIB: readonly (readonly [string, unknown, string, unknown])[] = [
  ['allow_des3', false, 'true', true],
  ['allow_rc4', false, 'true', true],
  ['allow_weak_crypto', false, 'yes', true],
  ['ccache_type', 4, '3', 3],
  ['clockskew', 300, '60', 60],
  ['default_ccache_name', 'FILE:/tmp/krb5cc_%{uid}', 'KCM:', 'KCM:'],
  ['default_client_keytab_name', 'FILE:/etc/krb5/user/%{euid}/client.keytab', 'FILE:/k', 'FILE:/k'],
  ['default_keytab_name', 'FILE:/etc/krb5.keytab', 'FILE:/k', 'FILE:/k'],
  ['default_realm', undefined, 'A', 'A'],
  ['dns_canonicalize_hostname', 'true', 'fallback', 'fallback'],
  ['dns_lookup_kdc', true, 'false', false],
  ['dns_lookup_realm', false, 'true', true],
  ['dns_uri_lookup', true, 'false', false],
  ['enforce_ok_as_delegate', false, 'true', true],
  ['err_fmt', undefined, '%M', '%M'],
  ['extra_addresses', [], '10.0.0.1, host.test', ['10.0.0.1', 'host.test']],
  ['ignore_acceptor_hostname', false, 'true', true],
  ['kcm_socket', '/var/run/.heim_org.h5l.kcm-socket', '-', '-'],
  ['kdc_default_options', 0x10, '0', 0],
  ['kdc_timesync', true, '0', false],
  ['qualify_shortname', undefined, 'corp.test', 'corp.test'],
  ['rdns', true, 'no', false],
  ['realm_try_domains', -1, '1', 1],
  ['request_timeout', 0, '5s', 5],
  ['spake_preauth_groups', 'edwards25519', 'P-256', 'P-256'],
  ['udp_preference_limit', 1465, '1', 1],
  // These three are read with the enctypes, below.
  ['default_tgs_enctypes', undefined, 'aes', 'aes'],
  ['default_tkt_enctypes', undefined, 'aes', 'aes'],
  ['permitted_enctypes', undefined, 'aes', 'aes'],
]

/** [libdefaults], the realm's subsection first. */
const INITIAL: typeof LIB = [
  ['canonicalize', false, 'true', true],
  ['forwardable', false, 'true', true],
  ['noaddresses', true, 'false', false],
  ['preferred_preauth_types', [17, 16, 15, 14], '2, 16', [2, 16]],
  ['proxiable', false, 'true', true],
  ['renew_lifetime', 0, '7d', 604800],
  ['ticket_lifetime', 86400, '10h', 36000],
  ['verify_ap_req_nofail', false, 'true', true],
]

/** [realms] REALM. */
const REALMS: typeof LIB = [
  ['admin_server', [], 'a', ['a']],
  ['auth_to_local', [], 'DEFAULT', ['DEFAULT']],
  ['auto_fast_armor', false, 'true', true],
  ['default_domain', undefined, 'corp.test', 'corp.test'],
  ['disable_encrypted_timestamp', false, 'true', true],
  ['http_anchors', [], 'FILE:/ca', ['FILE:/ca']],
  ['kadmind_port', 749, '1749', 1749],
  ['kdc', [], 'k', ['k']],
  ['kpasswd_server', [], 'p', ['p']],
  ['primary_kdc', [], 'm', ['m']],
  ['sitename', undefined, 'here', 'here'],
]

/** Relations of [libdefaults] and [realms] that our clients do not read, and why. */
const NOT_OURS: Readonly<Record<string, string>> = {
  client_aware_channel_bindings: 'GSS-API programs',
  default_rcache_name: 'services that keep a replay cache',
  k5login_authoritative: 'login programs that map principals to local users',
  k5login_directory: 'login programs that map principals to local users',
  auth_to_local_names: 'login programs that map principals to local users',
  kcm_mach_service: 'macOS only',
  plugin_base_dir: 'there are no loadable modules',
  v4_instance_convert: 'Kerberos 4 names',
  v4_realm: 'Kerberos 4 names',
  pkinit_anchors: 'read with PKINIT',
  pkinit_identities: 'read with PKINIT',
  pkinit_cert_match: 'read with PKINIT',
  pkinit_eku_checking: 'read with PKINIT',
  pkinit_dh_min_bits: 'read with PKINIT',
  pkinit_kdc_hostname: 'read with PKINIT',
  pkinit_pool: 'read with PKINIT',
  pkinit_revoke: 'read with PKINIT',
  pkinit_require_crl_checking: 'read with PKINIT',
}

const named = (table: Readonly<Record<string, { readonly name: string }>>) => Object.values(table).map(row => row.name)
const keyOf = (table: Readonly<Record<string, { readonly name: string }>>, name: string) =>
  Object.entries(table).find(([, row]) => row.name === name)![0]

const profile = (text: string): Promise<Profile> => loadProfile(['/krb5.conf'], memoryFiles({ '/krb5.conf': text }))
const libdefaults = async (text: string) =>
  clientConfig(await profile(`[libdefaults]\n${text}`)) as unknown as Readonly<Record<string, unknown>>

describe('the tables have the relations of krb5.conf(5), and no others', () => {
  test('[libdefaults]', () => expect(named(LIBDEFAULTS).sort()).toEqual(LIB.map(([name]) => name).sort()))
  test('[libdefaults], by realm', () => expect(named(INITIAL_DEFAULTS).sort()).toEqual(INITIAL.map(([name]) => name).sort()))
  test('[realms]', () => expect(named(REALM).sort()).toEqual(REALMS.map(([name]) => name).sort()))
  test('what is left out is in none of them', () => {
    const all = [...named(LIBDEFAULTS), ...named(INITIAL_DEFAULTS), ...named(REALM), ...named(KDC_DEFAULTS)]
    expect(Object.keys(NOT_OURS).filter(name => all.includes(name))).toEqual([])
  })
})

describe('[libdefaults]', () => {
  test.each([...LIB, ...INITIAL])('%s is %j without the relation, and with %j it is %j', async (name, initial, text, value) => {
    const key = keyOf({ ...LIBDEFAULTS, ...INITIAL_DEFAULTS }, name)
    expect((await libdefaults(''))[key]).toEqual(initial)
    expect((await libdefaults(` ${name} = ${text}\n`))[key]).toEqual(value)
  })

  test.each(INITIAL)('%s of a realm counts before that of all', async (name, _initial, text, value) => {
    const key = keyOf(INITIAL_DEFAULTS, name)
    const other = typeof value === 'boolean' ? String(!value) : name.endsWith('types') ? '9' : '1h'
    const both = clientConfig(await profile(`[libdefaults]\n ${name} = ${other}\n R.TEST = {\n  ${name} = ${text}\n }\n`))
    const of = (realm: string) => (both.initialDefaults(realm) as unknown as Readonly<Record<string, unknown>>)[key]
    expect(of('R.TEST')).toEqual(value)
    expect(of('S.TEST')).not.toEqual(value)
  })

  test('the enctypes: permitted_enctypes, and the two lists that default to it', async () => {
    const plain = clientConfig(await profile(''))
    for (const list of [permittedEnctypes, defaultTktEnctypes, defaultTgsEnctypes])
      expect(list(plain)).toEqual([...AES, ...DES3_TO_CAMELLIA])
    const narrow = clientConfig(await profile('[libdefaults]\n permitted_enctypes = aes256-cts\n default_tgs_enctypes = aes128-cts\n'))
    expect([permittedEnctypes(narrow), defaultTktEnctypes(narrow), defaultTgsEnctypes(narrow)]).toEqual([[18], [18], [17]])
  })

  test('dns_fallback is the old name of two', async () => {
    const old = clientConfig(await profile('[libdefaults]\n dns_fallback = no\n'))
    expect([old.dnsLookupKdc, old.dnsLookupRealm]).toEqual([false, false])
  })
})

describe('[realms]', () => {
  test.each(REALMS)('%s is %j without the relation, and with %j it is %j', async (name, initial, text, value) => {
    const key = keyOf(REALM, name) as keyof ReturnType<typeof realmConfig>
    expect(realmConfig(await profile(''), 'R.TEST')[key]).toEqual(initial)
    expect(realmConfig(await profile(`[realms]\n R.TEST = {\n  ${name} = ${text}\n }\n`), 'R.TEST')[key]).toEqual(value)
  })

  test('servers may be repeated; master_kdc is the old name of primary_kdc', async () => {
    const realm = realmConfig(await profile('[realms]\n R = {\n  kdc = a\n  kdc = b\n  master_kdc = m\n }\n'), 'R')
    expect([realm.kdcs, realm.primaryKdcs]).toEqual([['a', 'b'], ['m']])
  })
})

test('[domain_realm]: hosts, their domains with and without a dot in front', async () => {
  const config = clientConfig(await profile('[domain_realm]\n .corp.test = CORP\n www.corp.test = WWW\n test = TOP\n'))
  const hosts = ['www.corp.test', 'WWW.CORP.TEST.', 'mail.corp.test', 'corp.test', 'a.test', 'a.example', '10.0.0.1']
  expect(hosts.map(host => config.realmOfHost(host))).toEqual(['WWW', 'WWW', 'CORP', 'TOP', 'TOP', undefined, undefined])
})

test('[capaths] is read: the hops of a path, and "." for none', async () => {
  const config = clientConfig(await profile('[capaths]\n A = {\n  B = .\n  C = B\n  C = D\n }\n'))
  expect([config.profile.values('capaths', 'A', 'B'), config.profile.values('capaths', 'A', 'C')]).toEqual([['.'], ['B', 'D']])
})

test('[appdefaults]: a program in a realm, a program, a realm, all', async () => {
  const text = '[appdefaults]\n x = 4\n y = 4\n R = {\n  x = 3\n }\n app = {\n  x = 2\n  R = {\n   x = 1\n  }\n }\n'
  const config = clientConfig(await profile(text))
  expect(config.appdefault('app', 'R', 'x')).toBe('1')
  expect(config.appdefault('app', 'S', 'x')).toBe('2')
  expect(config.appdefault('other', 'R', 'x')).toBe('3')
  expect(config.appdefault('other', undefined, 'x')).toBe('4')
  expect(config.appdefault('app', 'R', 'y')).toBe('4')
  expect(config.appdefault('app', 'R', 'z')).toBeUndefined()
})
