import { describe, expect, it } from 'vitest'
import { VERBS } from '../../../src/admin/language/index.ts'
import { encodeText } from '../../../src/core/bytes/text.ts'
import { parsePrincipal, unparsePrincipal } from '../../../src/core/principal/principal.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { masterPrincipal } from '../../../src/kdc/store/master-key.ts'
import { type MemoryAdmin, memoryAdmin } from '../../helpers/memory-admin.ts'

const named = (name: string) => parsePrincipal(name, { defaultRealm: 'R' })

async function withCanon(): Promise<MemoryAdmin> {
  const admin = await memoryAdmin()
  await add(admin, 'canon')
  return admin
}

function add(admin: MemoryAdmin, name: string) {
  return admin.api.call(VERBS.addPrincipal, { principal: named(name), change: {}, keySalts: [], keys: { from: 'random' } })
}

function alias(admin: MemoryAdmin, name: string, target: string) {
  return admin.api.call(VERBS.addAlias, { alias: named(name), target: named(target) })
}

const shown = async (admin: MemoryAdmin, name: string) =>
  unparsePrincipal((await admin.api.call(VERBS.getPrincipal, { principal: named(name) })).principal)

describe('an alias', () => {
  it('stands for its target in every request', async () => {
    const admin = await withCanon()
    await alias(admin, 'other', 'canon')
    expect(await shown(admin, 'other')).toBe('canon@R')
    const { api } = admin
    const principal = named('other')
    await api.call(VERBS.setString, { principal, name: 'a', value: 'b' })
    expect(await api.call(VERBS.getStrings, { principal: named('canon') })).toEqual([['a', 'b']])
    await api.call(VERBS.changePassword, { principal, keepOld: false, keySalts: [], password: new Secret(encodeText('pw')) })
    expect((await api.call(VERBS.getPrincipal, { principal: named('canon') })).kvno).toBe(2)
    await api.call(VERBS.purgeKeys, { principal, keep: 'none' })
    expect((await api.call(VERBS.getPrincipal, { principal: named('canon') })).keys).toEqual([])
    expect(await api.call(VERBS.listPrincipals, {})).toEqual(['canon@R', 'other@R'])
  })

  it('may point to an alias, up to ten in a row, and not to itself', async () => {
    const admin = await withCanon()
    await alias(admin, 'a1', 'canon')
    for (let i = 2; i <= 11; i++) await alias(admin, `a${i}`, `a${i - 1}`)
    expect(await shown(admin, 'a10')).toBe('canon@R')
    await expect(shown(admin, 'a11')).rejects.toMatchObject({ code: 'KADM5_UNK_PRINC' })
    await alias(admin, 'self', 'self')
    await expect(shown(admin, 'self')).rejects.toMatchObject({ code: 'KADM5_UNK_PRINC' })
  })

  it('is removed alone, and not renamed', async () => {
    const admin = await withCanon()
    await alias(admin, 'other', 'canon')
    await expect(admin.api.call(VERBS.renamePrincipal, { from: named('other'), to: named('third') })).rejects.toMatchObject({
      code: 'KRB5_KDB_ALIAS_UNSUPPORTED',
    })
    await admin.api.call(VERBS.deletePrincipal, { principal: named('other') })
    await expect(shown(admin, 'other')).rejects.toMatchObject({ code: 'KADM5_UNK_PRINC' })
    expect(await shown(admin, 'canon')).toBe('canon@R')
  })

  it('keeps its name from others as long as it leads somewhere', async () => {
    const admin = await withCanon()
    await add(admin, 'user')
    await alias(admin, 'other', 'canon')
    await expect(add(admin, 'other')).rejects.toMatchObject({ code: 'KADM5_DUP' })
    await expect(alias(admin, 'other', 'canon')).rejects.toMatchObject({ code: 'KADM5_DUP' })
    await expect(alias(admin, 'user', 'canon')).rejects.toMatchObject({ code: 'KADM5_DUP' })
    await expect(admin.api.call(VERBS.renamePrincipal, { from: named('user'), to: named('other') })).rejects.toMatchObject({
      code: 'KADM5_DUP',
    })
    for (const lost of ['x1', 'x2', 'x3']) await alias(admin, lost, 'nowhere')
    await add(admin, 'x1')
    await alias(admin, 'x2', 'canon')
    await admin.api.call(VERBS.renamePrincipal, { from: named('user'), to: named('x3') })
    expect(await Promise.all(['x1', 'x2', 'x3'].map(name => shown(admin, name)))).toEqual(['x1@R', 'canon@R', 'x3@R'])
  })

  it('stays in its realm', async () => {
    const admin = await withCanon()
    await expect(alias(admin, 'x', 'canon@OTHER')).rejects.toMatchObject({
      code: 'KADM5_ALIAS_REALM',
      message: 'Alias target must be within the same realm',
    })
  })

  it('is no way around the protection of the master key', async () => {
    const admin = await withCanon()
    const master = masterPrincipal('R', 'K/M')
    await add(admin, unparsePrincipal(master))
    await alias(admin, 'harmless', unparsePrincipal(master))
    const principal = named('harmless')
    await expect(admin.api.call(VERBS.changePassword, { principal, keepOld: false, keySalts: [] })).rejects.toMatchObject({
      code: 'KADM5_PROTECT_PRINCIPAL',
    })
    await expect(admin.api.call(VERBS.purgeKeys, { principal, keep: 'none' })).rejects.toMatchObject({ code: 'KADM5_PROTECT_PRINCIPAL' })
  })
})
