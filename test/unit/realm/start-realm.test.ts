import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nodeEnv } from '../../../src/platform/node-env.ts'
import { startRealm } from '../../../src/realm/index.ts'
import { type RealmFiles, realmFiles } from '../../../src/realm/layout.ts'
import { prepareRealm } from '../../../src/realm/prepare.ts'
import { serveNewRealm, serveRealm } from '../../../src/realm/serve.ts'
import { ours } from '../../helpers/own-realm.ts'
import { runAsync } from '../../helpers/process.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const scratch = scratchFolder('start-realm')
afterAll(() => scratch.remove())

describe('startRealm', () => {
  it('gives a realm with users and services, and takes it away again', async () => {
    const realm = await startRealm({ users: { alice: 'secret' }, services: ['HTTP/localhost'] })
    const env = { ...realm.env, TZ: 'UTC' }
    const login = await runAsync(ours('tkinit'), ['alice'], { env, input: 'secret\n' })
    expect(login).toMatchObject({ code: 0, stderr: '' })
    const service = await runAsync(ours('tkvno'), ['-k', realm.keytab, 'HTTP/localhost'], { env })
    expect(service.stdout).toBe(`HTTP/localhost@TKREALM.TEST: kvno = 1, keytab entry valid\n`)
    await realm.addUser('bob', 'hunter2')
    expect((await runAsync(ours('tkinit'), ['bob'], { env, input: 'hunter2\n' })).code).toBe(0)
    await realm.stop()
    expect(existsSync(realm.folder)).toBe(false)
  })

  it('keeps a folder that it was given', async () => {
    const folder = join(scratch.path, 'kept')
    const first = await startRealm({ realm: 'KEPT.TEST', folder, users: { alice: 'secret' } })
    await first.stop()
    for (const name of readdirSync(folder)) expect(`${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`).toBe(`${name} 600`)
    await using again = await startRealm({ folder })
    expect(again.realm).toBe('KEPT.TEST')
    expect(again.port).toBe(first.port)
    expect((await runAsync(ours('tkinit'), ['alice'], { env: again.env, input: 'secret\n' })).code).toBe(0)
  })

  it('runs many realms in one process', async () => {
    const realms = await Promise.all(Array.from({ length: 8 }, (_, i) => startRealm({ realm: `R${i}.TEST`, users: { alice: `pw${i}` } })))
    expect(new Set(realms.map(({ port }) => port)).size).toBe(8)
    const logins = realms.map(({ env }, i) => runAsync(ours('tkinit'), ['alice'], { env, input: `pw${i}\n` }))
    expect((await Promise.all(logins)).map(({ code }) => code)).toEqual(Array(8).fill(0))
    await Promise.all(realms.map(realm => realm.stop()))
  })

  it('is administered over the network, by a keytab that only its owner can read', async () => {
    await using realm = await startRealm({ users: { alice: 'secret' } })
    const env = { ...realm.env, TZ: 'UTC' }
    const listed = await runAsync(ours('tkadmin'), ['listprincs', 'a*'], { env })
    expect(listed).toEqual({ code: 0, stdout: 'alice@TKREALM.TEST\n', stderr: '' })
    expect(statSync(join(realm.folder, 'admin.keytab')).mode & 0o777).toBe(0o600)
    const changed = await runAsync(ours('tkpasswd'), ['alice'], { env, input: 'secret\nsecret2\nsecret2\n' })
    expect(changed).toMatchObject({ code: 0, stderr: '' })
    const events = readFileSync(join(realm.folder, 'audit.json'), 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['as', 'admin', 'password']))
    expect(new Set([realm.port, realm.kadminPort, realm.kpasswdPort]).size).toBe(3)
  })

  it('is a KDC alone when that is wished, and gets the rest later', async () => {
    const folder = join(scratch.path, 'alone')
    const alone = await startRealm({ folder, administration: false })
    expect([alone.kadminPort, alone.kpasswdPort]).toEqual([undefined, undefined])
    expect((await runAsync(ours('tkadmin'), ['-p', 'x', '-w', 'x', 'listprincs'], { env: alone.env })).stderr).toContain(
      'Missing parameters',
    )
    await alone.stop()
    await using again = await startRealm({ folder })
    expect(again.port).toBe(alone.port)
    expect((await runAsync(ours('tkadmin'), ['listprincs', 'K/M'], { env: again.env })).stdout).toBe('K/M@TKREALM.TEST\n')
  })

  it('moves when a realm that starts at the same time has found the same ports', async () => {
    const [mine, theirs] = ['mine', 'theirs'].map(name => realmFiles(join(scratch.path, name))) as [RealmFiles, RealmFiles]
    const wishes = { realm: 'SAME.TEST', port: undefined, administration: true }
    const alike = () => {
      let drawn = 0
      return {
        ...nodeEnv(),
        random: (length: number) => new Uint8Array(createHash('shake256', { outputLength: length }).update(`${drawn++}`).digest()),
      }
    }
    await prepareRealm(wishes, theirs, alike())
    await prepareRealm(wishes, mine, alike())
    const other = await serveRealm(theirs, nodeEnv())
    await expect(serveRealm(mine, nodeEnv())).rejects.toMatchObject({ code: 'EADDRINUSE' })
    const served = await serveNewRealm(wishes, mine, nodeEnv())
    expect(served.port).not.toBe(other.port)
    await Promise.all([served.close(), other.close()])
  })

  it('has a clock that can be moved', async () => {
    await using realm = await startRealm({ users: { alice: 'secret' }, services: ['host/h'] })
    const { env } = realm
    const login = () => runAsync(ours('tkinit'), ['-l', '1h', '-r', '2h', 'alice'], { env, input: 'secret\n' })
    expect((await login()).code).toBe(0)
    const service = (name: string) => runAsync(ours('tkvno'), [name], { env })
    expect((await service('host/h')).code).toBe(0)
    realm.clock.advance(30 * 86_400)
    expect((await service('host/h')).stderr).toContain('Ticket expired while getting credentials for host/h@TKREALM.TEST')
    expect((await login()).code).toBe(0)
    const [tgt] = JSON.parse((await runAsync(ours('tklist'), ['--json'], { env })).stdout).credentials
    expect(Math.abs(Date.parse(tgt.starttime) / 1000 - realm.clock.now().seconds)).toBeLessThan(60)
    expect((await service('host/h')).code).toBe(0)
  })

  it('leaves nothing behind when it cannot start', async () => {
    const before = await startRealm({})
    await expect(startRealm({ port: before.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await before.stop()
  })
})
