import { describe, expect, it } from 'vitest'
import type { Ccache } from '../../../../src/core/ccache/ccache.ts'
import { chooseCacheFor, makePrimary, openCollection } from '../../../../src/core/ccache/collection.ts'
import { decodePrimary, encodePrimary } from '../../../../src/core/ccache/keyring/anchor.ts'
import { resolveCcache } from '../../../../src/core/ccache/resolve.ts'
import type { Env } from '../../../../src/core/env.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { FakeKeyrings } from './fake-keyrings.ts'
import { collect, failure } from './outcomes.ts'
import { credential } from './sample.ts'
import { world } from './world.ts'

const ALICE = { type: 1, realm: 'A.TEST', components: ['alice'] }
const BOB = { type: 1, realm: 'A.TEST', components: ['bob'] }
const CONFIG = { defaultCcacheName: '', ccacheType: 4 }
const NOW = 1_000_010_000

describe.each([
  ['session:x', '1', 'session:x:x'],
  ['user:x', '3', 'user:x:x'],
  ['persistent:1001', '4', 'persistent:1001:1001'],
  ['x', '1', 'legacy:x:x'],
  ['session:', '1', 'session::tkt'],
  ['session:x:y', '1', 'session:x:y'],
])('KEYRING:%s', (residual, anchor, full) => {
  it('keeps a cache in a keyring of its collection', async () => {
    const rings = new FakeKeyrings({ bigKey: 'ENODEV' })
    const cache = await open(`KEYRING:${residual}`, rings)
    expect(cache.name).toBe(`KEYRING:${full}`)
    const error = await failure(cache.principal())
    expect([error.code, error.message]).toEqual(['KRB5_FCC_NOFILE', `Credentials cache keyring '${full}' not found`])
    expect((await failure(cache.store(credential({})))).code).toBe('KRB5_FCC_NOFILE')
    await cache.replace(ALICE, [credential({})], [{ key: 'fast_avail', value: octets('yes') }], { seconds: 5, micros: 7 })
    await cache.store(credential({ server: BOB }))
    expect(rings.tree(anchor)).toContain(`  keyring ${full.split(':')[2]}`)
    expect(rings.tree(anchor).join()).not.toContain('_tkrb5_')
    expect((await cache.principal()).components).toEqual(['alice'])
    expect((await collect(cache.credentials())).map(one => one.server.components[0])).toEqual(['host', 'bob'])
    expect(await cache.offset()).toEqual(full.startsWith('legacy') ? { seconds: 0, micros: 0 } : { seconds: 5, micros: 7 })
    await cache.setConfig('fast_avail', octets('no'))
    expect(Buffer.from((await cache.config('fast_avail'))!).toString()).toBe('no')
    expect(await cache.remove(one => one.server.components[0] === 'bob')).toBe(1)
    expect(await collect(cache.entries())).toHaveLength(2)
    await cache.destroy()
    expect((await failure(cache.principal())).code).toBe('KRB5_FCC_NOFILE')
    expect(rings.tree(anchor).join()).not.toContain('__krb5_princ__')
    await cache.destroy()
  })
})

describe('a keyring cache', () => {
  it('replaces the ticket of the same service, and lets the kernel drop tickets and cache', async () => {
    const rings = new FakeKeyrings({ bigKey: 'EINVAL' })
    const cache = await open('KEYRING:session:x', rings)
    await cache.replace(ALICE, [credential({ endtime: NOW + 50 })], [])
    await cache.store(credential({ endtime: NOW + 90 }))
    expect((await collect(cache.credentials())).map(one => one.endtime)).toEqual([NOW + 90])
    const timeout = (name: string) => [...rings.keys.values()].find(key => key.name === name)!.timeout
    expect([timeout('host/web.a.test@A.TEST'), timeout('x')]).toEqual([90, 90])
    await cache.replace(ALICE, [credential({ endtime: NOW - 1 })], [])
    expect([...rings.keys.values()].findLast(key => key.name === 'x')!.timeout).toBe(1)
  })

  it('uses keys that cannot be swapped out readable, where the kernel has them and old programs need not read them', async () => {
    const rings = new FakeKeyrings()
    await (await open('KEYRING:session:x', rings)).replace(ALICE, [credential({})], [])
    await (await open('KEYRING:old', rings)).replace(ALICE, [credential({})], [])
    const types = [...rings.keys.values()].filter(key => key.name.startsWith('host/')).map(key => key.type)
    expect(types).toEqual(['big_key', 'user'])
  })

  it('fails when the kernel has no room', async () => {
    const cache = await open('KEYRING:session:x', new FakeKeyrings({ bigKey: 'EDQUOT' }))
    expect((await failure(cache.replace(ALICE, [credential({})], []))).message).toBe('Disk quota exceeded')
    expect((await failure(cache.principal())).code).toBe('KRB5_FCC_NOFILE')
  })

  it('of the old kind hangs from the session too, is found there, and its name stays out of sight of a session that will end', async () => {
    const rings = new FakeKeyrings({ ownSession: false })
    const cache = await open('KEYRING:old', rings)
    await cache.replace(ALICE, [], [])
    expect(rings.tree('1')).toEqual([])
    expect(rings.tree('2').filter(line => line === 'keyring old')).toHaveLength(1)
    const collection = [...rings.keys.entries()].find(([, key]) => key.name === '_krb_old')![0]
    rings.keys.get('2')!.links.splice(rings.keys.get('2')!.links.indexOf(collection), 1)
    expect((await (await open('KEYRING:old', rings)).principal()).components).toEqual(['alice'])
  })

  it('takes a place in a collection with a primary', async () => {
    const rings = new FakeKeyrings()
    const env = at(rings, 'KEYRING:session:x')
    const first = await resolveCcache(undefined, env, CONFIG)
    await first.replace(ALICE, [credential({})], [])
    const { cache, how } = await chooseCacheFor(BOB, first, env, CONFIG)
    expect([how, cache.name]).toEqual(['new', expect.stringMatching(/^KEYRING:session:x:krb_ccache_\w{7}$/)])
    await cache.replace(BOB, [credential({})], [])
    await makePrimary(cache, env, CONFIG)
    expect((await collect(await openCollection(undefined, env, CONFIG))).map(one => one.name)).toEqual([cache.name, first.name])
    expect((await resolveCcache(undefined, env, CONFIG)).name).toBe(cache.name)
    expect((await collect(await openCollection(first.name, env, CONFIG))).map(one => one.name)).toEqual([first.name])
    const single = at(rings, first.name)
    expect((await failure(chooseCacheFor({ ...BOB, realm: 'B.TEST' }, first, single, CONFIG))).code).toBe('KRB5_DCC_CANNOT_CREATE')
  })

  it('of a process or thread lasts as long as the program', async () => {
    const env = at(new FakeKeyrings(), 'KEYRING:process:x')
    const cache = await resolveCcache(undefined, env, CONFIG)
    expect((await failure(cache.principal())).message).toBe("Credentials cache keyring 'process:x:x' not found")
    await cache.replace(ALICE, [], [])
    expect((await (await resolveCcache(undefined, env, CONFIG)).principal()).components).toEqual(['alice'])
    expect(await collect(await openCollection(undefined, env, CONFIG))).toEqual([])
    expect((await open('KEYRING:thread:x', new FakeKeyrings())).name).toBe('KEYRING:thread:x:x')
  })

  it.each([
    ['elsewhere:x', 'KRB5_KCC_INVALID_ANCHOR'],
    ['persistent:me', 'KRB5_KCC_INVALID_UID'],
    ['persistent:-1', 'KRB5_KCC_INVALID_UID'],
  ])('called %s: %s', async (residual, code) => {
    expect((await failure(open(`KEYRING:${residual}`, new FakeKeyrings()))).code).toBe(code)
  })

  it('needs the program keyctl, and says so', async () => {
    const error = await failure(resolveCcache('KEYRING:session:x', world(), CONFIG))
    expect([error.code, error.message]).toEqual(['KRB5_CC_UNKNOWN_TYPE', expect.stringContaining('keyutils')])
    const absent = { ...world(), keyctl: () => Promise.reject(new KrbError('ENOENT')) }
    expect((await failure(resolveCcache('KEYRING:session:x', absent, CONFIG))).message).toContain('keyutils')
    const forbidden = { ...world(), keyctl: async () => ({ output: new Uint8Array(0), failure: 'EPERM' as const }) }
    expect((await failure(resolveCcache('KEYRING:session:x', forbidden, CONFIG))).code).toBe('EPERM')
  })
})

describe('the key that names the primary', () => {
  it('is read as written, and refused when it is cut or of another version', () => {
    expect(decodePrimary(encodePrimary('krb_ccache_1'))).toBe('krb_ccache_1')
    expect(() => decodePrimary(encodePrimary('abc').subarray(0, 9))).toThrow(expect.objectContaining({ code: 'KRB5_CC_END' }))
    const other = encodePrimary('abc')
    other[3] = 2
    expect(() => decodePrimary(other)).toThrow(expect.objectContaining({ code: 'KRB5_KCC_UNKNOWN_VERSION' }))
  })
})

function at(rings: FakeKeyrings, name: string): Env {
  return { ...world({ KRB5CCNAME: name }), keyctl: rings.keyctl }
}

function open(name: string, rings: FakeKeyrings): Promise<Ccache> {
  return resolveCcache(name, at(rings, name), CONFIG)
}

function octets(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}
