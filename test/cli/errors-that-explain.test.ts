import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { KrbErrorMessage } from '../../src/core/asn1/messages/krb-error.ts'
import { EtypeInfo2, MethodData } from '../../src/core/asn1/messages/pa-data.ts'
import { Ticket } from '../../src/core/asn1/messages/ticket.ts'
import { concat } from '../../src/core/bytes/bytes.ts'
import { encodeText } from '../../src/core/bytes/text.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { encodeCredential, encodeHead } from '../../src/core/ccache/format.ts'
import { keyFromPassword } from '../../src/core/crypto/string-to-key.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { encodeKeytab } from '../../src/core/keytab/format.ts'
import { parsePrincipal, tgtPrincipal, toPrincipalName } from '../../src/core/principal/principal.ts'
import { ETYPE } from '../../src/core/registry/etype.ts'
import { PaType } from '../../src/core/registry/pa-type.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { makeAuthority } from '../helpers/certificates.ts'
import { type Answering, type FakeKdc, startFakeKdc } from '../helpers/fake-kdc-server.ts'
import { startProxy } from '../helpers/kdc-proxy.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { startOwnAdminRealm } from '../helpers/own-admin-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit, openssl } from '../helpers/peers.ts'
import { freePort, runAsync } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { asReply, etypeInfo2 } from '../unit/kdc-client/fake-kdc.ts'

/*
 * A fault is planted, the program is run, and its error says what a person has to know: MIT's text on standard error as ever, the rest as
 * hints, which a terminal and JSON show.
 */

const scratch = scratchFolder('explain')
const kdcs: FakeKdc[] = []
afterEach(() => {
  for (const kdc of kdcs.splice(0)) kdc.close()
})
afterAll(() => scratch.remove())

interface Told {
  readonly stderr: string
  readonly code: string
  readonly hints: readonly string[]
}

const PASSWORD = 'secret\n'

/** Runs a program with a krb5.conf of its own and returns what it says. */
async function told(
  program: string,
  args: readonly string[],
  config: string,
  env: Record<string, string | undefined> = {},
  input = PASSWORD,
): Promise<Told> {
  const path = scratch.file('krb5.conf')
  writeFileSync(path, config)
  const all = { KRB5_CONFIG: path, KRB5CCNAME: `FILE:${scratch.file('cc')}`, TZ: 'UTC', ...env }
  const { code, stdout, stderr } = await runAsync(ours(program), ['--json', ...args], { env: all, input })
  expect(code, stderr).toBe(1)
  // The prompt stands on standard error with --json.
  const { error } = JSON.parse(stdout) as { readonly error: { readonly code: string; readonly hints: readonly string[] } }
  return { stderr: stderr.replace(/^Password for .*: \n?/, ''), code: error.code, hints: error.hints.map(leveled) }
}

function leveled(hint: string): string {
  return hint.replaceAll(scratch.path, 'DIR').replace(/\(\d+ ms\)/, '(MS)')
}

async function fakeKdc(answer: Answering): Promise<FakeKdc> {
  const kdc = await startFakeKdc(answer)
  kdcs.push(kdc)
  return kdc
}

function realmConfig(kdc: number | string, libdefaults: readonly string[] = []): string {
  const server = typeof kdc === 'number' ? `127.0.0.1:${kdc}` : kdc
  const lines = ['default_realm = EXAMPLE.TEST', 'dns_lookup_kdc = false', ...libdefaults]
  return `[libdefaults]\n${lines.map(line => ` ${line}\n`).join('')}[realms]\n EXAMPLE.TEST = {\n  kdc = ${server}\n }\n`
}

function refusing(errorCode: number, more: Partial<KrbErrorMessage> = {}): Answering {
  return () => {
    const sname = tgtPrincipal('EXAMPLE.TEST')
    const stime = Math.floor(Date.now() / 1000)
    return KrbErrorMessage.encode({ stime, susec: 0, errorCode, realm: sname.realm, sname: toPrincipalName(sname), ...more })
  }
}

describe('row 1, Cannot find KDC for realm: the files, the questions, the realm that may have been meant, and where the realm came from', () => {
  test('in an argument', async () => {
    const { stderr, code, hints } = await told('tkinit', ['alice@example.test'], realmConfig(1))
    expect(stderr).toBe('tkinit: Cannot find KDC for realm "example.test" while getting initial credentials\n')
    expect(code).toBe('KRB5_REALM_UNKNOWN')
    expect(hints).toEqual([
      '[realms] example.test has no kdc relation in DIR/krb5.conf',
      'DNS is not asked: dns_lookup_kdc is false',
      'the configuration has EXAMPLE.TEST (case counts in realm names)',
      'realm example.test: as in alice@example.test',
    ])
  })

  test('in default_realm', async () => {
    const { hints } = await told('tkinit', ['alice'], '[libdefaults]\n\n default_realm = NOWHERE.TEST\n dns_lookup_kdc = false\n')
    expect(hints.at(-1)).toBe('realm NOWHERE.TEST: default_realm, DIR/krb5.conf:3')
  })

  test('by a rule of [domain_realm]', async () => {
    const name = hostname().toLowerCase()
    const host = name.includes('.') ? name : `${name}.corp.test`
    const key = { etype: ETYPE.AES256_CTS_HMAC_SHA1_96, value: new Secret(new Uint8Array(32)) }
    const principal = parsePrincipal(`host/${host}@CORP.TEST`)
    writeFileSync(scratch.file('keytab'), encodeKeytab([{ principal, timestamp: 0, kvno: 1, key }]))
    const rules = ['dns_canonicalize_hostname = false', 'qualify_shortname = corp.test']
    const config = `${realmConfig(1, rules)}[domain_realm]\n ${host} = CORP.TEST\n`
    const { hints } = await told('tkinit', ['-k', '-t', scratch.file('keytab')], config)
    expect(hints.at(-1)).toBe(`realm CORP.TEST: [domain_realm] ${host}, DIR/krb5.conf:11`)
  })
})

describe('row 2, Cannot contact any KDC: each address with its outcome and its time', () => {
  test('closed and unknown', async () => {
    const port = await freePort()
    const { stderr, hints } = await told('tkinit', ['alice'], realmConfig(`127.0.0.1:${port}\n  kdc = no-such-host.invalid`))
    expect(stderr).toBe("tkinit: Cannot contact any KDC for realm 'EXAMPLE.TEST' while getting initial credentials\n")
    expect(hints).toEqual([
      `127.0.0.1:${port}/udp: connection refused (MS)`,
      `127.0.0.1:${port}/tcp: connection refused (MS)`,
      'no-such-host.invalid: no address found',
      'realm EXAMPLE.TEST: default_realm, DIR/krb5.conf:2',
    ])
  })

  test('silent, with request_timeout', async () => {
    const kdc = await fakeKdc(() => undefined)
    const { hints } = await told('tkinit', ['alice'], realmConfig(`udp/127.0.0.1:${kdc.port}`, ['request_timeout = 1']))
    expect(hints.slice(0, 2)).toEqual([`127.0.0.1:${kdc.port}/udp: no answer (MS)`, 'request_timeout = 1 s is over'])
  })

  describeWith([openssl()], 'by a proxy', () => {
    test('the status line, the verdict on the certificate', async () => {
      mkdirSync(scratch.file('pki'), { recursive: true })
      const authority = makeAuthority(scratch.file('pki'))
      const files = authority.issue('proxy', 'DNS:localhost')
      const proxy = await startProxy(files, (_request, response) => void response.writeHead(502).end())
      try {
        const url = (host: string) => realmConfig(`https://${host}:${proxy.port}/KdcProxy\n  http_anchors = FILE:${authority.certificate}`)
        const at = `127.0.0.1:${proxy.port}/https`
        expect((await told('tkinit', ['alice'], url('localhost'))).hints[0]).toBe(`${at}: HTTP/1.1 502 Bad Gateway (MS)`)
        expect((await told('tkinit', ['alice'], url('127.0.0.1'))).hints[0]).toMatch(
          /^\S+: certificate not accepted: IP: 127\.0\.0\.1 is not in the cert's list: {2}\(MS\)$/,
        )
      } finally {
        proxy.close()
      }
    })
  })
})

describeWith([mit()], 'with a KDC of MIT', () => {
  let realm: PeerRealm
  let env: Record<string, string>

  beforeAll(async () => {
    realm = await startMitRealm({
      setup: [
        'addprinc -pw secret +requires_preauth alice',
        'addprinc -pw secret -e aes128-cts-hmac-sha1-96:normal small',
        'addprinc -pw secret -allow_tix locked',
        'addprinc -randkey -allow_tgs_req host/as-only.test',
        'addprinc -randkey host/moved.test',
        'addprinc -pw secret -pwexpire yesterday old',
        'addprinc -pw secret -expire yesterday gone',
        'addprinc -randkey -e aes128-cts-hmac-sha1-96:normal host/small.test',
      ],
    })
    realm.admin([`ktadd -k ${realm.keytab} -e aes128-cts-hmac-sha1-96:normal host/small.test`])
    realm.admin([`ktadd -norandkey -k ${scratch.file('old.keytab')} old`])
    env = { KRB5_KTNAME: realm.env.KRB5_KTNAME! }
  })
  afterAll(() => realm.stop())

  const config = (libdefaults: readonly string[] = []) =>
    readFileSync(realm.env.KRB5_CONFIG!, 'utf8').replace(
      '[libdefaults]',
      `[libdefaults]\n${libdefaults.map(line => ` ${line}\n`).join('')}`,
    )

  test('row 3, Client not found: the name as sent, who says so, what else there is', async () => {
    const { stderr, hints } = await told('tkinit', ['nobody'], config(), env)
    expect(stderr).toBe("tkinit: Client 'nobody@MIT.TEST' not found in Kerberos database while getting initial credentials\n")
    expect(hints).toEqual([
      'sent as nobody@MIT.TEST, name type PRINCIPAL (1), without canonicalization',
      '-C (canonicalize = true) finds aliases; -E takes a name like user@company',
      `so says 127.0.0.1:${realm.port}/udp`,
      'realm MIT.TEST: default_realm, DIR/krb5.conf:3',
    ])
  })

  test('row 4, Server not found: the name, the KDCs that were asked, the rule that gave the realm', async () => {
    const path = scratch.file('krb5.conf')
    writeFileSync(path, config())
    const all = { KRB5_CONFIG: path, KRB5CCNAME: `FILE:${scratch.file('cc')}` }
    expect((await runAsync(ours('tkinit'), ['alice'], { env: all, input: PASSWORD })).code).toBe(0)
    const { stdout, stderr } = await runAsync(ours('tkvno'), ['--json', 'host/gone.test'], { env: all })
    expect(stderr).toBe(
      'tkvno: Server host/gone.test@MIT.TEST not found in Kerberos database while getting credentials for host/gone.test@MIT.TEST\n',
    )
    const { services } = JSON.parse(stdout) as { readonly services: readonly { readonly error: { readonly hints: readonly string[] } }[] }
    expect(services[0]!.error.hints.map(leveled)).toEqual([
      'asked for host/gone.test@MIT.TEST, name type PRINCIPAL (1)',
      'asked the KDC of: MIT.TEST',
      'realm MIT.TEST: default_realm, DIR/krb5.conf:3',
    ])
  })

  test('rows 5 and 6, a wrong password: the mechanism, the enctype and the salt that were used', async () => {
    const { stderr, code, hints } = await told('tkinit', ['alice'], config(), env, 'wrong\n')
    expect(stderr).toBe('tkinit: Password incorrect while getting initial credentials\n')
    expect(code).toBe('KRB5KDC_ERR_PREAUTH_FAILED')
    expect(hints).toEqual([
      'the KDC says: PREAUTH_FAILED',
      'the key that was used is not the key that the KDC has',
      'used: pre-authentication ENC-TIMESTAMP (2), aes256-cts-hmac-sha1-96, salt "MIT.TESTalice" (as the KDC offers)',
      `so says 127.0.0.1:${realm.port}/udp`,
    ])
    const unasked = await told('tkinit', ['small'], config(), env, 'wrong\n')
    expect(unasked.stderr).toBe('tkinit: Password incorrect while getting initial credentials\n')
    expect(unasked.hints).toEqual([
      'the key that was used is not the key that the KDC has',
      'used: no pre-authentication, aes128-cts-hmac-sha1-96, salt "MIT.TESTsmall" (as the KDC offers)',
    ])
  })

  test('rows 5 and 6, a stale keytab: its file, the kvno and the date of the key', async () => {
    const key = { etype: ETYPE.AES256_CTS_HMAC_SHA1_96, value: new Secret(new Uint8Array(32)) }
    const keytab = scratch.file('stale.keytab')
    writeFileSync(keytab, encodeKeytab([{ principal: parsePrincipal('alice@MIT.TEST'), timestamp: 1_700_000_000, kvno: 3, key }]))
    const { stderr, hints } = await told('tkinit', ['-k', '-t', keytab, 'alice'], config())
    expect(stderr).toBe('tkinit: Preauthentication failed while getting initial credentials\n')
    expect(hints).toContain('the key that was used is not the key that the KDC has')
    expect(hints.at(-1)).toBe('the key is from FILE:DIR/stale.keytab: kvno 3 of 2023-11-14T22:13:20Z')
  })

  test('row 10, no key for the name: the keytab that was opened, its names, the nearest', async () => {
    const { stderr, hints } = await told('tkinit', ['-k', 'host/smal.test'], config(), env)
    expect(stderr).toBe('tkinit: Keytab contains no suitable keys for host/smal.test@MIT.TEST while getting initial credentials\n')
    expect(hints).toEqual([
      `FILE:${realm.keytab} has keys of host/small.test@MIT.TEST`,
      'nearest to host/smal.test@MIT.TEST: host/small.test@MIT.TEST',
    ])
  })

  test('row 18, revoked: what the KDC says, the possibilities, who can tell', async () => {
    const { stderr, hints } = await told('tkinit', ['locked'], config(), env)
    expect(stderr).toBe("tkinit: Client's credentials have been revoked while getting initial credentials\n")
    expect(hints.slice(0, 2)).toEqual([
      'the KDC says: CLIENT LOCKED OUT',
      'the account is locked after too many wrong passwords, or disabled, or has expired: an administrator of the realm can tell which (getprinc)',
    ])
  })

  test('row 19, the password has expired, and nobody is there to be asked', async () => {
    const { hints } = await told('tkinit', ['-k', '-t', scratch.file('old.keytab'), 'old'], config(), env)
    expect(hints.slice(0, 2)).toEqual([
      'the KDC says: CLIENT KEY EXPIRED',
      'tkpasswd changes it; without a terminal it reads the old password and twice the new one from standard input',
    ])
    const asked = await told('tkinit', ['old'], config(), env)
    expect(asked.hints.at(-1)).toBe(
      'tkpasswd changes it; without a terminal it reads the old password and twice the new one from standard input',
    )
    const gone = await told('tkinit', ['gone'], config(), env)
    expect(gone.hints).toContain('the account has expired: an administrator can set another date')
  })

  test('row 14, a ticket without the flag: the command that sets it', async () => {
    const tgt = 'krbtgt/MIT.TEST@MIT.TEST'
    const cache = `FILE:${scratch.file('plain')}`
    const path = scratch.file('krb5.conf')
    writeFileSync(path, config())
    const all = { KRB5_CONFIG: path, KRB5CCNAME: cache }
    expect((await runAsync(ours('tkinit'), ['-F', '-P', 'alice'], { env: all, input: PASSWORD })).code).toBe(0)
    const renewing = await told('tkinit', ['-R'], config(), { KRB5CCNAME: cache })
    expect(renewing.stderr).toBe("tkinit: KDC can't fulfill requested option while renewing credentials\n")
    expect(renewing.hints).toContain(`the ticket for ${tgt} is not renewable: tkinit -r asks for one that is`)
    for (const [args, hint] of [
      [['--forwarded'], `the ticket for ${tgt} is not forwardable: tkinit -f asks for one that is`],
      [['--proxy', 'host/small.test'], `the ticket for ${tgt} is not proxiable: tkinit -p asks for one that is`],
      [
        ['--start-time', '2h', 'host/small.test'],
        `the ticket for ${tgt} gives no postdated ones: tkinit --postdatable asks for one that does`,
      ],
    ] as const) {
      const { stdout, stderr } = await runAsync(ours('tkvno'), ['--json', ...args], { env: all })
      expect(stderr).toMatch(/^tkvno: KDC can't fulfill requested option while /)
      const { services } = JSON.parse(stdout) as { readonly services: readonly { readonly error: { readonly hints: readonly string[] } }[] }
      expect(services[0]!.error.hints).toContain(hint)
    }
  })

  test('row 16, postdated: the start, and what has to happen then', async () => {
    const cache = `FILE:${scratch.file('later')}`
    const path = scratch.file('krb5.conf')
    writeFileSync(path, config())
    const all = { KRB5_CONFIG: path, KRB5CCNAME: cache }
    expect((await runAsync(ours('tkinit'), ['-s', '2h', 'alice'], { env: all, input: PASSWORD })).code).toBe(0)
    const { stderr, hints } = await told('tkinit', ['-v'], config(), { KRB5CCNAME: cache })
    expect(stderr).toBe('tkinit: Ticket not yet valid while validating credentials\n')
    expect(hints.at(-1)).toMatch(
      /^krbtgt\/MIT\.TEST@MIT\.TEST is postdated: it starts at \S+Z, in (2 h|1 h 59 min 5\d s); from then on tkinit -v validates it$/,
    )
  })

  test('row 17, policy: the word of the KDC', async () => {
    const path = scratch.file('krb5.conf')
    writeFileSync(path, config())
    const all = { KRB5_CONFIG: path, KRB5CCNAME: `FILE:${scratch.file('cc')}` }
    expect((await runAsync(ours('tkinit'), ['alice'], { env: all, input: PASSWORD })).code).toBe(0)
    const { stdout, stderr } = await runAsync(ours('tkvno'), ['--json', 'host/as-only.test'], { env: all })
    expect(stderr).toMatch(/^tkvno: KDC policy rejects request while getting credentials/)
    const { services } = JSON.parse(stdout) as { readonly services: readonly { readonly error: { readonly hints: readonly string[] } }[] }
    expect(services[0]!.error.hints.slice(0, 2)).toEqual([
      'the KDC says: TGT BASED NOT ALLOWED',
      'host/as-only.test@MIT.TEST takes only tickets that a log-in gives: tkinit -S host/as-only.test@MIT.TEST',
    ])
  })

  test('row 9, the keytab and the ticket have different versions: both, their ages, what helps', async () => {
    const path = scratch.file('krb5.conf')
    const env = { KRB5_CONFIG: path, KRB5CCNAME: `FILE:${scratch.file('versions')}` }
    const keytab = (name: string) => scratch.file(`${name}.keytab`)
    const fails = async (program: string, args: readonly string[]) => {
      const { code, stdout } = await runAsync(ours(program), ['--json', ...args], { env })
      expect(code).toBe(1)
      return JSON.parse(stdout)
    }
    const vnoHints = async (name: string): Promise<readonly string[]> => {
      const { services } = await fails('tkvno', ['-k', keytab(name), 'host/moved.test'])
      expect(services[0].error.code).toBe('KRB5KRB_AP_WRONG_PRINC')
      return services[0].error.hints.map(leveled)
    }
    const version = (kvno: number) => `kvno ${kvno} of \\d{4}-\\S+Z \\(aes256-cts-hmac-sha1-96\\)`
    writeFileSync(path, config())
    realm.admin([`ktadd -k ${keytab('behind')} -e aes256-cts:normal host/moved.test`, 'cpw -randkey -e aes256-cts:normal host/moved.test'])
    expect((await runAsync(ours('tkinit'), ['alice'], { env, input: PASSWORD })).code).toBe(0)
    expect(await vnoHints('behind')).toEqual([
      expect.stringMatching(/^the ticket for host\/moved\.test@MIT\.TEST is made with kvno 3, aes256-cts-hmac-sha1-96, at \d{4}-\S+Z$/),
      expect.stringMatching(new RegExp(`^FILE:DIR/behind\\.keytab has of host/moved\\.test@MIT\\.TEST: ${version(2)}$`)),
      'the key was changed after the keytab was written: tkadmin ktadd -norandkey adds the present one',
    ])
    const { tickets } = await fails('tklist', ['--decode', '-k', keytab('behind'), scratch.file('versions')])
    expect(tickets.at(-1).why.at(-1).hint).toBe(
      'the key was changed after the keytab was written: tkadmin ktadd -norandkey adds the present one',
    )
    const verified = await fails('tktutil', ['--keytab', keytab('behind'), 'verify'])
    expect(JSON.stringify(verified)).toContain('present keys: tkadmin ktadd -norandkey -k ')
    realm.admin([`ktadd -k ${keytab('ahead')} -e aes256-cts:normal host/moved.test`])
    expect((await vnoHints('ahead')).at(-1)).toBe('the ticket is from before the key was changed: tkinit and a new ticket help')
    const key = { etype: ETYPE.AES256_CTS_HMAC_SHA1_96, value: new Secret(new Uint8Array(32)) }
    const entry = { principal: parsePrincipal('host/moved.test@MIT.TEST'), timestamp: 1_700_000_000, kvno: 3, key }
    writeFileSync(keytab('wrong'), encodeKeytab([entry]))
    expect((await vnoHints('wrong')).at(-1)).toMatch(/^the key of host\/moved\.test@MIT\.TEST in FILE:DIR\/wrong\.keytab is another one/)
    writeFileSync(keytab('small'), encodeKeytab([{ ...entry, key: { ...key, etype: ETYPE.AES128_CTS_HMAC_SHA1_96 } }]))
    expect((await vnoHints('small')).at(-1)).toMatch(/^the keytab lacks the key of aes256-cts-hmac-sha1-96: /)
    writeFileSync(keytab('other'), encodeKeytab([{ ...entry, principal: parsePrincipal('host/move.test@MIT.TEST') }]))
    expect((await vnoHints('other')).at(-1)).toBe('nearest to host/moved.test@MIT.TEST: host/move.test@MIT.TEST')
  })

  test("row 9, the key of the realm was changed after a ticket-granting ticket was made: that one's kvno and age", async () => {
    const path = scratch.file('krb5.conf')
    writeFileSync(path, config())
    const env = { KRB5_CONFIG: path, KRB5CCNAME: `FILE:${scratch.file('cc')}` }
    expect((await runAsync(ours('tkinit'), ['alice'], { env, input: PASSWORD })).code).toBe(0)
    realm.admin(['cpw -randkey krbtgt/MIT.TEST'])
    const { stdout } = await runAsync(ours('tkvno'), ['--json', 'host/small.test'], { env })
    expect(JSON.parse(stdout).services[0].error.hints).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^the KDC of MIT\.TEST does not open the ticket for krbtgt\/MIT\.TEST@MIT\.TEST \(kvno 1, aes256-\S+, of \S+Z\)$/,
        ),
        'the key of the realm was changed since, or another realm of that name answers: tkinit gets a new ticket',
      ]),
    )
  })

  test('row 8, no common enctype: three lists and the relation that gave ours', async () => {
    const narrow = config(['default_tkt_enctypes = aes256-cts-hmac-sha384-192'])
    const asPassword = await told('tkinit', ['small'], narrow, env)
    expect(asPassword.stderr).toBe('tkinit: KDC has no support for encryption type while getting initial credentials\n')
    expect(asPassword.hints.slice(0, 3)).toEqual([
      'the KDC says: CANT_FIND_CLIENT_KEY',
      'asked for: aes256-cts-hmac-sha384-192 (default_tkt_enctypes, DIR/krb5.conf:2)',
      'the KDC offers: it does not say',
    ])
    const asKeytab = await told('tkinit', ['-k', 'host/small.test'], narrow, env)
    expect(asKeytab.hints).toContain('in the keytab: aes128-cts-hmac-sha1-96')
  })
})

describe('row 7, Clock skew too great', () => {
  test.each([
    [432, /^this machine's clock is 7 min 1[123] s behind the KDC's \(clockskew allows 5 min here\)$/],
    [-3600, /^this machine's clock is (1 h|59 min 5\d s|1 h [12] s) ahead of the KDC's/],
  ])('by %i s', async (difference, hint) => {
    const kdc = await fakeKdc(() => refusing(37, { stime: Math.floor(Date.now() / 1000) + difference })(new Uint8Array()))
    const { stderr, hints } = await told('tkinit', ['alice'], realmConfig(kdc.port, ['kdc_timesync = 0']))
    expect(stderr).toBe('tkinit: Clock skew too great while getting initial credentials\n')
    expect(hints[0]).toMatch(hint)
    expect(hints.slice(1)).toEqual(['kdc_timesync = 1 would go by the clock of the KDC', `so says 127.0.0.1:${kdc.port}/udp`])
  })
})

test('row 8, the KDC has only keys of enctypes that are not enabled here: it offers, we asked for', async () => {
  const offer = MethodData.encode([{ padataType: PaType.ETYPE_INFO2, padataValue: EtypeInfo2.encode([{ etype: 23 }]) }])
  const kdc = await fakeKdc(refusing(25, { eData: offer }))
  const { hints } = await told('tkinit', ['alice'], realmConfig(kdc.port, ['permitted_enctypes = aes256-cts']))
  expect(hints.slice(0, 2)).toEqual([
    'asked for: aes256-cts-hmac-sha1-96 (permitted_enctypes, DIR/krb5.conf:4)',
    'the KDC offers: arcfour-hmac',
  ])
})

describe('row 11, No credentials cache found: its name, what gave the name, and the others', () => {
  const there = () => ['tickets', 'empty'].map(name => scratch.file(name))

  test.each([
    ['the command line', (cache: string) => [['-c', cache], {}, []] as const, 'as given on the command line'],
    ['KRB5CCNAME', (cache: string) => [[], { KRB5CCNAME: cache }, []] as const, 'KRB5CCNAME'],
    [
      'default_ccache_name',
      (cache: string) => [[], { KRB5CCNAME: undefined }, [`default_ccache_name = ${cache}`]] as const,
      'default_ccache_name, DIR/krb5.conf:4',
    ],
  ])('%s', async (_, given, origin) => {
    const [args, env, libdefaults] = given(`FILE:${there()[1]}`)
    const { stderr, code, hints } = await told('tkvno', [...args, 'x'], realmConfig(1, libdefaults), env)
    expect(leveled(stderr)).toBe('tkvno: No credentials cache found (filename: DIR/empty) while getting client principal name\n')
    expect(code).toBe('KRB5_FCC_NOFILE')
    expect(hints[0]).toBe(`cache FILE:DIR/empty: ${origin}`)
  })

  test('others', async () => {
    writeTicket(there()[0]!, {})
    const config = realmConfig(1, [`default_ccache_name = ${there()[0]}`])
    for (const [program, args] of [
      ['tklist', []],
      ['tkinit', ['-R', 'alice']],
    ] as const) {
      const { hints } = await told(program, args, config, { KRB5CCNAME: there()[1]! })
      expect(hints).toEqual(['cache DIR/empty: KRB5CCNAME', 'caches that there are: FILE:DIR/tickets'])
    }
    for (const program of ['tkswitch', 'tkdestroy']) {
      const { code, hints } = await told(program, ['-p', 'nobody'], config, { KRB5CCNAME: there()[1]! })
      expect([code, ...hints]).toEqual(['KRB5_CC_NOTFOUND', 'caches that there are: FILE:DIR/tickets'])
    }
    const gone = await runAsync(ours('tkdestroy'), ['--json'], { env: { KRB5_CONFIG: scratch.file('krb5.conf'), KRB5CCNAME: there()[1]! } })
    expect(JSON.parse(gone.stdout).hints.map(leveled)).toEqual(['cache DIR/empty: KRB5CCNAME', 'caches that there are: FILE:DIR/tickets'])
  })

  test('a name that tkpasswd took from the system', async () => {
    const kdc = await fakeKdc(refusing(6))
    const { stderr, hints } = await told('tkpasswd', [], realmConfig(kdc.port), { KRB5CCNAME: there()[1]! })
    expect(stderr).toContain('Client not found in Kerberos database getting initial ticket\n')
    expect(hints).toContain('the name is that of the user, since there is no cache')
    expect(hints).toContain('cache DIR/empty: KRB5CCNAME')
  })
})

describe('row 13, Bad format of a cache or a keytab: the octet and the field', () => {
  test('a cache that was cut off', async () => {
    writeTicket(scratch.file('cut'), {})
    writeFileSync(scratch.file('cut'), readFileSync(scratch.file('cut')).subarray(0, 20))
    const { stderr, hints } = await told('tklist', [scratch.file('cut')], realmConfig(1))
    expect(leveled(stderr)).toBe('tklist: End of credential cache reached (filename: DIR/cut)\n')
    expect(hints[0]).toMatch(/^octet \d+ \(.+\): /)
  })

  test('a keytab in base64', async () => {
    writeFileSync(scratch.file('base64'), 'BQIAAABCAAEAC0VYQU1QTEUuVEVTVA==\n')
    const { hints } = await told('tklist', ['-k', scratch.file('base64')], realmConfig(1))
    expect(hints[0]).toMatch(/^octet 0 \(version\): .*base64/)
  })
})

describe('row 15, Ticket expired: its end, its renewals, and now', () => {
  const now = () => Math.floor(Date.now() / 1000)

  test.each([
    [{}, 'it was not renewable: a new tkinit is needed'],
    [
      { flags: TicketFlags.RENEWABLE, renewTill: now() - 60 },
      /^renewable until \S+Z, which was 1 min( \d+ s)? ago: a new tkinit is needed$/,
    ],
    [{ flags: TicketFlags.RENEWABLE, renewTill: now() + 3600 }, /^renewable until \S+Z, but only before it ends: a new tkinit is needed$/],
  ])('%o', async (ticket, next) => {
    const kdc = await fakeKdc(refusing(32))
    writeTicket(scratch.file('over'), { endtime: now() - 7200, ...ticket })
    const { stderr, hints } = await told('tkinit', ['-R'], realmConfig(kdc.port), { KRB5CCNAME: scratch.file('over') })
    expect(stderr).toBe('tkinit: Ticket expired while renewing credentials\n')
    expect(hints[0]).toMatch(/^krbtgt\/EXAMPLE\.TEST@EXAMPLE\.TEST ended at \S+Z, 2 h( \d+ s)? ago$/)
    expect(hints[1]).toEqual(typeof next === 'string' ? next : expect.stringMatching(next))
  })
})

test('row 14, an option that the KDC does not grant: those that were asked for', async () => {
  const kdc = await fakeKdc(refusing(13))
  const { stderr, hints } = await told('tkinit', ['-f', 'alice'], realmConfig(kdc.port))
  expect(stderr).toBe("tkinit: KDC can't fulfill requested option while getting initial credentials\n")
  expect(hints[0]).toBe('asked for: forwardable, renewable-ok')
})

test('row 16, Requested effective lifetime is negative or too short: what was asked for, and now', async () => {
  const kdc = await fakeKdc(refusing(11))
  const { stderr, hints } = await told('tkinit', ['-l', '1s', 'alice'], realmConfig(kdc.port))
  expect(stderr).toBe('tkinit: Requested effective lifetime is negative or too short while getting initial credentials\n')
  expect(hints[0]).toMatch(/^asked for a ticket that starts at once and ends at \S+Z; it is \S+Z here$/)
})

/** A cache with one ticket-granting ticket of alice, that no KDC has made. */
function writeTicket(path: string, more: Partial<Credential>): void {
  const client = parsePrincipal('alice@EXAMPLE.TEST')
  const server = tgtPrincipal('EXAMPLE.TEST')
  const etype = ETYPE.AES256_CTS_HMAC_SHA1_96
  const key = { etype, value: new Secret(new Uint8Array(32)) }
  const ticket = Ticket.encode({
    realm: server.realm,
    sname: toPrincipalName(server),
    encPart: { etype, kvno: 1, cipher: new Uint8Array(32) },
  })
  const times = { authtime: 1_700_000_000, starttime: 1_700_000_000, endtime: 1_700_003_600, renewTill: 0 }
  const rest = { isSkey: false, flags: 0, addresses: [], authdata: [], ticket, secondTicket: new Uint8Array() }
  const credential = encodeCredential({ client, server, key, ...times, ...rest, ...more }, 4)
  writeFileSync(path, concat(encodeHead(4, client, undefined), credential), { mode: 0o600 })
}

describe('row 12, caches', () => {
  test('Unknown credential cache type: the types that there are', async () => {
    const { stderr, hints } = await told('tkinit', ['-c', 'FLIE:/tmp/cc', 'alice'], realmConfig(1))
    expect(stderr).toBe('tkinit: Unknown credential cache type resolving ccache FLIE:/tmp/cc\n')
    expect(hints).toEqual([expect.stringMatching(/^FLIE is none of FILE, MEMORY, DIR, KCM/)])
  })

  test.skipIf(process.getuid?.() !== 0)(
    'Credentials cache permissions incorrect: owner and mode (needs root to become somebody else)',
    async () => {
      const cache = scratch.file('of-root')
      writeFileSync(cache, '', { mode: 0o600 })
      chmodSync(scratch.path, 0o755)
      const env = { KRB5_CONFIG: scratch.file('krb5.conf') }
      writeFileSync(env.KRB5_CONFIG, realmConfig(1), { mode: 0o644 })
      const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
      const { code, stdout } = await runAsync('setpriv', [...nobody, ours('tkvno'), '--json', '-c', cache, 'x'], { env })
      expect(code).toBe(1)
      const { error } = JSON.parse(stdout) as { readonly error: { readonly code: string; readonly hints: readonly string[] } }
      expect(error.code).toBe('KRB5_FCC_PERM')
      expect(error.hints.map(leveled)).toEqual(['DIR/of-root belongs to uid 0 with mode 0600; this program runs as uid 65534'])
    },
  )
})

test('row 20, KDC reply did not match expectations: the field, what was asked for and what came', async () => {
  using password = new Secret(encodeText('secret'))
  const key = await keyFromPassword(ETYPE.AES256_CTS_HMAC_SHA1_96, password, encodeText('EXAMPLE.TESTalice'), undefined)
  const salt = etypeInfo2({ etype: key.etype, salt: encodeText('EXAMPLE.TESTalice') })
  const mallory = toPrincipalName(parsePrincipal('mallory@EXAMPLE.TEST'))
  const kdc = await fakeKdc(request => asReply(request, { key, reply: { cname: mallory, padata: [salt] } }))
  const { stderr, code, hints } = await told('tkinit', ['alice'], realmConfig(kdc.port))
  expect(stderr).toBe('tkinit: KDC reply did not match expectations while getting initial credentials\n')
  expect(code).toBe('KRB5_KDCREP_MODIFIED')
  expect(hints).toEqual(["cname in the KDC's reply: asked for alice@EXAMPLE.TEST, received mallory@EXAMPLE.TEST"])
})

describe('row 22, Improper format of Kerberos configuration file: place, rule and text', () => {
  test.each([
    ['[realms]\n EXAMPLE.TEST = { kdc = a\n }\n', /^DIR\/krb5\.conf:3:2: no subsection is open here.*: }$/],
    [
      '[libdefaults]\n default_realm EXAMPLE.TEST\n',
      /^DIR\/krb5\.conf:2:2: a relation has the form name = value: default_realm EXAMPLE\.TEST$/,
    ],
    ['[libdefaults\n', /^DIR\/krb5\.conf:1:1: the ] is missing: \[libdefaults$/],
  ])('%j', async (config, hint) => {
    const { stderr, hints } = await told('tkinit', ['alice'], config)
    expect(stderr).toBe('tkinit: Improper format of Kerberos configuration file while initializing Kerberos 5 library\n')
    expect(hints.at(-1)).toMatch(hint)
  })

  test('in an included file', async () => {
    writeFileSync(scratch.file('part.conf'), '[libdefaults]\n\n x\n')
    const { hints } = await told('tkinit', ['alice'], `include ${scratch.file('part.conf')}\n`)
    expect(hints.at(-1)).toMatch(/^DIR\/part\.conf:3:2: /)
  })
})

describe('row 25, administration: the address, what names it, the service, oneself as seen, and who knows more', () => {
  const admin = (port: number) => `[realms]\n EXAMPLE.TEST = {\n  admin_server = 127.0.0.1:${port}\n }\n`

  test('the KDC knows no service to administer by', async () => {
    const kdc = await fakeKdc(refusing(7))
    const { stderr, hints } = await told('tkadmin', ['-p', 'alice', '-w', 'secret', 'getprivs'], realmConfig(kdc.port) + admin(1))
    expect(stderr).toBe('tkadmin: Database error! Required KADM5 principal missing while initializing tkadmin interface\n')
    expect(hints).toContainEqual(
      expect.stringMatching(/^the KDC of EXAMPLE\.TEST knows neither kadmin\/admin nor kadmin\/\S+: tkdb5_util create makes the first$/),
    )
  })

  test('rows 23 and 25: nobody listens; somebody listens, and does not give the right, or does not take the ticket', async () => {
    const realm = await startOwnAdminRealm(['alice@OWN.TEST i'], { setup: ['addprinc -pw secret alice'] })
    try {
      const config = readFileSync(realm.env.KRB5_CONFIG!, 'utf8')
      const parties = ['service principal: kadmin/admin@OWN.TEST', 'own principal: alice@OWN.TEST']
      const refused = await told('tkadmin', ['-p', 'alice', '-w', 'secret', 'addprinc', '-randkey', 'x'], config)
      expect(refused.stderr).toContain('Operation requires ``add\'\' privilege while creating "x@OWN.TEST".\n')
      expect(refused.hints).toEqual([...parties, "the server's log has the refusal; tkadmind tells there which line of kadm5.acl decided"])
      expect(readFileSync(realm.adminLog, 'utf8')).toContain('kadm5.acl:1 does not give a to alice@OWN.TEST')
      const path = scratch.file('krb5.conf')
      const cache = scratch.file('admin-cache')
      const log = await runAsync(ours('tkinit'), ['-c', cache, '-S', 'kadmin/admin', 'alice'], {
        env: { KRB5_CONFIG: path },
        input: PASSWORD,
      })
      expect(log.code).toBe(0)
      realm.admin(['cpw -randkey kadmin/admin'])
      const stale = await told('tkadmin', ['-c', cache, 'getprivs'], config)
      expect(stale.stderr).toBe('tkadmin: GSS-API (or Kerberos) error while initializing tkadmin interface\n')
      expect(stale.hints.slice(1)).toEqual([
        expect.stringMatching(
          /^the server does not take the ticket \(kvno 1, aes256-\S+, of \S+Z\): its key was changed since, .*; its log says more$/,
        ),
        ...parties,
      ])
      await realm.kadmind.stop()
      const alone = await told('tkadmin', ['-p', 'alice', '-w', 'secret', 'getprivs'], config)
      expect(alone.stderr).toBe('tkadmin: Communication failure with server while initializing tkadmin interface\n')
      expect(alone.hints).toEqual([
        `127.0.0.1:${realm.adminPort}: connection refused`,
        expect.stringMatching(/^that is where admin_server \(DIR\/krb5\.conf:\d+\) has kadmind: is it running\?$/),
        ...parties,
      ])
    } finally {
      await realm.stop()
    }
  })
})
