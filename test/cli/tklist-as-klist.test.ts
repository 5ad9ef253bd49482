import { symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ticket } from '../../src/core/asn1/messages/ticket.ts'
import { type Bytes, concat } from '../../src/core/bytes/bytes.ts'
import { configCredential } from '../../src/core/ccache/config-entry.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { encodeCredential, encodeHead } from '../../src/core/ccache/format.ts'
import { parsePrincipal, toPrincipalName } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** MIT's klist and ours, called by the same name on the same files, must not be told apart. */
const scratch = scratchFolder('klist')
const env = { KRB5_CONFIG: scratch.file('krb5.conf'), KRB5CCNAME: `FILE:${scratch.file('default')}`, TZ: 'Asia/Kolkata' }
const alice = parsePrincipal('alice@EX.TEST')

beforeAll(() => {
  symlinkSync(ours('tklist'), scratch.file('klist'))
  writeFileSync(env.KRB5_CONFIG, `[libdefaults]\n default_realm = EX.TEST\n default_keytab_name = FILE:${scratch.file('keytab')}\n`)
})
afterAll(() => scratch.remove())

function octets(hex: string): Bytes {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

function ticketFor(name: string, etype: number): Bytes {
  const server = parsePrincipal(name)
  return Ticket.encode({ realm: server.realm, sname: toPrincipalName(server), encPart: { etype, kvno: 2, cipher: octets('0102') } })
}

function credential(
  server: string,
  changes: Partial<Omit<Credential, 'key'>> & { readonly skey?: number; readonly tkt?: number } = {},
): Credential {
  const { skey = 18, tkt = 18, ...rest } = changes
  const times = { authtime: 1795291200, starttime: 1795291256, endtime: 1795377656, renewTill: 0 }
  const empty = { isSkey: false, flags: 0, addresses: [], authdata: [], secondTicket: octets('') }
  const key = { etype: skey, value: new Secret(octets('00'.repeat(32))) }
  return { client: alice, server: parsePrincipal(server), key, ...times, ...empty, ticket: ticketFor(server, tkt), ...rest }
}

function writeCache(name: string, credentials: readonly Credential[], tail: Bytes = octets('')): string {
  const parts = credentials.map(one => encodeCredential(one, 4))
  writeFileSync(scratch.file(name), concat(encodeHead(4, alice, { seconds: 0, micros: 0 }), ...parts, tail))
  return scratch.file(name)
}

function bothSay(args: readonly string[], extra: Readonly<Record<string, string>> = {}) {
  const theirs = run('klist', args, { env: { ...env, ...extra } })
  const own = run(scratch.file('klist'), args, { env: { ...env, ...extra } })
  expect(own).toEqual(theirs)
  return own
}

const tgt = 'krbtgt/EX.TEST@EX.TEST'
const RICH: readonly Credential[] = [
  credential(tgt, { flags: 0x40e10000, renewTill: 1795896056 }),
  credential('host/a@EX.TEST', { flags: 0xffffffff, renewTill: 1795896056 }),
  credential('host/none@EX.TEST'),
  credential('host/renew@EX.TEST', { renewTill: 1795896056 }),
  credential('host/flagged@EX.TEST', { flags: 0x00400000 }),
  credential('host/epr@EX.TEST', { flags: 0x00010000 }),
  credential('host/foreign@EX.TEST', { client: parsePrincipal('bob@OTHER.TEST'), renewTill: 1795896056, flags: 0x40800000 }),
  credential('host/foreign2@EX.TEST', { client: parsePrincipal('bob@OTHER.TEST') }),
  credential('host/nostart@EX.TEST', { starttime: 0 }),
  credential('host/expired@EX.TEST', { starttime: 1000000000, endtime: 1000003600 }),
  credential('host/far@EX.TEST', { endtime: 4200000000 }),
  credential('host/rc4@EX.TEST', { skey: 23, tkt: 23 }),
  credential('host/des3@EX.TEST', { skey: 16, tkt: 12345 }),
  credential('host/odd@EX.TEST', { skey: -133, tkt: 99 }),
  credential('host/sha2@EX.TEST', { skey: 20, tkt: 19, renewTill: 1795896056 }),
  credential('host/camellia@EX.TEST', { skey: 25, tkt: 26 }),
  credential('host/broken@EX.TEST', { ticket: octets('6103020100') }),
  credential('host/referral@EX.TEST', { ticket: ticketFor('krbtgt/OTHER.TEST@EX.TEST', 18) }),
  credential('host/v4@EX.TEST', { addresses: [{ type: 2, data: octets('7f000001') }] }),
  credential('host/many@EX.TEST', {
    addresses: [
      { type: 2, data: octets('0a000001') },
      { type: 24, data: octets('20010db8000000000000000000000001') },
      { type: 24, data: octets('00000000000000000000ffff01020304') },
      { type: 2, data: octets('0a0000') },
      { type: 99, data: octets('00') },
    ],
  }),
  credential('host/ad@EX.TEST', {
    authdata: [
      { type: 1, data: octets('00') },
      { type: -64, data: octets('') },
    ],
    renewTill: 1795896056,
  }),
  credential('host/esc\\/aped\\@x@EX.TEST'),
  credential('Ünïcode/größe@EX.TEST'),
]

describeWith([mit()], 'tklist and klist print the same', () => {
  it.each(['-c', '-f', '-e', '-fe', '-an', '-fean', '-d', '-fd', '-fead -n', '-C'])('%s', flags => {
    const path = writeCache('rich', RICH)
    expect(bothSay([...flags.split(' '), path]).code).toBe(0)
  })

  it('configuration entries, wrapped at their column', () => {
    const values = ['yes', '2', `{"a":"${'x'.repeat(200)}"}`, 'with blank\u0001', '']
    const entries = values.map((value, i) =>
      configCredential(
        { key: `key${i}`, ...(i % 2 ? {} : { server: parsePrincipal(tgt) }), value: octets(Buffer.from(value).toString('hex')) },
        alice,
      ),
    )
    const path = writeCache('config', [...entries, credential(tgt)])
    for (const flags of ['-C', '-Cfean', '-f', '-Cd']) expect(bothSay([flags, path]).code).toBe(0)
  })

  it('no tickets at all', () => {
    bothSay([writeCache('bare', [])])
  })

  it.each([
    ['a missing file', 'FILE:missing'],
    ['an unknown type', 'NOSUCH:x'],
  ])('%s', (_, name) => {
    for (const flags of [[], ['-s'], ['-A'], ['-l'], ['-A', '-s']]) bothSay([...flags, name.replace('missing', scratch.file('missing'))])
  })

  it('files that are no cache', () => {
    for (const [name, content] of [
      ['empty', ''],
      ['one', '05'],
      ['text', '68656c6c6f0a'],
      ['version', '0509'],
      ['short', '0504000c00010008'],
    ] as const) {
      writeFileSync(scratch.file(name), octets(content))
      bothSay([scratch.file(name)])
      bothSay(['-s', scratch.file(name)])
    }
  })

  it('a file that ends inside a ticket', () => {
    const whole = encodeCredential(credential('host/torn@EX.TEST'), 4)
    bothSay([writeCache('torn', [credential(tgt)], whole.subarray(0, 100))])
  })

  it('-s: what counts as good', () => {
    const past = 1000000000
    const future = 4200000000
    const other = 'host/x@EX.TEST'
    const cases: readonly (readonly [string, number])[][] = [
      [[tgt, future]],
      [[tgt, past]],
      [
        [tgt, past],
        [other, future],
      ],
      [[other, future]],
      [[other, past]],
      [
        [tgt, past],
        [tgt, future],
      ],
      [['krbtgt/OTHER.TEST@EX.TEST', future]],
      [
        ['krbtgt/OTHER.TEST@EX.TEST', future],
        [tgt, past],
      ],
      [],
    ]
    for (const rows of cases)
      bothSay([
        '-s',
        writeCache(
          'status',
          rows.map(([server, endtime]) => credential(server, { endtime })),
        ),
      ])
    bothSay(['-s', writeCache('postdated', [credential(tgt, { starttime: 4199999999, endtime: future, flags: 0x03000000 })])])
    bothSay(['-s', writeCache('configured', [configCredential({ key: 'x', value: octets('00') }, alice)])])
  })

  it('-l and -A for a file', () => {
    writeCache('default', [credential(tgt, { endtime: 4200000000 })])
    expect(bothSay(['-l']).code).toBe(0)
    expect(bothSay(['-A']).code).toBe(0)
    writeCache('default', [credential(tgt, { endtime: 1000000000 })])
    bothSay(['-l'])
  })

  it.each(['-n', '-t', '-K', '-k -f', '-k -s', '-k -a', '-c -k', '-A -l', '-s -l', 'a b', '-Z', '-c -Z -Y', '--nosuch'])(
    '%s is wrong usage',
    words => {
      const args = words.split(' ')
      const theirs = run('klist', args, { env })
      const own = run(scratch.file('klist'), args, { env })
      expect(own.code).toBe(theirs.code)
      expect(own.stdout).toBe('')
      if (!words.startsWith('--')) expect(own.stderr).toBe(theirs.stderr)
    },
  )

  it('-4 and -5', () => {
    bothSay(['-4'])
    bothSay(['-5', writeCache('five', [credential(tgt)])])
  })
})

describeWith([mit()], 'tklist -k and klist -k print the same', () => {
  beforeAll(() => {
    const script = [
      'addent -password -p alice@EX.TEST -k 1 -e aes256-cts',
      'secret',
      'addent -password -p host/h.ex.test@EX.TEST -k 70000 -e aes128-sha2',
      'secret',
      `wkt ${scratch.file('keytab')}`,
      'q',
      '',
    ]
    run('ktutil', [], { env, input: script.join('\n') })
  })

  it.each(['-k', '-ke', '-kt', '-kK', '-kteK'])('%s', flags => {
    expect(bothSay([flags]).code).toBe(0)
    expect(bothSay([flags, `FILE:${scratch.file('keytab')}`]).code).toBe(0)
  })

  it('what is missing or no keytab', () => {
    bothSay(['-k', scratch.file('nothing')])
    bothSay(['-k', 'NOSUCH:x'])
    bothSay(['-ki'], { KRB5_CLIENT_KTNAME: `FILE:${scratch.file('keytab')}` })
    writeFileSync(scratch.file('text'), 'hello\n')
    bothSay(['-k', scratch.file('text')])
  })
})

describe('tklist on its own', () => {
  it('escapes control characters of names on a terminal and everywhere else', () => {
    const path = writeCache('hostile', [credential(tgt, { server: { type: 2, realm: 'EX.TEST', components: ['\u001b[2Jx', 'a\u202eb'] } })])
    const { stdout } = run(ours('tklist'), [path], { env })
    expect(stdout).not.toMatch(/[\u001b\u202e]/)
  })

  it('--json tells the same, times in ISO 8601 and flags by RFC name', () => {
    const path = writeCache('json', [credential(tgt, { flags: 0x40e10000, renewTill: 1795896056 })])
    expect(JSON.parse(run(ours('tklist'), ['--json', path], { env }).stdout)).toEqual({
      schema: 1,
      cache: `FILE:${path}`,
      principal: 'alice@EX.TEST',
      credentials: [
        {
          client: 'alice@EX.TEST',
          server: tgt,
          starttime: '2026-11-21T20:00:56Z',
          endtime: '2026-11-22T20:00:56Z',
          renewTill: '2026-11-28T20:00:56Z',
          flags: ['forwardable', 'renewable', 'initial', 'pre-authent', 'enc-pa-rep'],
          sessionKeyEtype: 'aes256-cts-hmac-sha1-96',
          ticketEtype: 'aes256-cts-hmac-sha1-96',
          ticketServer: tgt,
          adTypes: [],
          addresses: [],
        },
      ],
      configuration: [],
    })
  })

  it('a failure with --json is one document on standard output, and the message on standard error', () => {
    const { code, stdout, stderr } = run(ours('tklist'), ['--json', scratch.file('absent')], { env })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'KRB5_FCC_NOFILE', while: null })
    expect(stderr).toBe(`tklist: No credentials cache found (filename: ${scratch.file('absent')})\n`)
  })
})
