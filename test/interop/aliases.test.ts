import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, heimdal, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** Other names of clients and services (RFC 6806), on KDCs that have them: MIT's clients and ours are told the same and keep the same. */
const KDCS = [
  {
    name: "Heimdal's kdc",
    peers: [mit(), heimdal()],
    start: () =>
      startHeimdalRealm({
        setup: [
          'add --use-defaults -p pw alice',
          'modify --attributes=requires-pre-auth alice',
          'modify --alias=al@HEIM.TEST --alias=alice@company.test alice',
          'add --use-defaults -r host/x',
          'modify --alias=host/alias@HEIM.TEST host/x',
        ],
      }),
  },
  {
    name: 'tkrb5kdc',
    peers: [mit()],
    start: () =>
      startOwnRealm({
        setup: [
          'addprinc -pw pw +requires_preauth alice',
          'add_alias al alice',
          'addprinc -randkey host/x',
          'add_alias host/alias host/x',
          'add_alias krbtgt/ALIAS.TEST krbtgt/OWN.TEST',
        ],
      }),
  },
]

for (const kdc of KDCS) {
  describeWith(kdc.peers, `other names on ${kdc.name}`, () => {
    let realm: PeerRealm
    beforeAll(async () => {
      realm = await kdc.start()
    }, 30_000)
    afterAll(() => realm?.stop())

    /** The lines with either side's programs; all that is said, and the cache. */
    function both(lines: readonly string[]): readonly [theirs: unknown, own: unknown] {
      const [theirs, own] = (['theirs', 'own'] as const).map(side => {
        const folder = join(realm.folder, `${side} ${lines.join(' ')}`.replaceAll('/', '-'))
        mkdirSync(folder)
        const env = { ...realm.env, KRB5CCNAME: 'FILE:cc' }
        const said = lines.map(line => {
          const [program = '', ...args] = line.split(' ')
          const input = program === 'kinit' ? { input: 'pw\n' } : {}
          const done = run(side === 'own' ? ours(`t${program}`) : program, args, { env, cwd: folder, ...input })
          return { ...done, stderr: done.stderr.replace(/^t?(kinit|kvno):/gm, '$1:') }
        })
        const listing = run('klist', ['-feC'], { env, cwd: folder }).stdout
        return { said, listing: listing.replace(/\d\d:\d\d:\d\d/g, 'TIME') }
      })
      return [theirs, own]
    }

    it.each([
      [['kinit al']],
      [['kinit -C al']],
      [['kinit -C al', 'kinit -R']],
      [['kinit -C alice']],
      [['kinit -C -r 2h al', 'kinit -R', 'kvno host/x']],
      [['kinit -E alice@company.test']],
      [['kinit -C -E alice@company.test', 'kvno host/x']],
      [['kinit -E al']],
      [['kinit -C -S host/alias al']],
      [['kinit alice', 'kvno host/alias']],
      [['kinit alice', 'kvno -C host/alias', 'kvno host/x', 'kvno --cached-only host/alias']],
      [['kinit alice', 'kvno -S host alias']],
      [['kinit alice', 'kvno --u2u cc al']],
      [['kinit -C al', 'kvno --u2u cc alice']],
    ])('%s', lines => {
      const [theirs, own] = both(lines)
      expect(own).toEqual(theirs)
    })

    it('a client who is known by another name gets his own, when he allows it', () => {
      const { listing } = both(['kinit -C al', 'kvno host/x'])[1] as { listing: string }
      expect(listing).toContain(`Default principal: alice@${realm.realm}\n`)
    })
  })
}
