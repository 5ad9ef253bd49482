import * as fs from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import type { Keytab, KeytabEntry } from '../../../../src/core/keytab/keytab.ts'
import { isNewer } from '../../../../src/core/keytab/lookup.ts'
import { resolveKeytab } from '../../../../src/core/keytab/resolve.ts'
import { memoryKeytab } from '../../../../src/core/keytab/types/memory.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import { scratchFolder } from '../../../helpers/scratch.ts'
import { world } from '../ccache/world.ts'

const scratch = scratchFolder('keytab')
afterAll(() => scratch.remove())

const CONFIG = { defaultKeytabName: 'FILE:/etc/krb5.keytab', defaultClientKeytabName: 'FILE:/etc/krb5/user/%{euid}/client.keytab' }
const WEB = { type: 1, realm: 'A.TEST', components: ['host', 'web.a.test'] }

const kinds: readonly (readonly [string, () => Promise<Keytab>])[] = [
  ['FILE', () => resolveKeytab(scratch.file(`kt-${Math.random()}`), world(), CONFIG, 'server')],
  ['MEMORY', async () => memoryKeytab('m')],
]

describe.each(kinds)('%s', (_, make) => {
  it('adds, lists and removes', async () => {
    const keytab = await make()
    await keytab.add([entry({ kvno: 1 }), entry({ kvno: 2 })])
    await keytab.add([entry({ kvno: 3, etype: 18 })])
    expect((await keytab.entries()).map(one => [one.kvno, one.key.etype, one.timestamp])).toEqual([
      [1, 17, 100],
      [2, 17, 100],
      [3, 18, 100],
    ])
    expect(await keytab.remove(one => one.kvno === 2)).toBe(1)
    expect(await keytab.remove(one => one.kvno === 2)).toBe(0)
    expect((await keytab.entries()).map(one => one.kvno)).toEqual([1, 3])
  })

  it('finds the newest, an exact kvno, or its low 8 bits, of any or one enctype', async () => {
    const keytab = await make()
    await keytab.add([entry({ kvno: 3 }), entry({ kvno: 5 }), entry({ kvno: 5, etype: 18 }), entry({ kvno: 4, etype: 20 })])
    const found = async (kvno: number, etype: number) => {
      const one = await keytab.find({ ...WEB, type: 3 }, kvno, etype)
      return [one.kvno, one.key.etype]
    }
    expect(await found(0, 0)).toEqual([5, 17])
    expect(await found(0, 18)).toEqual([5, 18])
    expect(await found(0, 20)).toEqual([4, 20])
    expect(await found(3, 0)).toEqual([3, 17])
    expect(await found(0x103, 0)).toEqual([3, 17])
  })

  it('says what is missing, as MIT does', async () => {
    const keytab = await make()
    await keytab.add([entry({ kvno: 3 })])
    const bob = { type: 1, realm: 'A.TEST', components: ['bob'] }
    expect(await failure(keytab.find(bob, 0, 0))).toMatchObject({
      code: 'KRB5_KT_NOTFOUND',
      message: 'No key table entry found for bob@A.TEST',
    })
    expect(await failure(keytab.find(WEB, 0, 18))).toMatchObject({
      code: 'KRB5_KT_NOTFOUND',
      hints: [`${keytab.name} has of host/web.a.test@A.TEST only aes128-cts-hmac-sha1-96`],
    })
    expect(await failure(keytab.find(WEB, 4, 17))).toMatchObject({
      code: 'KRB5_KT_KVNONOTFOUND',
      message: 'Key version number for principal in key table is incorrect',
      params: { kvno: 4 },
      hints: [`${keytab.name} has of host/web.a.test@A.TEST: kvno 3 of 1970-01-01T00:01:40Z; not 4`],
    })
  })
})

describe('the newest key', () => {
  it('has the highest kvno, unless 8 bits have wrapped', () => {
    const at = (kvno: number, timestamp: number) => ({ ...entry({ kvno }), timestamp })
    expect(isNewer(at(2, 5), at(1, 9))).toBe(true)
    expect(isNewer(at(1, 9), at(2, 5))).toBe(false)
    expect(isNewer(at(1, 9), at(255, 5))).toBe(true)
    expect(isNewer(at(1, 5), at(255, 5))).toBe(true)
    expect(isNewer(at(1, 4), at(255, 5))).toBe(false)
    expect(isNewer(at(255, 5), at(1, 9))).toBe(false)
    expect(isNewer(at(255, 9), at(1, 5))).toBe(true)
    expect(isNewer(at(200, 1), at(1, 9))).toBe(true)
  })
})

describe('a FILE keytab', () => {
  it('is created with mode 0600, by adding only', async () => {
    const path = scratch.file('new')
    const keytab = await resolveKeytab(path, world(), CONFIG, 'server')
    expect(await failure(keytab.entries())).toMatchObject({
      code: 'ENOENT',
      message: `Key table file '${path}' not found`,
      params: { path },
    })
    expect(await failure(keytab.remove(() => true))).toMatchObject({ code: 'ENOENT' })
    expect(fs.existsSync(path)).toBe(false)
    await keytab.add([entry({})])
    expect(fs.statSync(path).mode & 0o7777).toBe(0o600)
  })

  it('may start from an empty file, whose mode stays', async () => {
    const path = scratch.file('touched')
    fs.writeFileSync(path, '', { mode: 0o640 })
    const keytab = await resolveKeytab(path, world(), CONFIG, 'server')
    expect(await failure(keytab.entries())).toMatchObject({ code: 'KRB5_KEYTAB_BADVNO' })
    await keytab.add([entry({})])
    expect([(await keytab.entries()).length, fs.statSync(path).mode & 0o7777]).toEqual([1, 0o640])
  })

  it('reuses the room of removed keys, and leaves no trace of them', async () => {
    const path = scratch.file('room')
    const keytab = await resolveKeytab(path, world(), CONFIG, 'server')
    await keytab.add([entry({ kvno: 1, octet: 0xa1 }), entry({ kvno: 2, octet: 0xa2 })])
    const size = fs.statSync(path).size
    await keytab.remove(one => one.kvno === 1)
    expect(fs.readFileSync(path).includes(Buffer.alloc(16, 0xa1))).toBe(false)
    await keytab.add([entry({ kvno: 3 })])
    expect([fs.statSync(path).size, (await keytab.entries()).map(one => one.kvno)]).toEqual([size, [3, 2]])
  })

  it('refuses folders and other formats in the words of the system and of MIT', async () => {
    const open = async (path: string) => failure((await resolveKeytab(path, world(), CONFIG, 'server')).entries())
    expect(await open(scratch.path)).toMatchObject({ code: 'EISDIR', message: 'Is a directory' })
    fs.writeFileSync(scratch.file('cc'), Uint8Array.of(5, 4, 0, 0))
    const error = await open(scratch.file('cc'))
    expect([error.code, error.params.offset, error.hints.join()]).toEqual([
      'KRB5_KEYTAB_BADVNO',
      1,
      expect.stringContaining('credential cache'),
    ])
  })
})

describe('names', () => {
  const name = async (given: string | undefined, vars: Record<string, string> = {}, role: 'server' | 'client' = 'server') =>
    (await resolveKeytab(given, world(vars), CONFIG, role)).name

  it.each([
    ['kt', 'FILE:kt'],
    ['FILE:kt', 'FILE:kt'],
    ['WRFILE:kt', 'WRFILE:kt'],
    ['c:x', 'FILE:c:x'],
    ['/tmp/a:b', 'FILE:/tmp/a:b'],
    ['MEMORY:x', 'MEMORY:x'],
  ])('%j is %s', async (given, full) => expect(await name(given)).toBe(full))

  it.each(['file:kt', 'KDB:', 'toString:x'])('%j has no type', async given => {
    expect(await failure(name(given))).toMatchObject({ code: 'KRB5_KT_UNKNOWN_TYPE', message: 'Unknown Key table type' })
  })

  it('come from the environment as they stand, then from the configuration with tokens', async () => {
    expect(await name(undefined)).toBe('FILE:/etc/krb5.keytab')
    expect(await name(undefined, { KRB5_KTNAME: '/x_%{uid}' })).toBe('FILE:/x_%{uid}')
    expect(await name(undefined, { KRB5_KTNAME: '/x' }, 'client')).toBe('FILE:/etc/krb5/user/1001/client.keytab')
    expect(await name(undefined, { KRB5_CLIENT_KTNAME: 'MEMORY:y' }, 'client')).toBe('MEMORY:y')
  })

  it('of MEMORY keytabs are shared within one world only', async () => {
    const env = world()
    await (await resolveKeytab('MEMORY:s', env, CONFIG, 'server')).add([entry({})])
    expect(await (await resolveKeytab('MEMORY:s', env, CONFIG, 'server')).entries()).toHaveLength(1)
    expect(await (await resolveKeytab('MEMORY:s', world(), CONFIG, 'server')).entries()).toHaveLength(0)
  })
})

function entry(change: { kvno?: number; etype?: number; octet?: number }): KeytabEntry {
  const value = Secret.copyOf(new Uint8Array(16).fill(change.octet ?? 5))
  return { principal: WEB, kvno: change.kvno ?? 1, timestamp: 100, key: { etype: change.etype ?? 17, value } }
}

async function failure(task: Promise<unknown>): Promise<KrbError> {
  try {
    await task
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
