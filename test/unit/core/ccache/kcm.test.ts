import { describe, expect, it } from 'vitest'
import { concat } from '../../../../src/core/bytes/bytes.ts'
import type { Ccache } from '../../../../src/core/ccache/ccache.ts'
import { chooseCacheFor, findCacheOf, makePrimary, openCollection } from '../../../../src/core/ccache/collection.ts'
import { resolveCcache } from '../../../../src/core/ccache/resolve.ts'
import type { Env } from '../../../../src/core/env.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { FakeKcm, type FakeKcmOptions, INTERNAL } from './fake-kcm.ts'
import { collect, failure } from './outcomes.ts'
import { credential } from './sample.ts'
import { world } from './world.ts'

const CONFIG = { defaultCcacheName: 'KCM:', ccacheType: 4, kcmSocket: '/nowhere/socket' }
const ALICE = { type: 1, realm: 'A.TEST', components: ['alice'] }
const BOB = { type: 1, realm: 'A.TEST', components: ['bob'] }
const SSSD: FakeKcmOptions = { lacks: [7, 11, 13002], refuses: 'in transport', refusal: INTERNAL }
const HEIMDAL: FakeKcmOptions = { lacks: [13001, 13002], refusal: INTERNAL }

function at(daemon: FakeKcm): Env {
  return { ...world(), sockets: daemon }
}

describe.each([
  ['every operation', {}],
  ['what sssd has', SSSD],
  ['what Heimdal has', HEIMDAL],
  ['nothing beyond the oldest, said in the third way', { lacks: [11, 22, 23, 13001, 13002], refusal: -1765328191 }],
] as const)('a daemon with %s', (_, options) => {
  it('keeps tickets and settings, and gives them back in order', async () => {
    const daemon = new FakeKcm(options)
    const cache = await resolveCcache(undefined, at(daemon), CONFIG)
    expect(cache.name).toBe('KCM:0')
    await cache.replace(ALICE, [credential({ endtime: 1 }), credential({ endtime: 2 })], [{ key: 'fast_avail', value: octets('yes') }])
    await cache.store(credential({ endtime: 3 }))
    expect(await ends(cache)).toEqual([1, 2, 3])
    expect(await cache.remove(one => one.endtime === 2)).toBe(1)
    expect(await ends(cache)).toEqual([1, 3])
    await cache.setConfig('fast_avail', octets('no'))
    expect(Buffer.from((await cache.config('fast_avail'))!).toString()).toBe('no')
    expect(await collect(cache.configEntries())).toHaveLength(1)
    expect((await cache.principal()).components).toEqual(['alice'])
  })

  it('chooses caches as kinit does', async () => {
    const daemon = new FakeKcm(options)
    const env = at(daemon)
    const first = await chooseCacheFor(ALICE, await resolveCcache(undefined, env, CONFIG), env, CONFIG)
    expect([first.cache.name, first.how]).toEqual(['KCM:0', 'default'])
    await first.cache.replace(ALICE, [credential({})], [])
    const second = await chooseCacheFor(BOB, await resolveCcache(undefined, env, CONFIG), env, CONFIG)
    expect([second.cache.name, second.how]).toEqual(['KCM:0:1', 'new'])
    await second.cache.replace(BOB, [credential({})], [])
    await makePrimary(second.cache, env, CONFIG)
    expect(await names(env)).toEqual(['KCM:0:1', 'KCM:0'])
    expect((await findCacheOf(ALICE, undefined, env, CONFIG))?.name).toBe('KCM:0')
    expect(await names(env, 'KCM:0')).toEqual(['KCM:0'])
    expect(await names(env, 'KCM:other')).toEqual([])
    await second.cache.destroy()
    expect(await names(env)).toEqual(['KCM:0'])
  })
})

describe('the daemon', () => {
  it('keeps the offset, where it can', async () => {
    const cache = await resolveCcache(undefined, at(new FakeKcm()), CONFIG)
    await cache.replace(ALICE, [], [], { seconds: -90, micros: 17 })
    expect(await cache.offset()).toEqual({ seconds: -90, micros: 0 })
    const without = await resolveCcache(undefined, at(new FakeKcm({ lacks: [22, 23, 13002] })), CONFIG)
    await without.replace(ALICE, [], [], { seconds: -90, micros: 0 })
    expect(await without.offset()).toEqual({ seconds: 0, micros: 0 })
  })

  it('may close an idle connection: one more is opened', async () => {
    const daemon = new FakeKcm({ repliesPerConnection: 2 })
    const cache = await resolveCcache(undefined, at(daemon), CONFIG)
    await cache.replace(ALICE, [credential({})], [])
    expect(await ends(cache)).toHaveLength(1)
    expect(daemon.connections).toBe(2)
  })

  it('is asked one thing at a time', async () => {
    const cache = await resolveCcache(undefined, at(new FakeKcm()), CONFIG)
    await cache.replace(ALICE, [], [])
    await Promise.all(Array.from({ length: 20 }, (_, i) => cache.store(credential({ endtime: i }))))
    expect((await ends(cache)).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('says that there is no cache in its own words', async () => {
    const cache = await resolveCcache('KCM:7', at(new FakeKcm()), CONFIG)
    expect((await failure(cache.principal())).message).toBe("Credentials cache 'KCM:7' not found")
    expect((await failure(cache.destroy())).code).toBe('KRB5_FCC_NOFILE')
  })

  it('is not there', async () => {
    const nobody = { ...world(), sockets: { connect: () => Promise.reject(new KrbError('ENOENT')) } }
    expect((await failure(resolveCcache('KCM:', nobody, CONFIG))).message).toBe('No KCM server found')
    expect((await failure(resolveCcache('KCM:', world(), CONFIG))).code).toBe('KRB5_KCM_NO_SERVER')
    expect((await failure(resolveCcache('KCM:', at(new FakeKcm()), { ...CONFIG, kcmSocket: '-' }))).code).toBe('KRB5_KCM_NO_SERVER')
    expect((await failure(openCollection('KCM:', nobody, CONFIG))).code).toBe('KRB5_KCM_NO_SERVER')
  })

  it.each([
    [0, undefined],
    [1001, undefined],
    [1000, 'EACCES'],
    [33, 'EACCES'],
  ])('with a socket that belongs to uid %i', async (uid, code) => {
    const daemon = new FakeKcm()
    const env = at(daemon)
    const files = { ...env.files, stat: async () => ({ kind: 'other' as const, mode: 0o666, uid, size: 0 }) }
    const result = await resolveCcache('KCM:', { ...env, files }, CONFIG).catch((error: KrbError) => error.code)
    expect([typeof result === 'string' ? result : undefined, daemon.connections]).toEqual([code, code === undefined ? 1 : 0])
  })

  it.each([
    ['a length beyond all bounds', [0x01, 0, 0, 0, 0, 0, 0, 0], 'KRB5_KCM_REPLY_TOO_BIG'],
    ['no room for a code', [0, 0, 0, 2, 0, 0, 0, 0, 0, 0], 'KRB5_KCM_MALFORMED_REPLY'],
    ['a name without an end', [0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0x30], 'KRB5_KCM_MALFORMED_REPLY'],
    ['an end in the middle', [0, 0, 0, 5, 0, 0], 'ECONNRESET'],
    ['an error that nobody knows', [0, 0, 0, 4, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78], 'KRB5_CC_IO'],
    ['an errno', [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 13], 'EACCES'],
  ])('answers with %s', async (_, reply, code) => {
    expect((await failure(resolveCcache('KCM:', answering(Uint8Array.from(reply)), CONFIG))).code).toBe(code)
  })

  it('cannot claim more credentials than it sends', async () => {
    const head = Uint8Array.from([0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0])
    const env = answering(concat(head, Uint8Array.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0])))
    const cache = await resolveCcache('KCM:0', env, CONFIG)
    expect((await failure(collect(cache.entries()))).code).toBe('KRB5_KCM_MALFORMED_REPLY')
  })
})

/** A daemon that says the same whatever it is asked. */
function answering(reply: Uint8Array): Env {
  let left = reply
  const read = async (count: number) => {
    if (left.length < count) throw new KrbError('ECONNRESET')
    const octets = left.slice(0, count)
    left = left.slice(count)
    return octets
  }
  return { ...world(), sockets: { connect: async () => ({ write: async () => undefined, read, close: () => undefined }) } }
}

async function names(env: Env, name?: string): Promise<string[]> {
  return (await collect(await openCollection(name, env, CONFIG))).map(cache => cache.name)
}

async function ends(cache: Ccache): Promise<number[]> {
  return (await collect(cache.credentials())).map(one => one.endtime)
}

function octets(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}
