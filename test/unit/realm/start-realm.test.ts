import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startRealm } from '../../../src/realm/index.ts'
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
