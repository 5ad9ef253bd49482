import { describe, expect, it } from 'vitest'
import type { AddPrincipalInput } from '../../../src/admin/language/add-principal.ts'
import { VERBS } from '../../../src/admin/language/index.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import { parseKeySalts } from '../../../src/core/config/key-salts.ts'
import { keyFromPassword } from '../../../src/core/crypto/string-to-key.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { modificationContents, timeContents } from '../../../src/kdc/store/tl-data.ts'
import { type MemoryAdmin, memoryAdmin } from '../../helpers/memory-admin.ts'

const principal = parsePrincipal('alice@R')
const secret = (text: string) => new Secret(encodeText(text))

function add(admin: MemoryAdmin, options: Partial<AddPrincipalInput> = {}) {
  return admin.api.call(VERBS.addPrincipal, { principal, change: {}, keySalts: [], keys: { from: 'random' }, ...options })
}

function change(admin: MemoryAdmin, password?: string, options: { keepOld?: boolean; keySalts?: string } = {}) {
  const { keepOld = false, keySalts = '' } = options
  const given = password === undefined ? {} : { password: secret(password) }
  return admin.api.call(VERBS.changePassword, { principal, keepOld, keySalts: parseKeySalts(keySalts), ...given })
}

const entryOf = async (admin: MemoryAdmin) => (await admin.context.store.principal(principal))!
const versions = async (admin: MemoryAdmin) => (await entryOf(admin)).keyData.map(key => [key.kvno, key.etype])

describe('add_principal', () => {
  it("takes the realm's defaults and stamps the entry as MIT does", async () => {
    const admin = await memoryAdmin(['max_life = 10h', 'max_renewable_life = 7d', 'default_principal_flags = +preauth, -postdateable'])
    await add(admin)
    expect(await entryOf(admin)).toMatchObject({ attributes: 0x81, maxLife: 36_000, maxRenewableLife: 604_800, pwExpiration: 0 })
    const { tlData } = await entryOf(admin)
    const hex = (contents: Uint8Array) => Buffer.from(contents).toString('hex')
    expect(tlData.map(({ type, contents }) => [type, hex(contents)])).toEqual([
      [3, '12345c010000000000000000000000000000000200000000'],
      [2, hex(modificationContents({ at: admin.clock.seconds, by: 'root/admin@R' }))],
      [8, '0100'],
      [1, hex(timeContents(admin.clock.seconds))],
    ])
  })
  it('seals the keys that a password gives, with every kind of salt', async () => {
    const admin = await memoryAdmin()
    const keySalts = parseKeySalts('aes256-cts aes128-cts:norealm aes256-sha2:onlyrealm aes128-sha2:special')
    await add(admin, { keySalts, keys: { from: 'password', password: secret('pw') } })
    const { keyData } = await entryOf(admin)
    expect(keyData.map(({ version, saltType }) => [version, saltType])).toEqual([
      [1, 0],
      [2, 2],
      [2, 3],
      [2, 4],
    ])
    const [salts, special] = [['Ralice', 'alice', 'R'].map(encodeText), keyData[3]!.salt]
    expect(Buffer.from(special).toString('latin1')).toMatch(/^[@A-O]{16}$/)
    for (const [i, salt] of [...salts, special].entries()) {
      const expected = await keyFromPassword(keyData[i]!.etype, secret('pw'), salt)
      const stored = admin.context.masterKeys.openKey(await entryOf(admin), keyData[i]!)
      expect(stored.value.use(octets => Buffer.from(octets).toString('hex'))).toBe(
        expected.value.use(octets => Buffer.from(octets).toString('hex')),
      )
    }
  })
  it('makes one random key per enctype, without salts', async () => {
    const admin = await memoryAdmin()
    await add(admin, { keySalts: parseKeySalts('aes256-cts aes256-cts:special aes128-cts:norealm') })
    expect((await entryOf(admin)).keyData.map(({ etype, version, saltType }) => [etype, version, saltType])).toEqual([
      [18, 1, 0],
      [17, 1, 0],
    ])
  })
  it.each([
    ['random', { kvno: 70_000 }, 4464],
    ['random', { kvno: 0 }, 0],
    ['password', { kvno: 0 }, 1],
    ['password', { kvno: 9 }, 9],
  ] as const)('%s keys with %j have version %i', async (from, options, kvno) => {
    const admin = await memoryAdmin()
    const keys = from === 'random' ? { from } : { from, password: secret('x') }
    await add(admin, { change: options, keys })
    expect((await entryOf(admin)).keyData[0]!.kvno).toBe(kvno)
  })
  it('refuses what exists, an empty password, and arguments for the database', async () => {
    const admin = await memoryAdmin()
    await add(admin, { keys: { from: 'nothing' } })
    expect((await entryOf(admin)).keyData).toEqual([])
    await expect(add(admin)).rejects.toMatchObject({ code: 'KADM5_DUP' })
    const other = parsePrincipal('bob@R')
    const empty = { principal: other, keys: { from: 'password', password: secret('') } } as const
    await expect(add(admin, empty)).rejects.toThrow('Empty passwords are not allowed')
    await expect(add(admin, { principal: other, change: { databaseArguments: ['a=b'] } })).rejects.toThrow('"a=b" for db2')
    await expect(add(admin, { principal: other, change: { failAuthCount: 0 } })).rejects.toMatchObject({ code: 'KADM5_BAD_MASK' })
    expect(await admin.context.store.principal(other)).toBeUndefined()
  })
  it('two at once: one of them wins', async () => {
    const admin = await memoryAdmin()
    const results = await Promise.allSettled([add(admin), add(admin)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })
})

describe('change_password', () => {
  it('counts versions up, keeps old keys on request, and ends the duty to change', async () => {
    const admin = await memoryAdmin()
    await add(admin, { change: { attributes: 0x280, pwExpiration: 5 } })
    admin.clock.seconds += 100
    await change(admin, 'one', { keySalts: 'aes256-cts' })
    expect(await versions(admin)).toEqual([[2, 18]])
    const { keys } = await change(admin, undefined, { keepOld: true, keySalts: 'aes128-cts' })
    expect(await versions(admin)).toEqual([
      [3, 17],
      [2, 18],
    ])
    expect(keys.map(({ kvno }) => kvno)).toEqual([3])
    expect(await entryOf(admin)).toMatchObject({ attributes: 0x80, pwExpiration: 0 })
    expect(await admin.api.call(VERBS.getPrincipal, { principal })).toMatchObject({ lastPasswordChange: admin.clock.seconds, kvno: 3 })
  })
  it('goes from 65535 to 1', async () => {
    const admin = await memoryAdmin()
    await add(admin, { change: { kvno: 65_535 } })
    await change(admin)
    expect((await entryOf(admin)).keyData[0]!.kvno).toBe(1)
  })
  it("never touches the master key's principal", async () => {
    const admin = await memoryAdmin()
    const master = parsePrincipal('K/M@R')
    await add(admin, { principal: master })
    const input = { principal: master, keepOld: false, keySalts: [] }
    await expect(admin.api.call(VERBS.changePassword, input)).rejects.toMatchObject({ code: 'KADM5_PROTECT_PRINCIPAL' })
    await expect(admin.api.call(VERBS.deletePrincipal, { principal: master })).rejects.toMatchObject({ code: 'KADM5_PROTECT_PRINCIPAL' })
  })
})

describe('the others', () => {
  it('modify_principal sets what it is told and leaves the rest', async () => {
    const admin = await memoryAdmin()
    await add(admin, { change: { maxLife: 60 } })
    await admin.context.store.write(tx => tx.putPrincipal({ ...tx.principal(principal)!, failAuthCount: 3 }))
    const modify = { principal, clearPolicy: false, unlock: true, change: { expiration: 77, kvno: 65_541 } }
    await admin.api.call(VERBS.modifyPrincipal, modify)
    expect(await entryOf(admin)).toMatchObject({ maxLife: 60, expiration: 77, failAuthCount: 0, keyData: [{ kvno: 5 }, { kvno: 5 }] })
    expect((await entryOf(admin)).tlData[0]).toEqual({ type: 0x700, contents: timeContents(admin.clock.seconds) })
    const both = { ...modify, change: { policy: 'p' }, clearPolicy: true }
    await expect(admin.api.call(VERBS.modifyPrincipal, both)).rejects.toMatchObject({ code: 'KADM5_BAD_MASK' })
  })
  it('rename_principal keeps passwords valid by storing the salt', async () => {
    const admin = await memoryAdmin()
    await add(admin, { keySalts: parseKeySalts('aes256-cts aes128-cts:onlyrealm'), keys: { from: 'password', password: secret('pw') } })
    const to = parsePrincipal('bob@R')
    await admin.api.call(VERBS.renamePrincipal, { from: principal, to })
    const { keyData } = (await admin.context.store.principal(to))!
    expect(keyData.map(({ version, saltType, salt }) => [version, saltType, Buffer.from(salt).toString()])).toEqual([
      [2, 4, 'Ralice'],
      [2, 4, 'R'],
    ])
    expect(await admin.context.store.principal(principal)).toBeUndefined()
    await expect(admin.api.call(VERBS.renamePrincipal, { from: principal, to: parsePrincipal('c@R') })).rejects.toMatchObject({
      code: 'KRB5_KDB_NOENTRY',
    })
  })
  it('purgekeys keeps the newest, a version and newer, or nothing', async () => {
    const admin = await memoryAdmin()
    await add(admin, { keySalts: parseKeySalts('aes256-cts') })
    for (let i = 0; i < 3; i++) await change(admin, undefined, { keepOld: true, keySalts: 'aes256-cts' })
    const purge = (keep: number | 'none') => admin.api.call(VERBS.purgeKeys, { principal, keep })
    await purge(3)
    expect((await versions(admin)).map(([kvno]) => kvno)).toEqual([4, 3])
    await purge(0)
    expect((await versions(admin)).map(([kvno]) => kvno)).toEqual([4])
    await purge('none')
    expect(await versions(admin)).toEqual([])
  })
  it('strings are set, replaced, removed and bounded', async () => {
    const admin = await memoryAdmin()
    await add(admin)
    const set = (name: string, value?: string) =>
      admin.api.call(VERBS.setString, { principal, name, ...(value === undefined ? {} : { value }) })
    await set('a', '1')
    await set('b', '2')
    await set('a', '3')
    expect(await admin.api.call(VERBS.getStrings, { principal })).toEqual([
      ['a', '3'],
      ['b', '2'],
    ])
    await set('a')
    await set('never there')
    expect(await admin.api.call(VERBS.getStrings, { principal })).toEqual([['b', '2']])
    await expect(set('c', 'x'.repeat(65_536))).rejects.toMatchObject({ code: 'KRB5_KDB_STRINGS_TOOLONG' })
  })
  it('list_principals takes patterns in every realm, and refuses those that mean nothing', async () => {
    const admin = await memoryAdmin()
    for (const name of ['alice@R', 'al/x@R', 'bob@R', 'alf@OTHER']) await add(admin, { principal: parsePrincipal(name) })
    const list = (pattern: string) => admin.api.call(VERBS.listPrincipals, { pattern })
    expect(await list('al*')).toEqual(['al/x@R', 'alf@OTHER', 'alice@R'])
    expect(await list('al*@R')).toEqual(['al/x@R', 'alice@R'])
    expect(await list('[ab]?[bi]*')).toEqual(['alice@R', 'bob@R'])
    expect(await list('[^a]l*')).toEqual(['al/x@R', 'alf@OTHER', 'alice@R'])
    for (const pattern of ['a[', 'a\\', '[]', '[z-a]*']) await expect(list(pattern)).rejects.toMatchObject({ code: 'EINVAL' })
  })
  it('extract_keys opens every key', async () => {
    const admin = await memoryAdmin()
    await add(admin)
    await change(admin, undefined, { keepOld: true })
    const keys = await admin.api.call(VERBS.extractKeys, { principal })
    expect(keys.map(({ kvno, key }) => [kvno, key.etype, key.value.length])).toEqual([
      [2, 18, 32],
      [2, 17, 16],
      [1, 18, 32],
      [1, 17, 16],
    ])
  })
  it.each([VERBS.getPrincipal, VERBS.deletePrincipal, VERBS.extractKeys, VERBS.getStrings])('%o says who is not there', async verb => {
    const admin = await memoryAdmin()
    await expect(admin.api.call(verb as typeof VERBS.getStrings, { principal })).rejects.toMatchObject({ code: 'KADM5_UNK_PRINC' })
  })
})

describe('list_principals', () => {
  it('lets others run between a thousand names and the next', async () => {
    const admin = await memoryAdmin()
    await add(admin)
    const entry = await entryOf(admin)
    await admin.context.store.write(tx => {
      for (let i = 0; i < 2500; i++) tx.putPrincipal({ ...entry, principal: { ...principal, components: [`u${i}`] } })
    })
    let turns = 0
    const count = () => {
      turns++
      if (listing) setImmediate(count)
    }
    let listing = true
    setImmediate(count)
    const names = await admin.api.call(VERBS.listPrincipals, {})
    listing = false
    expect(names).toHaveLength(2501)
    expect(turns).toBeGreaterThanOrEqual(2)
  })
})
