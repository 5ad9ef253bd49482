import { once } from 'node:events'
import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parsePrincipal } from '../../../../src/core/principal/principal.ts'
import type { PrincipalEntry } from '../../../../src/kdc/store/entry.ts'
import { createStore, destroyStore, openStore, replaceStore } from '../../../../src/kdc/store/index.ts'
import type { Store } from '../../../../src/kdc/store/store.ts'
import { TlType } from '../../../../src/kdc/store/tl-data.ts'
import { scratchFolder } from '../../../helpers/scratch.ts'
import { spawnScript } from '../../../helpers/script.ts'

const EMPTY_ENTRY: Omit<PrincipalEntry, 'principal'> = {
  attributes: 0,
  maxLife: 86_400,
  maxRenewableLife: 0,
  expiration: 0,
  pwExpiration: 0,
  lastSuccess: 0,
  lastFailed: 0,
  failAuthCount: 0,
  tlData: [],
  keyData: [{ version: 1, kvno: 1, etype: 18, sealed: Uint8Array.of(1, 2, 3), saltType: 0, salt: new Uint8Array(0) }],
}

describe('the LMDB store', () => {
  it('keeps entries in the order of their names and finds them by prefix, pattern and name', async () => {
    const store = await filled('bob@R', 'alice@R', 'host/b@R', 'host/a@R', 'HOST/a@R', 'a\\/b@R')
    expect(await names(store)).toEqual(['HOST/a@R', 'a\\/b@R', 'alice@R', 'bob@R', 'host/a@R', 'host/b@R'])
    expect(await names(store, 'host/*')).toEqual(['host/a@R', 'host/b@R'])
    expect(await names(store, '[ab]*@R')).toEqual(['a\\/b@R', 'alice@R', 'bob@R'])
    expect(await names(store, 'bob@R')).toEqual(['bob@R'])
    expect(await names(store, 'nosuch*')).toEqual([])
    expect(await store.principal(parsePrincipal('nosuch@R'))).toBeUndefined()
    expect(await store.principal(parsePrincipal(`${'x'.repeat(5000)}@R`))).toBeUndefined()
    await store.close()
  })

  it('follows aliases, ten in a row and no more, and no circle', async () => {
    const store = await filled('a0@R')
    await store.write(tx => {
      for (let i = 1; i <= 11; i++)
        tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal(`a${i}@R`), tlData: [aliasOf(`a${i - 1}@R`)] })
      tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal('circle@R'), tlData: [aliasOf('circle@R')] })
      tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal('nowhere@R'), tlData: [aliasOf('nosuch@R')] })
    })
    const found = async (name: string) => (await store.principal(parsePrincipal(name)))?.principal.components[0]
    expect(await found('a1@R')).toBe('a0')
    expect(await found('a10@R')).toBe('a0')
    for (const name of ['a11@R', 'circle@R', 'nowhere@R']) expect(await found(name)).toBeUndefined()
    await store.close()
  })

  it('lets writes share a transaction, each of them all or nothing and seeing those before it', async () => {
    const store = await filled('alice@R')
    const add = (name: string, then: () => void = () => {}) =>
      store.write(tx => {
        const principal = parsePrincipal(name)
        const before = tx.principal(principal) !== undefined
        tx.putPrincipal({ ...EMPTY_ENTRY, principal })
        then()
        return before
      })
    const fail = () => {
      throw new Error('no')
    }
    const ended = await Promise.allSettled([add('bob@R'), add('bob@R'), add('carol@R', fail), add('carol@R'), add('alice@R')])
    expect(ended.map(end => (end.status === 'fulfilled' ? end.value : (end.reason as Error).message))).toEqual([
      false,
      true,
      'no',
      false,
      true,
    ])
    expect(await names(store)).toEqual(['alice@R', 'bob@R', 'carol@R'])
    await store.close()
  })

  it('changes all or nothing', async () => {
    const store = await filled('alice@R')
    const failing = store.write(tx => {
      tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal('bob@R') })
      expect(tx.principal(parsePrincipal('bob@R'))).toBeDefined()
      tx.deletePrincipal(parsePrincipal('alice@R'))
      throw new Error('half way')
    })
    await expect(failing).rejects.toThrow('half way')
    expect(await names(store)).toEqual(['alice@R'])
    await store.close()
  })

  it('shows counters at once, keeps the keys of the entry the same object, and writes them', async () => {
    const folder = newFolder()
    const store = await filledAt(folder, 'alice@R')
    const alice = parsePrincipal('alice@R')
    const before = await store.principal(alice)
    const written = Promise.all(
      [1, 2, 3].map(at => store.recordAttempt(alice, e => ({ lastSuccess: 0, lastFailed: at, failAuthCount: e.failAuthCount + 1 }))),
    )
    await Promise.resolve()
    expect((await store.principal(alice))?.failAuthCount).toBe(3)
    await written
    const after = await store.principal(alice)
    expect(after).toMatchObject({ failAuthCount: 3, lastFailed: 3 })
    expect(after?.keyData).toBe(before?.keyData)
    await store.close()
    const again = await openStore(configAt(folder), 'read')
    expect((await again.principal(alice))?.failAuthCount).toBe(3)
    await again.close()
  })

  it('notices that another database took the place of the open one', async () => {
    const folder = newFolder()
    const running = await filledAt(folder, 'old@R')
    const fresh = await replaceStore(configAt(folder))
    await fresh.write(tx => tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal('new@R') }))
    await (await fresh.promote()).close()
    await new Promise(resolve => setTimeout(resolve, 60))
    expect(await running.principal(parsePrincipal('old@R'))).toBeUndefined()
    expect(await running.principal(parsePrincipal('new@R'))).toBeDefined()
    await running.write(tx => tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal('newer@R') }))
    await running.close()
    const again = await openStore(configAt(folder), 'read')
    expect(await names(again)).toEqual(['new@R', 'newer@R'])
    await again.close()
  })

  it('makes its files 0600 under any umask and takes them away again', async () => {
    const folder = newFolder()
    const maker = await spawnScript(`
      import { createStore } from './src/kdc/store/index.ts'
      process.umask(0)
      await (await (await createStore(${JSON.stringify(configAt(folder))})).promote()).close()`)
    expect((await once(maker, 'exit'))[0]).toBe(0)
    for (const file of ['db.tkdb', 'db.tkdb-lock']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
    await destroyStore(configAt(folder))
    expect(existsSync(join(folder, 'db.tkdb'))).toBe(false)
    await expect(destroyStore(configAt(folder))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('refuses to create over a database of ours or of MIT, to open none, and to open something else', async () => {
    const folder = newFolder()
    await expect(openStore(configAt(folder), 'write')).rejects.toMatchObject({ code: 'ENOENT' })
    await (await filledAt(folder)).close()
    await expect(createStore(configAt(folder))).rejects.toMatchObject({ code: 'EEXIST' })
    const foreign = newFolder()
    writeFileSync(join(foreign, 'db.ok'), '')
    await expect(createStore(configAt(foreign))).rejects.toMatchObject({ code: 'EEXIST' })
    writeFileSync(join(foreign, 'db.tkdb'), Buffer.alloc(16_384, 7))
    await expect(openStore(configAt(foreign), 'write')).rejects.toMatchObject({ code: 'KRB5_KDB_DB_CORRUPT' })
    await expect(openStore({ ...configAt(folder), dbLibrary: 'kldap' }, 'read')).rejects.toMatchObject({ code: 'KRB5_KDB_DBTYPE_NOSUP' })
  })

  it('loses no acknowledged change when its process is killed', async () => {
    const folder = newFolder()
    await (await filledAt(folder)).close()
    const writer = await spawnScript(`
      import { openStore } from './src/kdc/store/index.ts'
      const store = await openStore(${JSON.stringify(configAt(folder))}, 'write')
      const entry = ${JSON.stringify({ ...EMPTY_ENTRY, keyData: [] })}
      for (let n = 0; ; n++) {
        await store.write(tx => tx.putPrincipal({ ...entry, principal: { type: 1, realm: 'R', components: ['p' + n] } }))
        process.stdout.write(n + '\\n')
      }`)
    let told = ''
    for await (const chunk of writer.stdout!) {
      told += chunk
      if (told.split('\n').length > 40) break
    }
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    const store = await openStore(configAt(folder), 'write')
    const acknowledged = told.split('\n').slice(0, -1)
    for (const n of acknowledged) expect(await store.principal(parsePrincipal(`p${n}@R`))).toBeDefined()
    await store.write(tx => tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal('after@R') }))
    expect(await store.principal(parsePrincipal('after@R'))).toBeDefined()
    await store.close()
  })
})

const scratch = scratchFolder('lmdb')
afterAll(() => scratch.remove())

function newFolder(): string {
  return mkdtempSync(join(scratch.path, 'db-'))
}

function configAt(folder: string) {
  return { realm: 'R', databaseName: join(folder, 'db'), dbLibrary: undefined }
}

async function filled(...principals: string[]): Promise<Store> {
  return filledAt(newFolder(), ...principals)
}

async function filledAt(folder: string, ...principals: string[]): Promise<Store> {
  const fresh = await createStore(configAt(folder))
  await fresh.write(tx => {
    for (const name of principals) tx.putPrincipal({ ...EMPTY_ENTRY, principal: parsePrincipal(name) })
  })
  return fresh.promote()
}

async function names(store: Store, glob?: string): Promise<string[]> {
  const found: string[] = []
  for await (const { principal } of store.principals(glob))
    found.push(`${principal.components.map(c => c.replace('/', '\\/')).join('/')}@${principal.realm}`)
  return found
}

function aliasOf(target: string) {
  return { type: TlType.ALIAS_TARGET, contents: Buffer.from(`${target}\0`) }
}
