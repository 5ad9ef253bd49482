import { describe, expect, it } from 'vitest'
import { VERBS } from '../../../src/admin/language/index.ts'
import type { PolicyChange } from '../../../src/admin/language/records.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import { parsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { readKadmData } from '../../../src/kdc/store/kadm-data.ts'
import { type MemoryAdmin, memoryAdmin } from '../../helpers/memory-admin.ts'

const principal = parsePrincipal('alice@R')
const policy = (admin: MemoryAdmin, change: PolicyChange, name = 'p') => admin.api.call(VERBS.addPolicy, { name, change })
const modify = (admin: MemoryAdmin, change: PolicyChange) => admin.api.call(VERBS.modifyPolicy, { name: 'p', change })

function add(admin: MemoryAdmin, password: string) {
  const keys = { from: 'password', password: new Secret(encodeText(password)) } as const
  return admin.api.call(VERBS.addPrincipal, { principal, change: { policy: 'p' }, keySalts: [], keys })
}

function change(admin: MemoryAdmin, password: string) {
  const input = { principal, password: new Secret(encodeText(password)), keepOld: false, keySalts: [] }
  return admin.api.call(VERBS.changePassword, input)
}

describe('policies', () => {
  it('have defaults, and rules that MIT has', async () => {
    const admin = await memoryAdmin()
    await policy(admin, {})
    expect(await admin.api.call(VERBS.getPolicy, { name: 'p' })).toMatchObject({ minLength: 1, minClasses: 1, history: 1, maxFailures: 0 })
    await expect(policy(admin, {})).rejects.toMatchObject({ code: 'KADM5_DUP' })
    await expect(modify(admin, { minLength: 0 })).rejects.toMatchObject({ code: 'KADM5_BAD_LENGTH' })
    await expect(modify(admin, { minClasses: 6 })).rejects.toMatchObject({ code: 'KADM5_BAD_CLASS' })
    await expect(modify(admin, { history: 0 })).rejects.toMatchObject({ code: 'KADM5_BAD_HISTORY' })
    await expect(modify(admin, { maxLife: 5, minLife: 6 })).rejects.toMatchObject({ code: 'KADM5_BAD_MIN_PASS_LIFE' })
    await expect(policy(admin, {}, 'ümlaut')).rejects.toMatchObject({ code: 'KADM5_BAD_POLICY' })
    await expect(policy(admin, {}, '')).rejects.toMatchObject({ code: 'KADM5_BAD_POLICY' })
    await modify(admin, { allowedKeySalts: 'aes256-cts' })
    await modify(admin, { minLength: 3 })
    expect(await admin.api.call(VERBS.getPolicy, { name: 'p' })).toMatchObject({ allowedKeySalts: 'aes256-cts', minLength: 3 })
    await modify(admin, { allowedKeySalts: undefined })
    expect((await admin.api.call(VERBS.getPolicy, { name: 'p' })).allowedKeySalts).toBeUndefined()
    expect(await admin.api.call(VERBS.listPolicies, {})).toEqual(['p'])
    await admin.api.call(VERBS.deletePolicy, { name: 'p' })
    await expect(admin.api.call(VERBS.deletePolicy, { name: 'p' })).rejects.toMatchObject({ code: 'KADM5_UNK_POLICY' })
  })
  it.each([
    ['abc', { minLength: 4 }, 'Password is too short'],
    ['abcd1', { minClasses: 3 }, 'Password does not contain enough character classes'],
    ['Sesame', {}, 'Password is in the password dictionary'],
    ['r', {}, 'Password is in the password dictionary'],
    ['ALICE', {}, 'Password may not match principal name'],
  ])('refuses %j under %j', async (password, rules, text) => {
    const admin = await memoryAdmin(['dict_file = /words'], { '/words': 'open\nsesame\n' })
    await policy(admin, rules)
    await expect(add(admin, password)).rejects.toThrow(text)
  })
  it.each([
    ['aB1', 3],
    ['aB1.', 4],
    ['aB1. ', 5],
    ['aaaa', 1],
  ])('%j has %i classes of characters', async (password, classes) => {
    const admin = await memoryAdmin()
    await policy(admin, { minClasses: classes })
    await expect(add(admin, password)).resolves.toBeDefined()
    if (classes < 5) {
      await modify(admin, { minClasses: classes + 1 })
      await expect(change(admin, `${password}${password}`)).rejects.toMatchObject({ code: 'KADM5_PASS_Q_CLASS' })
    }
  })
  it('gives passwords a life, from the change or from when the policy comes', async () => {
    const admin = await memoryAdmin()
    await policy(admin, { maxLife: 1000 })
    await add(admin, 'x')
    const start = admin.clock.seconds
    const expires = async () => (await admin.context.store.principal(principal))!.pwExpiration
    expect(await expires()).toBe(start + 1000)
    const assign = (options: object) =>
      admin.api.call(VERBS.modifyPrincipal, { principal, change: {}, clearPolicy: false, unlock: false, ...options })
    await assign({ clearPolicy: true })
    expect(await expires()).toBe(0)
    admin.clock.seconds += 50
    await assign({ change: { policy: 'p' } })
    expect(await expires()).toBe(start + 1000)
    await change(admin, 'y')
    expect(await expires()).toBe(start + 1050)
  })
  it('bounds the kinds of keys and gives their order', async () => {
    const admin = await memoryAdmin()
    await policy(admin, { allowedKeySalts: 'aes128-cts,aes256-cts' })
    await add(admin, 'x')
    const etypes = async () => (await admin.context.store.principal(principal))!.keyData.map(({ etype }) => etype)
    expect(await etypes()).toEqual([17, 18])
    const rekey = (list: readonly number[]) =>
      admin.api.call(VERBS.changePassword, { principal, keepOld: false, keySalts: list.map(etype => ({ etype, saltType: 0 })) })
    await rekey([18, 17])
    expect(await etypes()).toEqual([17, 18])
    await expect(rekey([18, 20])).rejects.toMatchObject({ code: 'KADM5_BAD_KEYSALTS' })
  })
})

describe('password history', () => {
  const history = async (admin: MemoryAdmin) => readKadmData((await admin.context.store.principal(principal))!.tlData)!

  it('never takes the present password, and former ones as many as the policy counts', async () => {
    const admin = await memoryAdmin()
    await policy(admin, { history: 3 })
    await add(admin, 'one')
    for (const password of ['two', 'three']) await change(admin, password)
    for (const password of ['one', 'two', 'three'])
      await expect(change(admin, password)).rejects.toMatchObject({ code: 'KADM5_PASS_REUSE' })
    await change(admin, 'four')
    await change(admin, 'one')
  })
  it('is a ring as long as the policy says, less one', async () => {
    const admin = await memoryAdmin()
    await policy(admin, { history: 3 })
    await add(admin, 'p0')
    const seen: [number, number][] = []
    for (let i = 1; i <= 4; i++) {
      await change(admin, `p${i}`)
      const { oldKeys, oldKeyNext } = await history(admin)
      seen.push([oldKeys.length, oldKeyNext])
    }
    expect(seen).toEqual([
      [1, 1],
      [2, 0],
      [2, 1],
      [2, 0],
    ])
    expect(await history(admin)).toMatchObject({ historyKvno: 2 })
  })
  it('shrinks to the newest when the policy does, and grows again', async () => {
    const admin = await memoryAdmin()
    await policy(admin, { history: 5 })
    await add(admin, 'p0')
    for (let i = 1; i <= 6; i++) await change(admin, `p${i}`)
    await modify(admin, { history: 3 })
    await change(admin, 'p7')
    expect((await history(admin)).oldKeys.length).toBe(2)
    for (const password of ['p5', 'p6', 'p7']) await expect(change(admin, password)).rejects.toMatchObject({ code: 'KADM5_PASS_REUSE' })
    await modify(admin, { history: 6 })
    await change(admin, 'p8')
    expect((await history(admin)).oldKeys.length).toBe(3)
    for (const password of ['p6', 'p7', 'p8']) await expect(change(admin, password)).rejects.toMatchObject({ code: 'KADM5_PASS_REUSE' })
  })
  it('makes kadmin/history when first it is needed, and starts anew when its key has changed', async () => {
    const admin = await memoryAdmin()
    const name = parsePrincipal('kadmin/history@R')
    await policy(admin, { history: 3 })
    await add(admin, 'one')
    expect(await admin.context.store.principal(name)).toBeUndefined()
    await change(admin, 'two')
    expect(await admin.context.store.principal(name)).toMatchObject({ maxLife: 64, attributes: 0, keyData: [{ kvno: 2, etype: 18 }] })
    await admin.api.call(VERBS.changePassword, { principal: name, keepOld: false, keySalts: [] })
    await change(admin, 'three')
    expect(await history(admin)).toMatchObject({ historyKvno: 3, oldKeys: [expect.anything()] })
    const byPassword = { principal: name, password: new Secret(encodeText('x')), keepOld: false, keySalts: [] }
    await expect(admin.api.call(VERBS.changePassword, byPassword)).rejects.toMatchObject({ code: 'KADM5_PROTECT_PRINCIPAL' })
  })
})
