import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveCcache } from '../../src/core/ccache/resolve.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { nodeEnv } from '../../src/platform/node-env.ts'
import { bundle } from '../helpers/bundle.ts'
import { type KcmDaemon, sssdKcm, startSssdKcm } from '../helpers/kcm-daemon.ts'
import { describeWith, mit, type Peer } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'

/** Eight processes put tickets into one cache at the same time; klist finds all of them. */
const scratch = scratchFolder('writers')
let sssd: KcmDaemon | undefined
let writer: string

beforeAll(async () => {
  if (sssdKcm().present) sssd = await startSssdKcm()
  writer = bundle('ccache-writer', WRITER)
})
afterAll(async () => {
  rmSync(writer)
  await sssd?.stop()
  scratch.remove()
})

const PLACES: readonly (readonly [title: string, peers: readonly Peer[], name: () => string])[] = [
  ['FILE', [], () => `FILE:${scratch.file('cc')}`],
  ['DIR', [], () => `DIR:${scratch.file('dir')}`],
  ['KCM', [sssdKcm()], () => 'KCM:'],
]

describe.each(PLACES)('%s', (_, peers, name) => {
  describeWith([mit(), ...peers], 'with eight writers', () => {
    it('loses nothing', async () => {
      const kcmSocket = sssd?.socket ?? '-'
      const config = { defaultCcacheName: name(), ccacheType: 4, kcmSocket }
      const cache = await resolveCcache(name(), nodeEnv(), config)
      await cache.replace(parsePrincipal('alice@A.TEST'), [], [])
      await Promise.all(Array.from({ length: 8 }, (_, i) => ended(spawn(process.execPath, [writer, cache.name, kcmSocket, String(i)]))))
      writeFileSync(scratch.file('krb5.conf'), `[libdefaults]\n kcm_socket = ${kcmSocket}\n`)
      const listed = run('klist', [cache.name], { env: { KRB5_CONFIG: scratch.file('krb5.conf'), TZ: 'UTC' } })
      expect(listed).toMatchObject({ code: 0, stderr: '' })
      const services = [...listed.stdout.matchAll(/ (made-\d-\d+)@A\.TEST$/gm)].map(match => match[1]!)
      expect(services.sort()).toEqual(ALL.sort())
    })
  })
})

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`status ${code}`))))
  })
}

const TICKETS = 10
const ALL = Array.from({ length: 8 }, (_, who) => Array.from({ length: TICKETS }, (_, i) => `made-${who}-${i}`)).flat()

const WRITER = `
import { resolveCcache } from './src/core/ccache/resolve.ts'
import { parsePrincipal } from './src/core/principal/principal.ts'
import { Secret } from './src/core/secret/secret.ts'
import { nodeEnv } from './src/platform/node-env.ts'
void (async () => {
  const [name, kcmSocket, who] = process.argv.slice(2)
  const cache = await resolveCcache(name, nodeEnv(), { defaultCcacheName: '', ccacheType: 4, kcmSocket })
  for (let i = 0; i < ${TICKETS}; i++) {
    await cache.store({
      client: parsePrincipal('alice@A.TEST'),
      server: parsePrincipal('made-' + who + '-' + i + '@A.TEST'),
      key: { etype: 18, value: Secret.copyOf(new Uint8Array(32)) },
      authtime: 1e9, starttime: 1e9, endtime: 4e9, renewTill: 0, isSkey: false, flags: 0,
      addresses: [], authdata: [], ticket: new Uint8Array(400), secondTicket: new Uint8Array(0),
    })
  }
  process.exit(0)
})()
`
