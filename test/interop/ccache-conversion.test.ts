import { symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { concat, EMPTY } from '../../src/core/bytes/bytes.ts'
import { configCredential } from '../../src/core/ccache/config-entry.ts'
import { encodeCredential } from '../../src/core/ccache/format.ts'
import { parsePrincipal } from '../../src/core/principal/principal.ts'
import { type KcmDaemon, sssdKcm, startSssdKcm } from '../helpers/kcm-daemon.ts'
import { must, type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import { scratchFolder } from '../helpers/scratch.ts'
import { keyringSession, keyrings } from '../helpers/session-keyring.ts'

/** Tickets and settings on their way from cache to cache, and through .kirbi files: MIT's programs see the same at every stop. */
const scratch = scratchFolder('conversion')
let realm: PeerRealm
let sssd: KcmDaemon | undefined

beforeAll(async () => {
  if (!mit().present) return
  if (sssdKcm().present) sssd = await startSssdKcm()
  realm = await startMitRealm({
    setup: ['addprinc -pw pw alice', 'addprinc -pw pw bob', 'addprinc -randkey svc', 'addprinc -randkey other'],
    libdefaults: sssd === undefined ? [] : [`kcm_socket = ${sssd.socket}`],
  })
  symlinkSync(ours('tklist'), scratch.file('klist'))
})
afterAll(async () => {
  await Promise.all([sssd?.stop(), realm?.stop()])
  scratch.remove()
})

describeWith([mit()], 'a cache from kinit and kvno, with entries of other programs', () => {
  const file = () => `FILE:${scratch.file('origin')}`
  const klist = (name: string, program = 'klist') =>
    run(program, ['-Cfea', '-n', name], { env: realm.env }).stdout.replace(/^Ticket cache: .*/, '')

  it('is made', () => {
    expect(run('kinit', ['-r', '2d', '-c', file(), 'alice'], { env: realm.env, input: 'pw\n' }).code).toBe(0)
    expect(run('kvno', ['-c', file(), 'svc'], { env: realm.env }).code).toBe(0)
    writeFileSync(scratch.file('origin'), concat(...FOREIGN.map(entry => encodeCredential(entry, 4))), { flag: 'a' })
    expect(klist(file())).toContain('config: refresh_time(odd name@@) = 1')
  })

  it('goes from FILE to DIR and back, whole', () => {
    const stops = [`DIR::${scratch.file('tkt1')}`, `FILE:${scratch.file('back')}`]
    for (const [i, stop] of stops.entries()) {
      expect(run(ours('tkinit'), ['--import', i === 0 ? scratch.file('origin') : stops[0]!, '-c', stop], { env: realm.env })).toMatchObject(
        SILENT,
      )
      expect(klist(stop)).toBe(klist(file()))
      expect(klist(stop, scratch.file('klist'))).toBe(klist(file()))
    }
  })

  describeWith([sssdKcm()], 'through the KCM', () => {
    it('comes back whole', () => {
      expect(run(ours('tkinit'), ['--import', file(), '-c', 'KCM:0:7'], { env: realm.env })).toMatchObject(SILENT)
      expect(run('kvno', ['-c', 'KCM:0:7', '--cached-only', 'svc'], { env: realm.env }).code).toBe(0)
      expect(run(ours('tkinit'), ['--import', 'KCM:0:7', '-c', scratch.file('from-kcm')], { env: realm.env })).toMatchObject(SILENT)
      expect(klist(scratch.file('from-kcm')).split('\n').sort()).toEqual(klist(file()).split('\n').sort())
    })
  })

  describeWith([keyrings()], 'through a keyring', () => {
    it('comes back whole', async () => {
      const session = await keyringSession()
      try {
        const name = 'KEYRING:session:conversion'
        expect(session.run(ours('tkinit'), ['--import', file(), '-c', name], { env: realm.env })).toMatchObject(SILENT)
        expect(session.run('kvno', ['-c', name, '--cached-only', 'svc'], { env: realm.env }).code).toBe(0)
        expect(session.run(ours('tkinit'), ['--import', name, '-c', scratch.file('from-keyring')], { env: realm.env })).toMatchObject(
          SILENT,
        )
        expect(klist(scratch.file('from-keyring')).split('\n').sort()).toEqual(klist(file()).split('\n').sort())
      } finally {
        await session.end()
      }
    })
  })

  it('goes through a .kirbi file as far as tickets do, and they work', () => {
    const kirbi = scratch.file('alice.kirbi')
    expect(run(ours('tklist'), ['--kirbi', kirbi, file()], { env: realm.env })).toMatchObject(SILENT)
    expect(run(ours('tkinit'), ['--import', kirbi, '-c', scratch.file('from-kirbi')], { env: realm.env })).toMatchObject(SILENT)
    const tickets = (text: string) => text.split('\n').filter(line => !line.startsWith('config:') && !line.startsWith('Ticket cache'))
    const shown = (name: string) => tickets(run('klist', ['-fe', name], { env: realm.env }).stdout)
    expect(shown(scratch.file('from-kirbi'))).toEqual(shown(file()))
    expect(must('kvno', ['-c', scratch.file('from-kirbi'), 'other'], realm.env)).toBe('other@MIT.TEST: kvno = 1\n')
  })

  it('joins a cache of the same client, and takes the place of another’s', () => {
    const cache = scratch.file('joined')
    expect(run('kinit', ['-c', cache, 'alice'], { env: realm.env, input: 'pw\n' }).code).toBe(0)
    expect(run('kvno', ['-c', cache, 'other'], { env: realm.env }).code).toBe(0)
    const kirbi = run(ours('tklist'), ['--kirbi', '-', file()], { env: realm.env })
    expect(kirbi.code).toBe(0)
    expect(run(ours('tkinit'), ['--import', scratch.file('alice.kirbi'), '-c', cache], { env: realm.env })).toMatchObject(SILENT)
    const services = (name: string) =>
      [...run('klist', [name], { env: realm.env }).stdout.matchAll(/^\d\S+ \S+ {2}\S+ \S+ {2}(\w+)\S*@MIT\.TEST$/gm)].map(match => match[1])
    expect(services(cache).sort()).toEqual(['krbtgt', 'other', 'svc'])
    expect(run('kinit', ['-c', cache, 'bob'], { env: realm.env, input: 'pw\n' }).code).toBe(0)
    expect(run(ours('tkinit'), ['--import', scratch.file('alice.kirbi'), '-c', cache], { env: realm.env })).toMatchObject(SILENT)
    expect(services(cache).sort()).toEqual(['krbtgt', 'svc'])
  })
})

const SILENT = { code: 0, stdout: '', stderr: '' }

const ALICE = parsePrincipal('alice@MIT.TEST')
/** Settings that nobody here wrote: one about something that is no principal, one of an unknown key. */
const FOREIGN = [
  { ...configCredential({ key: 'refresh_time', value: Uint8Array.of(0x31) }, ALICE), server: odd('refresh_time', 'odd name@@') },
  { ...configCredential({ key: 'x', value: Uint8Array.of(0, 1, 0xff) }, ALICE), server: odd('someone.else'), secondTicket: EMPTY },
]

function odd(...components: string[]) {
  return { type: 1, realm: 'X-CACHECONF:', components: ['krb5_ccache_conf_data', ...components] }
}
