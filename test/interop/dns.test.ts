import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../helpers/bundle.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit, namespaces } from '../helpers/peers.ts'
import { run, which } from '../helpers/process.ts'

/*
 * A machine with a name server of its own: in network and mount namespaces a KDC of MIT, a DNS server on port 53 and a resolv.conf that
 * names it. kinit and tkinit find the KDC by the same records, or do not.
 */
const WORLD = `
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDns } from './test/helpers/dns-server.ts'
import { startMitRealm } from './test/helpers/mit-realm.ts'
import { run, runAsync } from './test/helpers/process.ts'

async function main() {
  const [programs, scenarios] = JSON.parse(process.argv[2]!)
  run('ip', ['link', 'set', 'lo', 'up'])
  const realm = await startMitRealm({ setup: ['addprinc -pw secret alice'] })
  const resolver = join(realm.folder, 'resolv.conf')
  writeFileSync(resolver, 'nameserver 127.0.0.1\\noptions timeout:1 attempts:1\\n')
  run('mount', ['--bind', resolver, '/etc/resolv.conf'])
  const results = {}
  for (const [what, { zone, libdefaults, realmLines }] of Object.entries(scenarios)) {
    const text = (value) => JSON.parse(JSON.stringify(value).replaceAll('"PORT"', String(realm.port)).replaceAll('PORT', String(realm.port)))
    const dns = await startDns(text(zone), { port: 53 })
    const config = join(realm.folder, 'dns.conf')
    const lines = ['[libdefaults]', 'default_realm = MIT.TEST', ...libdefaults, '[realms]', 'MIT.TEST = {', ...realmLines, '}', '']
    writeFileSync(config, lines.join('\\n'))
    results[what] = {}
    for (const [side, program] of Object.entries(programs)) {
      dns.asked.length = 0
      const trace = join(realm.folder, 'trace')
      writeFileSync(trace, '')
      const env = { ...realm.env, KRB5_CONFIG: config, KRB5_TRACE: trace }
      const { code, stderr } = await runAsync(program, ['alice'], { env, input: 'secret\\n' })
      const traced = run('cat', [trace]).stdout.split('\\n').map(line => line.replace(/^\\[\\d+\\] \\d+\\.\\d+: /, ''))
      const found = traced.filter(line => /DNS|SRV|URI|Resolving hostname/.test(line)).map(line => line.replaceAll(String(realm.port), 'PORT'))
      results[what][side] = { code, stderr, found: [...new Set(found)], asked: dns.asked.filter(q => /^(URI|SRV)/.test(q)) }
    }
    dns.close()
  }
  await realm.stop()
  console.log(JSON.stringify(results))
}
main().catch(error => {
  console.error(error)
  process.exit(1)
})
`

interface Scenario {
  readonly zone: Readonly<Record<string, readonly unknown[]>>
  readonly libdefaults?: readonly string[]
  readonly realmLines?: readonly string[]
  /** Whether the KDC is found. */
  readonly found: boolean
}

const HOST = { 'A kdc.mit.test': ['127.0.0.1'] }
const srv = (port: string | number, priority = 0, target = 'kdc.mit.test') => ({ priority, weight: 0, port, target })

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'SRV records for UDP': { zone: { ...HOST, 'SRV _kerberos._udp.mit.test': [srv('PORT')] }, found: true },
  'SRV records for TCP': { zone: { ...HOST, 'SRV _kerberos._tcp.mit.test': [srv('PORT')] }, found: true },
  'SRV records, the first KDC is not there': {
    zone: { ...HOST, 'SRV _kerberos._udp.mit.test': [srv('PORT', 20), srv(9, 10)] },
    found: true,
  },
  'URI records for UDP': { zone: { ...HOST, 'URI _kerberos.mit.test': [[1, 2, 'krb5srv:m:udp:kdc.mit.test:PORT']] }, found: true },
  'URI records for TCP, with an address': { zone: { 'URI _kerberos.mit.test': [[1, 2, 'krb5srv::tcp:127.0.0.1:PORT']] }, found: true },
  'URI records before SRV records': {
    zone: {
      ...HOST,
      'URI _kerberos.mit.test': [[1, 2, 'krb5srv:m:udp:kdc.mit.test:PORT']],
      'SRV _kerberos._udp.mit.test': [srv(9)],
    },
    found: true,
  },
  'no URI records wanted': {
    zone: { ...HOST, 'URI _kerberos.mit.test': [[1, 2, 'krb5srv:m:udp:kdc.mit.test:PORT']] },
    libdefaults: ['dns_uri_lookup = false'],
    found: false,
  },
  'no DNS wanted': {
    zone: { ...HOST, 'SRV _kerberos._udp.mit.test': [srv('PORT')] },
    libdefaults: ['dns_lookup_kdc = false'],
    found: false,
  },
  'no records': { zone: {}, found: false },
  'a URI record that says nothing': { zone: { 'URI _kerberos.mit.test': [[1, 2, 'krb5srv:m:carrier-pigeon:kdc']] }, found: false },
}

interface Result {
  readonly code: number
  readonly stderr: string
  readonly found: readonly string[]
  readonly asked: readonly string[]
}

describeWith([mit(), namespaces()], 'KDCs by DNS, as kinit finds them', () => {
  let results: Readonly<Record<string, Readonly<Record<'mit' | 'ours', Result>>>>
  let world: string

  beforeAll(() => {
    world = bundle('dns-world', WORLD)
    const programs = { mit: which('kinit')!, ours: ours('tkinit') }
    const scenarios = Object.fromEntries(
      Object.entries(SCENARIOS).map(([what, { zone, libdefaults = [], realmLines = [] }]) => [what, { zone, libdefaults, realmLines }]),
    )
    const argument = JSON.stringify([programs, scenarios])
    const { stdout, stderr, code } = run('unshare', ['--mount', '--net', process.execPath, world, argument], { timeoutMs: 110_000 })
    if (code !== 0) throw new Error(stderr)
    results = JSON.parse(stdout.trim().split('\n').at(-1)!)
  }, 120_000)
  afterAll(() => rmSync(world, { force: true }))

  test.each(Object.entries(SCENARIOS))('%s', (what, { found }) => {
    const { mit: theirs, ours: own } = results[what]!
    expect([own.code, own.stderr.replace(/^tkinit/, 'kinit')]).toEqual([theirs.code, theirs.stderr])
    expect(own.code).toBe(found ? 0 : 1)
    expect(own.asked.length === 0).toBe(theirs.asked.length === 0)
    // MIT's 1.20 asks for primary KDCs after every answer, we do when a refusal makes them interesting.
    const common = (lines: readonly string[]) => lines.filter(line => !line.includes('-master') && line !== 'No SRV records found').sort()
    expect(common(own.found)).toEqual(common(theirs.found))
  })
})
