import { describe, expect, it } from 'vitest'
import { type KdcConfig, loadKdcConfig } from '../../../../src/core/config/kdc-conf.ts'
import type { Env, Files } from '../../../../src/core/env.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

function env(
  contents: Readonly<Record<string, string>>,
  vars: Readonly<Record<string, string>> = {},
): Pick<Env, 'vars' | 'files' | 'clock'> {
  const clock = { now: () => ({ seconds: 1795295953, micros: 0 }) }
  return { vars: { TZ: 'UTC0', ...vars }, files: memoryFiles(contents) as Files, clock }
}

async function load(kdcConf: string, krb5Conf = '[libdefaults]\n default_realm = R\n', realm?: string): Promise<KdcConfig> {
  return loadKdcConfig(env({ '/etc/krb5kdc/kdc.conf': kdcConf, '/etc/krb5.conf': krb5Conf }), realm)
}

function realm(...lines: readonly string[]): string {
  return `[realms]\n R = {\n${lines.map(line => `  ${line}\n`).join('')} }\n`
}

describe('kdc.conf', () => {
  it('has the defaults of MIT as Debian builds it', async () => {
    const config = await load('')
    expect(config).toMatchObject({
      realm: 'R',
      aclFile: '/etc/krb5kdc/kadm5.acl',
      databaseName: '/var/lib/krb5kdc/principal',
      defaultPrincipalExpiration: 0,
      defaultPrincipalFlags: 0,
      dictFile: undefined,
      disablePac: false,
      hostBasedServices: [],
      kdcListen: [{ address: undefined, port: 88 }],
      kdcTcpListen: [{ address: undefined, port: 88 }],
      kdcMaxDgramReplySize: 4096,
      kdcTcpListenBacklog: 5,
      keyStashFile: '/etc/krb5kdc/.k5.R',
      masterKeyName: 'K/M',
      masterKeyType: 18,
      maxLife: 86400,
      maxRenewableLife: 0,
      rejectBadTransit: true,
      restrictAnonymousToTgt: false,
      supportedEnctypes: [
        { etype: 18, saltType: 0 },
        { etype: 17, saltType: 0 },
      ],
    })
    expect(config.database).toMatchObject({ module: 'R', library: 'db2', disableLastSuccess: false, disableLockout: false })
    expect(config.client.clockskew).toBe(300)
  })

  it('is found by KRB5_KDC_PROFILE and read before krb5.conf, where the last value of both counts', async () => {
    const contents = {
      '/my.conf': `[libdefaults]\n default_realm = R\n clockskew = 9\n${realm('max_life = 1h', 'max_life = 2h', 'dict_file = /d')}`,
      '/etc/krb5.conf': `[libdefaults]\n clockskew = 10\n${realm('max_life = 3h')}`,
    }
    const config = await loadKdcConfig(env(contents, { KRB5_KDC_PROFILE: '/my.conf' }))
    expect([config.maxLife, config.dictFile, config.client.clockskew]).toEqual([10800, '/d', 9])
  })

  it("stands beside tkrealm's krb5.conf where a machine has no other", async () => {
    const folder = '/home/u/.local/state/tkrb5/TKREALM.TEST'
    const contents = {
      [`${folder}/krb5.conf`]: '[libdefaults]\n default_realm = T\n',
      [`${folder}/kdc.conf`]: '[realms]\n T = {\n  max_life = 5\n }\n',
    }
    expect((await loadKdcConfig(env(contents, { HOME: '/home/u' }))).maxLife).toBe(5)
  })

  it('serves the realm that is asked for, and needs one', async () => {
    const text = '[realms]\n A = {\n  max_life = 1\n }\n B = {\n  max_life = 2\n }\n'
    expect((await load(text, '', 'B')).maxLife).toBe(2)
    await expect(load(text, '')).rejects.toMatchObject({ code: 'KRB5_CONFIG_NODEFREALM' })
  })

  it.each([
    ['default_principal_flags = bogus', 'defaultPrincipalFlags'],
    ['default_principal_flags = +preauth bogus', 'defaultPrincipalFlags'],
    ['supported_enctypes = aes256-cts:v4', 'supportedEnctypes'],
    ['supported_enctypes = aes:normal', 'supportedEnctypes'],
    ['master_key_type = bogus', 'masterKeyType'],
    ['default_principal_expiration = bogus', 'defaultPrincipalExpiration'],
  ] as const)('%s stops those who need it', async (line, key) => {
    const config = await load(realm(line))
    expect(config.maxLife).toBe(86400)
    expect(() => config[key]).toThrow(
      expect.objectContaining({
        message: 'Required parameters in kdc.conf missing',
        params: expect.objectContaining({ line: 3, path: '/etc/krb5kdc/kdc.conf' }),
      }),
    )
  })

  it.each([
    ['max_life = bogus', { maxLife: 86400 }],
    ['max_life = 2 days', { maxLife: 86400 }],
    ['max_renewable_life = 7d', { maxRenewableLife: 604800 }],
    ['reject_bad_transit = maybe', { rejectBadTransit: true }],
    ['acl_file = ""', { aclFile: '' }],
    ['default_principal_flags = +preauth, -postdateable', { defaultPrincipalFlags: 0x81 }],
    ['default_principal_flags = -tgt-based DISALLOW_SVR', { defaultPrincipalFlags: 0x1004 }],
    ['default_principal_expiration = 20300102030405', { defaultPrincipalExpiration: 1893553445 }],
    [
      'supported_enctypes = AES256-CTS:NORMAL,aes128-cts:norealm aes256-cts bogus',
      {
        supportedEnctypes: [
          { etype: 18, saltType: 0 },
          { etype: 17, saltType: 2 },
        ],
      },
    ],
    ['host_based_services = a, b\n  host_based_services = c', { hostBasedServices: ['a', 'b', 'c'] }],
    ['unknown_relation = x', { maxLife: 86400 }],
  ])('%s', async (line, expected) => expect(await load(realm(line))).toMatchObject(expected))
})

describe('what a KDC listens on', () => {
  it.each([
    [
      realm('kdc_listen = 127.0.0.1:8888, [::1]:750 host 88;99 /run/kdc.sock'),
      [
        ['127.0.0.1', 8888],
        ['::1', 750],
        ['host', 88],
        [undefined, 88],
        [undefined, 99],
      ],
    ],
    [
      realm('kdc_ports = 88,750'),
      [
        [undefined, 88],
        [undefined, 750],
      ],
    ],
    [realm('kdc_ports = 1', 'kdc_listen = 2'), [[undefined, 2]]],
    [`[kdcdefaults]\n kdc_listen = 7\n${realm('kdc_ports = 8')}`, [[undefined, 8]]],
    ['[kdcdefaults]\n kdc_ports = 7\n', [[undefined, 7]]],
    [realm('kdc_listen = ""'), []],
  ] as const)('%j', async (text, expected) => {
    const config = await load(text)
    const listed = expected.map(([address, port]) => ({ address, port }))
    expect(config.kdcListen).toEqual(listed)
    expect(config.kdcTcpListen).toEqual(listed)
  })

  it('may differ for TCP', async () => {
    expect(await load(realm('kdc_listen = 1', 'kdc_tcp_ports = 2'))).toMatchObject({
      kdcListen: [{ port: 1 }],
      kdcTcpListen: [{ port: 2 }],
    })
    expect((await load(`[kdcdefaults]\n kdc_tcp_listen = ""\n${realm('kdc_listen = 1')}`)).kdcTcpListen).toEqual([])
  })

  it.each(['127.0.0.1:bad', '::1', ':88', '88x:', '127.0.0.1:65536', '99999'])('refuses %s', async value => {
    const config = await load(realm(`kdc_listen = ${value}`))
    expect(() => config.kdcListen).toThrow(expect.objectContaining({ code: 'EINVAL' }))
  })
})

describe('[dbmodules]', () => {
  it('is entered by database_module, by the name of the realm without it', async () => {
    const modules =
      '[dbmodules]\n M = {\n  db_library = klmdb\n  database_name = /db/m\n  disable_lockout = yes\n }\n R = {\n  database_name = /db/r\n }\n'
    const named = await load(realm('database_module = M', 'database_name = /db/old') + modules)
    expect(named.databaseName).toBe('/db/m')
    expect(named.database).toMatchObject({ module: 'M', library: 'klmdb', disableLockout: true, disableLastSuccess: false, mapSize: 128 })
    expect((await load(modules)).databaseName).toBe('/db/r')
    expect((await load(realm('database_name = /db/old'))).databaseName).toBe('/db/old')
  })
})

describe('[logging]', () => {
  it.each([
    ['', [{ kind: 'syslog', facility: 'AUTH' }], []],
    ['kdc = FILE:/log\n kdc = STDERR\n default = CONSOLE', [{ kind: 'file', path: '/log', append: true }, { kind: 'stderr' }], []],
    ['default = FILE=/log', [{ kind: 'file', path: '/log', append: false }], []],
    ['kdc = syslog:info:local3', [{ kind: 'syslog', facility: 'LOCAL3' }], []],
    ['kdc = SYSLOG:INFO:nosuch', [{ kind: 'syslog', facility: 'AUTH' }], []],
    ['kdc = DEVICE=/dev/tty9', [{ kind: 'device', path: '/dev/tty9' }], []],
    ['kdc = console', [{ kind: 'console' }], []],
    ['kdc = FILE\n kdc = nosuch', [{ kind: 'syslog', facility: 'AUTH' }], ['FILE', 'nosuch']],
  ])('%j', async (lines, destinations, unreadable) => {
    const { logging } = await load(`[logging]\n ${lines}\n`)
    expect(logging('kdc')).toEqual({ destinations, unreadable, debug: false })
  })

  it('may be wanted in detail, and differs by server', async () => {
    const { logging } = await load('[logging]\n debug = true\n admin_server = STDERR\n')
    expect(logging('admin_server')).toEqual({ destinations: [{ kind: 'stderr' }], unreadable: [], debug: true })
    expect(logging('kdc').destinations).toEqual([{ kind: 'syslog', facility: 'AUTH' }])
  })
})
