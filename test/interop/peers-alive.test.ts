import { afterAll, expect, it } from 'vitest'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { describeWith, heimdal, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** The ground that every interop test stands on: the peers' own client logs in to the peers' own KDC. */
const running: PeerRealm[] = []
afterAll(() => Promise.all(running.map(realm => realm.stop())))

describeWith([mit()], "MIT's realm", () => {
  it('gives a ticket to kinit', async () => {
    const realm = await startMitRealm({ setup: ['addprinc -pw pw alice'] })
    running.push(realm)
    const done = run('kinit', ['alice'], { env: realm.env, input: 'pw\n' })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(run('klist', [], { env: realm.env }).stdout).toContain('krbtgt/MIT.TEST@MIT.TEST')
  })
})

describeWith([mit(), heimdal()], "Heimdal's realm", () => {
  it("gives a ticket to MIT's kinit", async () => {
    const realm = await startHeimdalRealm({ setup: ['add --use-defaults -p pw alice'] })
    running.push(realm)
    expect(run('kinit', ['alice'], { env: realm.env, input: 'pw\n' })).toMatchObject({ code: 0, stderr: '' })
  })
})
