import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { freePort, runAsync, which } from '../helpers/process.ts'

/** What people and scripts search a trace for. Each of MIT's lines that one of these fits has to be in our trace too, and the other way round. */
const SEARCHED: readonly RegExp[] = [
  /^Getting initial credentials for /,
  /^Setting initial creds service to /,
  /^Sending unauthenticated request$/,
  /^Sending request \(/,
  /^Resolving hostname /,
  /^Sending initial UDP request to /,
  /^Received answer \(/,
  /^Response was (not )?from primary KDC$/,
  /^Request or response is too big for UDP; retrying with TCP$/,
  /^Initiating TCP connection to /,
  /^Sending TCP request to /,
  /^Terminating TCP connection to /,
  /^Received error from KDC: /,
  /^Retrying AS request with primary KDC$/,
  /^Preauthenticating using KDC method data$/,
  /^Processing preauth types: /,
  /^Selected etype info: /,
  /^Received cookie: /,
  /^AS key obtained /,
  /^AS key determined by preauth: /,
  /^Getting AS key, salt /,
  /^Encrypted timestamp \(for /,
  /^Preauth module encrypted_timestamp /,
  /^Produced preauth for next request: /,
  /^Decrypted AS reply; session key is: /,
  /^FAST negotiation: /,
  /^Found entries for .* in keytab: /,
  /^Retrieving .* from FILE:\S*keytab \(vno /,
  /^Storing \S+ -> (?!krb5_ccache_conf_data)\S+ in /,
  /^Getting credentials .* using ccache /,
  /^Retrieving \S+ -> (?!krb5_ccache_conf_data)\S+ from /,
  /^Starting with TGT for client realm: /,
  /^Requesting tickets for .*, referrals (on|off)$/,
  /^Generated subkey for TGS request: /,
  /^etypes requested in TGS request: /,
  /^TGS reply is for /,
  /^TGS request result: /,
  /^Received creds for desired service /,
]

describeWith([mit()], 'a trace', () => {
  const seen = new Set<RegExp>()
  let realm: PeerRealm
  let small: PeerRealm
  let closed: Record<string, string>
  let tcp: Record<string, string>

  beforeAll(async () => {
    realm = await startMitRealm({
      setup: [
        `addprinc -pw ${PASSWORD} +requires_preauth alice`,
        `addprinc -pw ${PASSWORD} nopreauth`,
        'addprinc -randkey host/x.test',
        'addprinc -randkey svc',
      ],
    })
    small = await startMitRealm({
      kdcDefaults: ['kdc_max_dgram_reply_size = 300'],
      setup: [`addprinc -pw ${PASSWORD} +requires_preauth alice`],
    })
    realm.admin([`ktadd -norandkey -k ${realm.keytab} host/x.test`])
    const config = readFileSync(realm.env.KRB5_CONFIG!, 'utf8')
    const variant = (name: string, text: string) => {
      writeFileSync(join(realm.folder, name), text)
      return { ...realm.env, KRB5_CONFIG: join(realm.folder, name) }
    }
    closed = variant('closed.conf', config.replaceAll(String(realm.port), String(await freePort())))
    tcp = variant('tcp.conf', config.replace('[libdefaults]', '[libdefaults]\n udp_preference_limit = 1'))
  })
  afterAll(() => Promise.all([realm.stop(), small.stop()]))

  interface Deed {
    readonly program: 'kinit' | 'kvno'
    readonly args: readonly string[]
    readonly input?: string
    readonly env?: () => Record<string, string>
  }

  const login = { program: 'kinit', args: ['alice'], input: PASSWORD } as const
  const DEEDS: Readonly<Record<string, readonly Deed[]>> = {
    'kinit with a password': [login],
    'kinit without pre-authentication': [{ ...login, args: ['nopreauth'] }],
    'kinit with a wrong password': [{ ...login, input: 'wrong' }],
    'kinit for somebody unknown': [{ ...login, args: ['nobody'] }],
    'kinit for a service': [{ ...login, args: ['-S', 'svc', 'alice'] }],
    'kinit -k': [{ program: 'kinit', args: ['-k', 'host/x.test'] }],
    'kinit by TCP': [{ ...login, env: () => tcp }],
    'kinit with an answer that is too big': [{ ...login, env: () => small.env }],
    'kinit without a KDC': [{ ...login, env: () => closed }],
    'kvno, then from the cache': [login, { program: 'kvno', args: ['svc'] }, { program: 'kvno', args: ['svc'] }],
    'kvno for a service that is not there': [login, { program: 'kvno', args: ['gone/x.test@MIT.TEST'] }],
  }

  const traced = async (side: 'MIT' | 'ours', deeds: readonly Deed[]) => {
    const file = join(realm.folder, `trace-${side}`)
    writeFileSync(file, '')
    for (const { program, args, input, env = () => realm.env } of deeds) {
      const path = side === 'MIT' ? which(program)! : ours(`t${program}`)
      await runAsync(path, args, { env: { ...env(), KRB5_TRACE: file }, input: `${input ?? ''}\n` })
    }
    const text = readFileSync(file, 'utf8')
    return {
      text,
      lines: text
        .split('\n')
        .filter(line => line !== '')
        .map(line => line.replace(/^\[\d+\] \d+\.\d+: /, '')),
    }
  }

  test.each(Object.entries(DEEDS))('of %s has the lines of MIT', async (_what, deeds) => {
    const [theirs, own] = [await traced('MIT', deeds), await traced('ours', deeds)]
    expect(own.text).toMatch(/^(\[\d+\] \d{10}\.\d{6}: [^\n]+\n)+$/)
    const searched = (lines: readonly string[]) => new Set(lines.filter(line => SEARCHED.some(pattern => pattern.test(line))).map(leveled))
    expect([...searched(own.lines)].sort()).toEqual([...searched(theirs.lines)].sort())
    for (const pattern of SEARCHED) if (theirs.lines.some(line => pattern.test(line))) seen.add(pattern)
  })

  test('was searched for every kind of line', () => {
    expect(SEARCHED.filter(pattern => !seen.has(pattern))).toEqual([])
  })

  describe('holds no secret', () => {
    test.each([
      ['lines', (file: string) => ({ env: { KRB5_TRACE: file }, args: [] })],
      ['JSON', (file: string) => ({ env: {}, args: ['--trace-json', file] })],
    ])('in %s', async (form, options) => {
      const file = join(realm.folder, `secrets-${form}`)
      const { env, args } = options(file)
      const all = { ...realm.env, ...env }
      for (const [program, words] of [
        ['tkinit', ['alice']],
        ['tkvno', ['svc']],
        ['tkinit', ['-k', 'host/x.test']],
      ] as const) {
        const { code, stderr } = await runAsync(ours(program), [...args, ...words], { env: all, input: `${PASSWORD}\n` })
        expect(code, stderr).toBe(0)
      }
      const trace = readFileSync(file)
      const secrets = [PASSWORD, Buffer.from(PASSWORD).toString('hex'), ...keysIn(realm)]
      expect(secrets.length).toBeGreaterThan(8)
      for (const secret of secrets) expect(trace.includes(secret), secret).toBe(false)
      expect(trace.length).toBeGreaterThan(2000)
    })
  })

  test('as JSON has the same events', async () => {
    const file = join(realm.folder, 'events')
    const lines = join(realm.folder, 'lines')
    const env = { ...realm.env, KRB5_TRACE: lines }
    await runAsync(ours('tkinit'), ['--trace-json', file, 'alice'], { env, input: `${PASSWORD}\n` })
    const events = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(events.map(event => event.text)).toEqual(
      readFileSync(lines, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => line.replace(/^\[\d+\] \d+\.\d+: /, '')),
    )
    expect(events[0]).toMatchObject({ event: 'init-creds', client: 'alice@MIT.TEST', time: expect.stringMatching(/^20\d\d-.*\.\d{6}Z$/) })
    const decrypted = events.find(event => event.event === 'as-reply-decrypted')
    expect(decrypted).toMatchObject({ key: { etype: 'aes256-cts-hmac-sha1-96', fingerprint: expect.stringMatching(/^[0-9A-F]{4}$/) } })
  })

  test('as JSON needs a file that can be opened', async () => {
    const { code, stderr } = await runAsync(ours('tkinit'), ['--trace-json', '/no/such/folder/file', 'alice'], { env: realm.env })
    expect([code, stderr]).toEqual([1, 'tkinit: No such file or directory opening /no/such/folder/file\n'])
  })
})

const PASSWORD = 'correct-horse-battery'

/** What differs from run to run. */
function leveled(line: string): string {
  return line
    .replace(/\(\d+ bytes\)/, '(N bytes)')
    .replace(/\/[0-9A-F]{4}\b/, '/XXXX')
    .replace(/\(for \d+\.\d+\): plain \w+, encrypted \w+/, '(for TIME): plain HEX, encrypted HEX')
    .replace(/ in (MEMORY|FILE):\S+$/, ' in CACHE')
    .replace(/(dgram|stream) 127\.0\.0\.1:\d+/, '$1 KDC')
}

/** Every key of the keytab and the session keys of the cache, in hexadecimal as traces would write them. */
function keysIn(realm: PeerRealm): readonly string[] {
  const octets = [readFileSync(realm.keytab), readFileSync(realm.env.KRB5CCNAME!.replace('FILE:', ''))]
  // Keys of 16 and 32 octets stand behind their enctype and their length in both formats.
  const keys = octets.flatMap(data =>
    [...data.keys()].flatMap(at => {
      if (at + 4 > data.length || ![17, 18, 19, 20].includes(data.readUInt16BE(at))) return []
      const [start, length] =
        data.readUInt16BE(at + 2) === 0
          ? [at + 6, at + 6 <= data.length ? data.readUInt32BE(at + 2) : 0]
          : [at + 4, data.readUInt16BE(at + 2)]
      return length === 16 || length === 32 ? [data.toString('hex', start, start + length)] : []
    }),
  )
  return keys.flatMap(key => [key, key.toUpperCase()])
}
