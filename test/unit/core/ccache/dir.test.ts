import * as fs from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { chooseCacheFor, makePrimary, openCollection } from '../../../../src/core/ccache/collection.ts'
import { resolveCcache } from '../../../../src/core/ccache/resolve.ts'
import { scratchFolder } from '../../../helpers/scratch.ts'
import { failure } from './outcomes.ts'
import { credential } from './sample.ts'
import { world } from './world.ts'

const scratch = scratchFolder('dir-ccache')
afterAll(() => scratch.remove())

const ALICE = { type: 1, realm: 'A.TEST', components: ['alice'] }
const BOB = { type: 1, realm: 'A.TEST', components: ['bob'] }
const CONFIG = { defaultCcacheName: '', ccacheType: 4 }
let made = 0

describe('a folder of caches', () => {
  it('is made when it is missing, with a primary; its parent is not', async () => {
    const folder = fresh()
    const cache = await resolveCcache(`DIR:${folder}`, world(), CONFIG)
    expect(cache.name).toBe(`DIR::${folder}/tkt`)
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700)
    expect([fs.readFileSync(`${folder}/primary`, 'utf8'), fs.statSync(`${folder}/primary`).mode & 0o777]).toEqual(['tkt\n', 0o600])
    const error = await failure(resolveCcache(`DIR:${fresh()}/below`, world(), CONFIG))
    expect([error.code, error.message]).toMatchObject(['KRB5_FCC_NOFILE', expect.stringContaining('does not exist')])
  })

  it('must be a folder', async () => {
    const path = fresh()
    fs.writeFileSync(path, '')
    const error = await failure(resolveCcache(`DIR:${path}`, world(), CONFIG))
    expect([error.code, error.message]).toEqual(['KRB5_CC_FORMAT', `Credential cache directory ${path} exists but is not a directory`])
  })

  it.each([
    ['tkt', 'invalid'],
    ['cc\n', 'invalid'],
    ['tkt/../../x\n', 'invalid'],
    ['tkt\\x\n', 'invalid'],
    ['tkt\0x\n', 'invalid'],
    [`tkt${'x'.repeat(60)}\n`, 'invalid'],
    ['x'.repeat(5000), 'invalid'],
    [`tkt${'x'.repeat(59)}\n`, `tkt${'x'.repeat(59)}`],
    ['tkt..\n', 'tkt..'],
    ['tkt\nmore\n', 'tkt'],
  ])('whose primary says %j', async (content, expected) => {
    const folder = fresh()
    fs.mkdirSync(folder)
    fs.writeFileSync(`${folder}/primary`, content)
    const named = resolveCcache(`DIR:${folder}/`, world(), CONFIG)
    if (expected !== 'invalid') return expect((await named).name).toBe(`DIR::${folder}/${expected}`)
    const error = await failure(named)
    expect([error.code, error.message]).toEqual(['KRB5_CC_FORMAT', `${folder}/primary contains invalid filename`])
  })

  it.each([
    ['foo', 'Subsidiary cache path foo has no parent directory'],
    ['/x/foo', 'Subsidiary cache path /x/foo filename does not begin with "tkt"'],
    ['/x/tkt/', 'Subsidiary cache path /x/tkt/ filename does not begin with "tkt"'],
    ['/x/tkt/../foo', 'Subsidiary cache path /x/tkt/../foo filename does not begin with "tkt"'],
  ])('DIR::%s is no cache', async (path, text) => {
    const error = await failure(resolveCcache(`DIR::${path}`, world(), CONFIG))
    expect([error.code, error.message]).toEqual(['KRB5_CC_BADNAME', text])
  })

  it('lists its caches, the primary one first, and nothing else', async () => {
    const folder = fresh()
    const env = world({ KRB5CCNAME: `DIR:${folder}` })
    const first = await resolveCcache(undefined, env, CONFIG)
    expect(await names(undefined, env)).toEqual([])
    await first.replace(ALICE, [credential({})], [])
    for (const name of ['tktb', 'tktc', 'other']) fs.writeFileSync(`${folder}/${name}`, '')
    expect((await names(undefined, env))[0]).toBe(`DIR::${folder}/tkt`)
    await makePrimary(await resolveCcache(`DIR::${folder}/tktc`, env, CONFIG), env, CONFIG)
    const listed = await names(undefined, env)
    expect([listed[0], listed.sort()]).toEqual([`DIR::${folder}/tktc`, ['tkt', 'tktb', 'tktc'].map(name => `DIR::${folder}/${name}`)])
    expect(await names(`DIR::${folder}/tktb`, env)).toEqual([`DIR::${folder}/tktb`])
    fs.writeFileSync(`${folder}/primary`, '../tkt\n')
    expect(await names(undefined, env)).toHaveLength(3)
    expect(await names(`DIR:${folder}-missing`, env)).toEqual([])
  })

  it('gets a new cache beside that of another client, under a name of its own', async () => {
    const folder = fresh()
    const env = world({ KRB5CCNAME: `DIR:${folder}` })
    const primary = await resolveCcache(undefined, env, CONFIG)
    expect((await chooseCacheFor(BOB, primary, env, CONFIG)).how).toBe('default')
    await primary.replace(ALICE, [], [])
    const { cache, how } = await chooseCacheFor(BOB, primary, env, CONFIG)
    expect([how, cache.name]).toEqual(['new', expect.stringMatching(new RegExp(`^DIR::${folder}/tkt[A-Za-z0-9]{6}$`))])
    await cache.replace(BOB, [], [])
    expect(await chooseCacheFor(BOB, primary, env, CONFIG)).toMatchObject({ how: 'existing', cache: { name: cache.name } })
    const alone = world({ KRB5CCNAME: `DIR::${folder}/tkt` })
    expect((await failure(chooseCacheFor(BOB, primary, alone, CONFIG))).code).toBe('KRB5_DCC_CANNOT_CREATE')
  })
})

function fresh(): string {
  return scratch.file(`caches-${made++}`)
}

async function names(name: string | undefined, env: ReturnType<typeof world>): Promise<string[]> {
  const found: string[] = []
  for await (const cache of await openCollection(name, env, CONFIG)) found.push(cache.name)
  return found
}
