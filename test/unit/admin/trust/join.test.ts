import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AdminApi } from '../../../../src/admin/api.ts'
import { VERBS } from '../../../../src/admin/language/index.ts'
import { enterHalf, joinDatabases, planHalves } from '../../../../src/admin/trust/join.ts'
import { listTrusts, trustWith } from '../../../../src/admin/trust/list.ts'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { memoryAdmin } from '../../../helpers/memory-admin.ts'

const random = (length: number) => new Uint8Array(randomBytes(length))
const joining = { realm: 'OTHER', directions: ['out', 'in'], etypes: [18, 17], replace: false } as const
const add = (api: AdminApi, name: string) =>
  api.call(VERBS.addPrincipal, { principal: parsePrincipal(name), change: {}, keySalts: [], keys: { from: 'random' } })
const keysOf = async (api: AdminApi, name: string) =>
  (await api.call(VERBS.extractKeys, { principal: parsePrincipal(name) })).map(
    ({ kvno, key }) => `${kvno} ${key.etype} ${key.value.use(octets => Buffer.from(octets).toString('hex'))}`,
  )
/** The same memory realm under another name: its database does not care whose principals it holds. */
const named = (api: AdminApi, realm: string): AdminApi => ({ ...api, realm })

async function two() {
  const [ours, theirs] = [(await memoryAdmin()).api, (await memoryAdmin()).api]
  return { ours, theirs: named(theirs, 'OTHER') }
}

describe('joining two databases', () => {
  it('puts the same random keys into both, a key of its own for each direction', async () => {
    const { ours, theirs } = await two()
    await joinDatabases(joining, ours, theirs, random)
    const [out, into] = [await keysOf(ours, 'krbtgt/OTHER@R'), await keysOf(ours, 'krbtgt/R@OTHER')]
    expect(out).toEqual(await keysOf(theirs, 'krbtgt/OTHER@R'))
    expect(into).toEqual(await keysOf(theirs, 'krbtgt/R@OTHER'))
    expect(out.map(key => key.slice(0, 4))).toEqual(['1 18', '1 17'])
    expect(out).not.toEqual(into)
  })

  it('changes nothing when one entry is there already', async () => {
    const { ours, theirs } = await two()
    await add(theirs, 'krbtgt/R@OTHER')
    await expect(joinDatabases(joining, ours, theirs, random)).rejects.toMatchObject({
      code: 'KADM5_DUP',
      message: 'The database of realm OTHER has krbtgt/R@OTHER already',
    })
    expect(await listTrusts(ours)).toEqual([])
  })

  it('replaces with the next version of both, and keeps the old keys', async () => {
    const { ours, theirs } = await two()
    await joinDatabases(joining, ours, theirs, random)
    const before = await keysOf(ours, 'krbtgt/OTHER@R')
    await theirs.call(VERBS.changePassword, { principal: parsePrincipal('krbtgt/OTHER@R'), keepOld: true, keySalts: [] })
    await joinDatabases({ ...joining, directions: ['out'], replace: true }, ours, theirs, random)
    const after = await keysOf(ours, 'krbtgt/OTHER@R')
    expect(after.map(key => key.slice(0, 4))).toEqual(['3 18', '3 17', '1 18', '1 17'])
    expect(after.slice(2)).toEqual(before)
    expect((await keysOf(theirs, 'krbtgt/OTHER@R')).slice(0, 2)).toEqual(after.slice(0, 2))
    expect((await trustWith('OTHER', ours)).in).toMatchObject({ kvno: 1 })
  })
})

describe('entering one side', () => {
  it('gives the keys that addprinc -pw gives', async () => {
    const [{ api: ours }, { api: theirs }] = [await memoryAdmin(), await memoryAdmin()]
    const password = () => new Secret(encodeText('shared password'))
    const [half] = await planHalves({ ...joining, directions: ['in'] }, ours)
    await enterHalf(half!, password(), false, ours)
    const principal = parsePrincipal('krbtgt/R@OTHER')
    const keySalts = [18, 17].map(etype => ({ etype, saltType: 0 }))
    await theirs.call(VERBS.addPrincipal, { principal, change: {}, keySalts, keys: { from: 'password', password: password() } })
    expect(await keysOf(ours, 'krbtgt/R@OTHER')).toEqual(await keysOf(theirs, 'krbtgt/R@OTHER'))
  })
})

describe('entering one side again', () => {
  it('leaves earlier versions, and takes away the same and later ones', async () => {
    const { api } = await memoryAdmin()
    const enter = (kvno: number) =>
      enterHalf({ principal: parsePrincipal('krbtgt/OTHER@R'), kvno, etypes: [18] }, new Secret(encodeText(`p${kvno}`)), true, api)
    const versions = async () => (await keysOf(api, 'krbtgt/OTHER@R')).map(key => key.split(' ')[0])
    await enter(2)
    await enter(5)
    expect(await versions()).toEqual(['5', '2'])
    await enter(5)
    expect(await versions()).toEqual(['5'])
    await enter(3)
    expect(await versions()).toEqual(['3'])
  })
})

describe('the list of trusts', () => {
  it('has every realm with a key of ours, and no other principals', async () => {
    const { api } = await memoryAdmin()
    for (const name of ['krbtgt/R@R', 'krbtgt/B@R', 'krbtgt/R@B', 'krbtgt/R@C', 'krbtgt/X@Y', 'krbtgt/D/E@R', 'alice@R'])
      await add(api, name)
    const trusts = await listTrusts(api)
    expect(trusts.map(({ realm, in: into, out }) => [realm, into !== undefined, out !== undefined])).toEqual([
      ['B', true, true],
      ['C', true, false],
    ])
  })

  it('knows entries that are switched off', async () => {
    const { api } = await memoryAdmin()
    const principal = parsePrincipal('krbtgt/B@R')
    await api.call(VERBS.addPrincipal, { principal, change: { attributes: 0x40 }, keySalts: [], keys: { from: 'random' } })
    expect((await trustWith('B', api)).out).toMatchObject({ allowed: false })
  })
})
