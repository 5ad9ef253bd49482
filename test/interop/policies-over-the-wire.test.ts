import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Realm, startRealm } from '../../src/realm/index.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { runAsync } from '../helpers/process.ts'

/** Policies of a realm of ours, set and lifted by kadmin over the network, MIT's and ours, and felt by MIT's clients. */
describeWith([mit()], 'policies over the wire', () => {
  let realm: Realm

  beforeAll(async () => {
    realm = await startRealm({ users: { alice: 'alicepw' } })
    await kadmin('addpol -maxfailure 2 -failurecountinterval 60s -lockoutduration 120s lock')
    await kadmin('addpol -history 2 -minlength 6 -minlife 1h strict')
  }, 30_000)
  afterAll(() => realm?.stop())

  const env = () => ({ ...realm.env, TZ: 'UTC' })
  const words = (line: string) => line.split(' ')
  const tkadmin = (line: string) => runAsync(ours('tkadmin'), words(line), { env: env() })
  /** MIT's, by the keytab that tkadmin finds by itself. */
  const kadmin = async (line: string) => {
    const { stdout } = await runAsync('klist', ['-k', join(realm.folder, 'admin.keytab')], { env: env() })
    const administrator = /\S+\/admin@\S+/.exec(stdout)![0]
    return runAsync('kadmin', ['-k', '-t', join(realm.folder, 'admin.keytab'), '-p', administrator, ...words(line)], { env: env() })
  }
  const kinit = (password: string) => runAsync('kinit', ['alice'], { env: env(), input: `${password}\n` })
  const lockOut = async () => {
    // Failures in the second of an unlocking do not count.
    realm.clock.advance(2)
    await kinit('wrong')
    await kinit('wrong')
    expect((await kinit('alicepw')).stderr).toContain('have been revoked')
  }

  it.each([
    ['kadmin', kadmin],
    ['tkadmin', tkadmin],
  ])('%s sees who is locked out, and unlocks', async (_, ask) => {
    await ask('modprinc -policy lock alice')
    await lockOut()
    expect((await ask('getprinc alice')).stdout).toContain('Failed password attempts: 2\n')
    expect(await ask('modprinc -unlock alice')).toMatchObject({ code: 0 })
    expect((await kinit('alicepw')).code).toBe(0)
    expect((await ask('getprinc alice')).stdout).toContain('Failed password attempts: 0\n')
  })

  it('a lockout ends by itself, and failures far apart do not count together', async () => {
    await lockOut()
    realm.clock.advance(125)
    expect((await kinit('alicepw')).code).toBe(0)
    await kinit('wrong')
    realm.clock.advance(65)
    await kinit('wrong')
    expect((await kinit('alicepw')).code).toBe(0)
  })

  it.each([
    ['kadmin', kadmin],
    ['tkadmin', tkadmin],
  ])('%s is told of the same refusals', async (_, ask) => {
    await ask('modprinc -policy strict alice')
    const refused = async (password: string) => (await ask(`cpw -pw ${password} alice`)).stderr
    expect(await refused('alicepw')).toBe(`change_password: Cannot reuse password while changing password for "alice@TKREALM.TEST".\n`)
    expect(await refused('short')).toBe(`change_password: Password is too short while changing password for "alice@TKREALM.TEST".\n`)
  })

  it('the minimum life binds the user, not the administrator', async () => {
    expect(await kadmin('cpw -pw Alice.pw2 alice')).toMatchObject({ code: 0 })
    const own = await runAsync('kpasswd', ['alice'], { env: env(), input: 'Alice.pw2\nAlice.pw3\nAlice.pw3\n' })
    expect(own.code).toBe(2)
    expect(own.stdout).toContain('Password cannot be changed because it was changed too recently.\nPlease wait until ')
    expect(await tkadmin('cpw -pw Alice.pw3 alice')).toMatchObject({ code: 0 })
    expect((await kinit('Alice.pw3')).code).toBe(0)
  })

  it('a password that has to be changed is, by kinit', async () => {
    expect(await kadmin('modprinc +needchange alice')).toMatchObject({ code: 0 })
    const changed = await runAsync('kinit', ['alice'], { env: env(), input: 'Alice.pw3\nAlice.pw4\nAlice.pw4\n' })
    expect(changed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Password expired.  You must change it now.') })
    expect((await kadmin('getprinc alice')).stdout).toMatch(/^Attributes: REQUIRES_PRE_AUTH$/m)
  })
})
