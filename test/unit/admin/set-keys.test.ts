import { describe, expect, it } from 'vitest'
import { VERBS } from '../../../src/admin/language/index.ts'
import type { KeyWithSalt } from '../../../src/admin/language/records.ts'
import type { Key } from '../../../src/core/crypto/etype.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { type MemoryAdmin, memoryAdmin } from '../../helpers/memory-admin.ts'

const principal = parsePrincipal('svc/host@R')
const NOTHING = new Uint8Array(0)

async function withPrincipal(change: object = {}): Promise<MemoryAdmin> {
  const admin = await memoryAdmin()
  await admin.api.call(VERBS.addPrincipal, { principal, change, keySalts: [], keys: { from: 'random' } })
  return admin
}

const key = (etype: number, octet: number, length = etype === 17 ? 16 : 32): Key => ({
  etype,
  value: new Secret(new Uint8Array(length).fill(octet)),
})
const given = (kvno: number, etype: number, more: Partial<KeyWithSalt> = {}): KeyWithSalt => ({
  ...{ kvno, key: key(etype, kvno), saltType: 0, salt: NOTHING },
  ...more,
})
const set = (admin: MemoryAdmin, keys: readonly KeyWithSalt[], more: { keepOld?: boolean; maxVersions?: number } = {}) =>
  admin.api.call(VERBS.setKeys, { principal, keys, keepOld: false, ...more })
const versions = async (admin: MemoryAdmin) => (await admin.api.call(VERBS.getPrincipal, { principal })).keys.map(({ kvno }) => kvno)

describe('keys that somebody else has made', () => {
  it('are stored whole and given back whole', async () => {
    const admin = await withPrincipal()
    const salt = Uint8Array.of(1, 2, 3)
    await set(admin, [given(7, 18, { saltType: 4, salt }), given(7, 17)])
    const keys = await admin.api.call(VERBS.extractKeys, { principal })
    expect(keys.map(({ kvno, key: { etype }, saltType, salt: stored }) => [kvno, etype, saltType, [...stored]])).toEqual([
      [7, 18, 4, [1, 2, 3]],
      [7, 17, 0, []],
    ])
    expect(keys[0]!.key.value.use(octets => octets.every(octet => octet === 7))).toBe(true)
    expect(await admin.api.call(VERBS.extractKeys, { principal, kvno: 6 })).toEqual([])
  })
  it('get the next version when they name none', async () => {
    const admin = await withPrincipal({ kvno: 4 })
    await set(admin, [given(0, 18)])
    expect(await versions(admin)).toEqual([5])
  })
  it('stand in the order of their versions among kept ones, and no version twice', async () => {
    const admin = await withPrincipal({ kvno: 4 })
    await set(admin, [given(2, 18)], { keepOld: true })
    expect(await versions(admin)).toEqual([4, 4, 2])
    await expect(set(admin, [given(4, 18)], { keepOld: true })).rejects.toMatchObject({ code: 'KADM5_SETKEY_BAD_KVNO' })
    await set(admin, [given(0, 18)], { keepOld: true, maxVersions: 2 })
    expect(await versions(admin)).toEqual([5, 4, 4])
  })
  it.each([
    ['EINVAL', []],
    ['KADM5_SETKEY_BAD_KVNO', [given(1, 18), given(2, 17)]],
    ['KADM5_SETKEY_DUP_ENCTYPES', [given(1, 18), given(1, 18)]],
    ['KRB5_BAD_ENCTYPE', [given(1, 99)]],
    ['KRB5_BAD_KEYSIZE', [given(1, 18, { key: key(18, 1, 31) })]],
  ])('are refused with %s when they make no sense', async (code, keys) => {
    const admin = await withPrincipal()
    await expect(set(admin, keys)).rejects.toMatchObject({ code })
    expect(await versions(admin)).toEqual([1, 1])
  })
  it('obey the policy, and count as a change of the password', async () => {
    const admin = await withPrincipal({ policy: 'p', attributes: 0x200 })
    await admin.api.call(VERBS.addPolicy, { name: 'p', change: { allowedKeySalts: 'aes256-cts:normal', maxLife: 100 } })
    await expect(set(admin, [given(1, 17)])).rejects.toMatchObject({ code: 'KADM5_BAD_KEYSALTS' })
    admin.clock.seconds += 5
    await set(admin, [given(1, 18)])
    const record = await admin.api.call(VERBS.getPrincipal, { principal })
    expect(record).toMatchObject({
      attributes: 0,
      lastPasswordChange: admin.clock.seconds,
      pwExpiration: admin.clock.seconds + 100,
    })
  })
  it('are never put into K/M or kadmin/history', async () => {
    const admin = await withPrincipal()
    const history = parsePrincipal('kadmin/history@R')
    await admin.api.call(VERBS.addPrincipal, { principal: history, change: {}, keySalts: [], keys: { from: 'random' } })
    for (const one of [history, parsePrincipal('K/M@R')]) {
      const refused = admin.api.call(VERBS.setKeys, { principal: one, keys: [given(1, 18)], keepOld: false })
      await expect(refused).rejects.toMatchObject({ code: 'KADM5_PROTECT_PRINCIPAL' })
    }
  })
})

describe('what kadm5 carries beside', () => {
  it('keeps as many versions as are allowed when keys are made anew', async () => {
    const admin = await withPrincipal()
    const anew = (maxVersions?: number) =>
      admin.api.call(VERBS.changePassword, {
        principal,
        keepOld: true,
        keySalts: [],
        ...(maxVersions === undefined ? {} : { maxVersions }),
      })
    await anew()
    await anew()
    expect(new Set(await versions(admin))).toEqual(new Set([3, 2, 1]))
    await anew(2)
    expect(new Set(await versions(admin))).toEqual(new Set([4, 3]))
  })
  it("stores data of foreign types in place of what was there, and leaves the database's own alone", async () => {
    const admin = await withPrincipal({ tlData: [{ type: 0x701, contents: Uint8Array.of(1) }] })
    const modify = (tlData: readonly { type: number; contents: Uint8Array }[]) =>
      admin.api.call(VERBS.modifyPrincipal, { principal, change: { tlData }, clearPolicy: false, unlock: false })
    await modify([
      { type: 0x701, contents: Uint8Array.of(2) },
      { type: 0x702, contents: Uint8Array.of(3) },
    ])
    const { tlData } = await admin.api.call(VERBS.getPrincipal, { principal })
    expect(tlData.map(({ type, contents }) => [type, ...contents]).sort()).toEqual([
      [0x701, 2],
      [0x702, 3],
    ])
    await expect(modify([{ type: 2, contents: NOTHING }])).rejects.toMatchObject({ code: 'KADM5_BAD_TL_TYPE' })
  })
  it('refuses a policy without a name, and a list of key/salts that ends in a tab', async () => {
    const admin = await withPrincipal()
    const nameless = admin.api.call(VERBS.modifyPrincipal, { principal, change: { policy: '' }, clearPolicy: false, unlock: false })
    await expect(nameless).rejects.toMatchObject({ code: 'KADM5_BAD_POLICY' })
    const tab = admin.api.call(VERBS.addPolicy, { name: 'p', change: { allowedKeySalts: 'aes256-cts:normal\t' } })
    await expect(tab).rejects.toMatchObject({ code: 'KADM5_BAD_KEYSALTS' })
  })
})
