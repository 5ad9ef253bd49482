import * as fs from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bytes, toHex } from '../../../../src/core/bytes/bytes.ts'
import type { Ccache } from '../../../../src/core/ccache/ccache.ts'
import { REMOVED_CONFIG_REALM } from '../../../../src/core/ccache/config-entry.ts'
import type { Credential } from '../../../../src/core/ccache/credential.ts'
import { encodeHead } from '../../../../src/core/ccache/format.ts'
import { resolveCcache } from '../../../../src/core/ccache/resolve.ts'
import { memoryCcache } from '../../../../src/core/ccache/types/memory.ts'
import { scratchFolder } from '../../../helpers/scratch.ts'
import { collect, failure } from './outcomes.ts'
import { credential } from './sample.ts'
import { world } from './world.ts'

const scratch = scratchFolder('ccache')
afterAll(() => scratch.remove())

const CONFIG = { defaultCcacheName: 'FILE:/tmp/krb5cc_%{uid}', ccacheType: 4 }
const ALICE = { type: 1, realm: 'A.TEST', components: ['alice'] }
const TGS = { type: 2, realm: 'A.TEST', components: ['krbtgt', 'A.TEST'] }
const yes = new Uint8Array(Buffer.from('yes'))

const kinds: readonly (readonly [string, () => Promise<Ccache>])[] = [
  ...[1, 2, 3, 4].map(version => {
    const make = (): Promise<Ccache> =>
      resolveCcache(`FILE:${scratch.file(`cc-${version}-${Math.random()}`)}`, world(), { ...CONFIG, ccacheType: version })
    return [`FILE version ${version}`, make] as const
  }),
  ['MEMORY', async () => memoryCcache('m')],
]

describe.each(kinds)('%s', (_, make) => {
  it('does not exist until something is in it', async () => {
    const cache = await make()
    expect((await failure(cache.principal())).code).toBe('KRB5_FCC_NOFILE')
    expect((await failure(cache.store(credential({})))).code).toBe('KRB5_FCC_NOFILE')
    expect((await failure(collect(cache.credentials()))).code).toBe('KRB5_FCC_NOFILE')
    expect((await failure(cache.remove(() => true))).code).toBe('KRB5_FCC_NOFILE')
  })

  it('keeps the principal, credentials in order, and settings apart from them', async () => {
    const cache = await make()
    await cache.replace(ALICE, [credential({}), credential({ server: TGS })], [{ key: 'fast_avail', server: TGS, value: yes }])
    await cache.store(credential({ endtime: 5 }))
    expect(await cache.principal()).toMatchObject({ realm: 'A.TEST', components: ['alice'] })
    expect((await collect(cache.credentials())).map(one => [one.server.components[0], one.endtime])).toEqual([
      ['host', 1_000_036_000],
      ['krbtgt', 1_000_036_000],
      ['host', 5],
    ])
    expect((await collect(cache.configEntries())).map(entry => [entry.key, entry.server?.components, text(entry.value)])).toEqual([
      ['fast_avail', ['krbtgt', 'A.TEST'], 'yes'],
    ])
    await cache.replace(ALICE, [], [])
    expect(await collect(cache.credentials())).toEqual([])
  })

  it('replaces settings, by key and server', async () => {
    const cache = await make()
    await cache.replace(ALICE, [credential({})], [])
    await cache.setConfig('pa_type', octets('2'), TGS)
    await cache.setConfig('pa_type', octets('151'), TGS)
    await cache.setConfig('start_realm', octets('A.TEST'))
    expect(text(await cache.config('pa_type', TGS))).toBe('151')
    expect(await cache.config('pa_type')).toBeUndefined()
    expect(text(await cache.config('start_realm'))).toBe('A.TEST')
    expect(text(await cache.config('start_realm', TGS))).toBe('A.TEST')
    expect(await cache.config('proxy_impersonator')).toBeUndefined()
    expect(await collect(cache.configEntries())).toHaveLength(2)
    expect(await collect(cache.credentials())).toHaveLength(1)
  })

  it('removes what matches and nothing else, settings least of all', async () => {
    const cache = await make()
    await cache.replace(
      ALICE,
      [credential({ endtime: 1 }), credential({ endtime: 2 }), credential({ endtime: 1 })],
      [{ key: 'fast_avail', value: yes }],
    )
    expect(await cache.remove(one => one.endtime === 1)).toBe(2)
    expect(await cache.remove(one => one.endtime === 1)).toBe(0)
    expect((await collect(cache.credentials())).map(one => one.endtime)).toEqual([2])
    expect(text(await cache.config('fast_avail'))).toBe('yes')
    await cache.store(credential({ endtime: 3 }))
    expect((await collect(cache.credentials())).map(one => one.endtime)).toEqual([2, 3])
  })

  it('is gone after destroy', async () => {
    const cache = await make()
    await cache.replace(ALICE, [credential({})], [])
    await cache.destroy()
    expect((await failure(cache.principal())).code).toBe('KRB5_FCC_NOFILE')
  })
})

describe('the offset', () => {
  it('is kept by version 4 and MEMORY, and zero elsewhere', async () => {
    const offset = { seconds: -90, micros: 17 }
    const kept = await Promise.all(
      kinds.map(async ([, make]) => {
        const cache = await make()
        await cache.replace(ALICE, [], [], offset)
        return cache.offset()
      }),
    )
    const zero = { seconds: 0, micros: 0 }
    expect(kept).toEqual([zero, zero, zero, offset, offset])
  })
})

describe('a FILE cache', () => {
  it('has mode 0600 and the header that MIT writes, whatever was there before', async () => {
    const path = scratch.file('mode')
    fs.writeFileSync(path, 'junk', { mode: 0o666 })
    const cache = await file(path)
    await cache.replace(ALICE, [], [])
    expect([fs.statSync(path).mode & 0o7777, fs.readFileSync(path).toString('hex').slice(0, 32)]).toEqual([
      0o600,
      '0504000c000100080000000000000000',
    ])
    expect(cache.name).toBe(`FILE:${path}`)
  })

  it('marks removed entries in place, settings by their realm too', async () => {
    const cache = await file(scratch.file('marks'))
    await cache.replace(ALICE, [credential({})], [{ key: 'pa_type', value: octets('2') }])
    const before = fs.readFileSync(scratch.file('marks'))
    await cache.remove(() => true)
    const after = fs.readFileSync(scratch.file('marks'))
    expect(after.length).toBe(before.length)
    expect(after.includes(Buffer.of(0xff, 0xff, 0xff, 0xff))).toBe(true)
    await cache.setConfig('pa_type', octets('151'))
    expect(fs.readFileSync(scratch.file('marks')).includes(REMOVED_CONFIG_REALM)).toBe(true)
    expect((await collect(cache.configEntries())).map(entry => text(entry.value))).toEqual(['151'])
  })

  it('keeps the version of the file it adds to', async () => {
    const path = scratch.file('old-version')
    await (await resolveCcache(path, world(), { ...CONFIG, ccacheType: 1 })).replace(ALICE, [], [])
    const cache = await file(path)
    await cache.store(credential({}))
    expect(fs.readFileSync(path)[1]).toBe(1)
    expect((await collect(cache.credentials()))[0]?.ticket).toEqual(credential({}).ticket)
  })

  it.each([
    ['none', 'KRB5_FCC_NOFILE', 'No credentials cache found'],
    ['plain/below', 'KRB5_FCC_NOFILE', 'No credentials cache found'],
    ['plain', 'KRB5_CCACHE_BADVNO', 'Unsupported credentials cache format version number'],
    ['empty', 'KRB5_CC_FORMAT', 'Bad format in credentials cache'],
    ['folder', 'KRB5_CC_FORMAT', 'Bad format in credentials cache'],
    ['torn', 'KRB5_CC_END', 'End of credential cache reached'],
  ])('%s: MIT says %s', async (name, code, sentence) => {
    fs.writeFileSync(scratch.file('plain'), 'plain')
    fs.writeFileSync(scratch.file('empty'), '')
    fs.mkdirSync(scratch.file('folder'), { recursive: true })
    fs.writeFileSync(scratch.file('torn'), encodeHead(4, ALICE, undefined).subarray(0, -3))
    const path = scratch.file(name)
    const error = await failure((await file(path)).principal())
    expect([error.code, error.message, error.params.path]).toEqual([code, `${sentence} (filename: ${path})`, path])
  })

  it('cannot be written or destroyed: the text has no file name then, as in kinit and kdestroy', async () => {
    fs.mkdirSync(scratch.file('folder'), { recursive: true })
    const texts = async (name: string) => {
      const cache = await file(scratch.file(name))
      return [(await failure(cache.replace(ALICE, [], []))).message, (await failure(cache.destroy())).message]
    }
    expect(await texts('none/x')).toEqual(['No credentials cache found', 'No credentials cache found'])
    expect(await texts('folder')).toEqual(['Credentials cache permissions incorrect', 'Credentials cache permissions incorrect'])
  })

  it('says where and why a file is no cache', async () => {
    fs.writeFileSync(scratch.file('base64'), Buffer.from(encodeHead(4, ALICE, undefined)).toString('base64'))
    const error = await failure((await file(scratch.file('base64'))).principal())
    expect([error.params.offset, error.params.field]).toEqual([0, 'version'])
    expect(error.hints.join()).toContain('base64')
  })

  it('lists what stands before a torn tail, and fails at nonsense after what is good', async () => {
    const path = scratch.file('tail')
    const cache = await file(path)
    await cache.replace(ALICE, [credential({}), credential({})], [])
    const whole = fs.readFileSync(path)
    fs.truncateSync(path, whole.length - 4)
    expect(await collect(cache.credentials())).toHaveLength(1)
    fs.writeFileSync(path, Buffer.concat([whole, Buffer.alloc(40, 0x7f)]))
    const seen: Credential[] = []
    const error = await failure(
      (async () => {
        for await (const one of cache.credentials()) seen.push(one)
      })(),
    )
    expect([seen.length, error.code]).toEqual([2, 'KRB5_CC_FORMAT'])
  })

  it('keeps its keys to those who get them: they are zeroed in the octets read', async () => {
    const handed: Bytes[] = []
    const env = world()
    const files = {
      ...env.files,
      readLocked: async (path: string) => {
        const octets = await env.files.readLocked(path)
        handed.push(octets)
        return octets
      },
    }
    const cache = await resolveCcache(scratch.file('zeroed'), { ...env, files }, CONFIG)
    await cache.replace(ALICE, [credential({})], [])
    const [one] = await collect(cache.credentials())
    await cache.principal()
    expect(handed).toHaveLength(2)
    expect(toHex(handed[0]!)).not.toContain('07'.repeat(32))
    expect(one!.key.value.use(toHex)).toBe('07'.repeat(32))
  })
})

describe('names', () => {
  const name = async (given: string | undefined, vars: Record<string, string> = {}, template = CONFIG.defaultCcacheName) =>
    (await resolveCcache(given, world(vars), { ...CONFIG, defaultCcacheName: template })).name

  it.each([
    ['cc', 'FILE:cc'],
    ['FILE:cc', 'FILE:cc'],
    ['FILE:a:b', 'FILE:a:b'],
    ['c:x', 'FILE:c:x'],
    ['MEMORY:x', 'MEMORY:x'],
    ['', 'FILE:'],
  ])('%j is %s', async (given, full) => expect(await name(given)).toBe(full))

  it.each(['file:cc', 'NOPE:x', 'DIR2::x', ':x', '/tmp/a:b', 'constructor:x'])('%j has no type', async given => {
    const error = await failure(name(given))
    expect([error.code, error.message]).toEqual(['KRB5_CC_UNKNOWN_TYPE', 'Unknown credential cache type'])
  })

  it('come from KRB5CCNAME as it stands, then from the configuration with tokens', async () => {
    expect(await name(undefined)).toBe('FILE:/tmp/krb5cc_1000')
    expect(await name(undefined, { KRB5CCNAME: 'FILE:/tmp/x_%{uid}' })).toBe('FILE:/tmp/x_%{uid}')
    expect(await name(undefined, { KRB5CCNAME: '' })).toBe('FILE:')
    expect(await name(undefined, {}, 'MEMORY:%{username}-%{euid}')).toBe('MEMORY:alice-1001')
    expect((await failure(name(undefined, {}, 'FILE:/tmp/%{UID}'))).code).toBe('KRB5_FCC_INTERNAL')
  })

  it('of MEMORY caches are shared within one world only', async () => {
    const env = world()
    await (await resolveCcache('MEMORY:shared', env, CONFIG)).replace(ALICE, [], [])
    expect(await (await resolveCcache('MEMORY:shared', env, CONFIG)).principal()).toEqual(ALICE)
    expect((await failure((await resolveCcache('MEMORY:shared', world(), CONFIG)).principal())).code).toBe('KRB5_FCC_NOFILE')
  })
})

function file(path: string): Promise<Ccache> {
  return resolveCcache(path, world(), CONFIG)
}

function octets(value: string): Bytes {
  return new Uint8Array(Buffer.from(value))
}

function text(value: Bytes | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString()
}
