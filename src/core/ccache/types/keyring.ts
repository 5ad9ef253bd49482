import type { Bytes } from '../../bytes/bytes.ts'
import { Reader } from '../../bytes/reader.ts'
import { Writer } from '../../bytes/writer.ts'
import type { Env } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import { type Principal, unparsePrincipal } from '../../principal/principal.ts'
import type { Ccache, CcacheType } from '../ccache.ts'
import { configCredential, isConfigEntry } from '../config-entry.ts'
import type { ConfigEntry, Credential } from '../credential.ts'
import { EntryCache, entriesToWrite, NO_OFFSET, settingOf } from '../entry-cache.ts'
import { decodeCredential, decodePrincipal, encodeCredential, encodePrincipal, type TimeOffset } from '../format.ts'
import {
  type CollectionRing,
  isFleeting,
  type KeyringName,
  openCollection,
  parseKeyringName,
  primaryName,
  setPrimaryName,
} from '../keyring/anchor.ts'
import type { KeyId, Keys } from '../keyring/keys.ts'
import { randomLetters } from '../random-letters.ts'
import { heldCcache } from './memory.ts'

/**
 * KEYRING caches: keys in the kernel's keyrings, one keyring a collection, one in it a cache, one key in that a credential. They never
 * reach a disk, and the kernel drops them when they expire.
 */
export function keyringCcacheType(env: Env): CcacheType {
  return {
    prefix: 'KEYRING',
    async resolve(residual) {
      const name = parseKeyringName(residual)
      if (isFleeting(name)) return fleetingCache(name, env)
      const collection = await openCollection(name, env)
      return cacheIn(collection, name, name.subsidiary ?? (await primaryName(name, collection)), env)
    },
    members: async residual => membersOf(parseKeyringName(residual), env),
    switching: {
      async create(residual) {
        const name = parseKeyringName(residual)
        if (name.subsidiary !== undefined) throw new KrbError('KRB5_DCC_CANNOT_CREATE', {}, { text: ALREADY_SUBSIDIARY })
        const subsidiary = `krb_ccache_${randomLetters(7, env)}`
        return isFleeting(name)
          ? fleetingCache({ ...name, subsidiary }, env)
          : cacheIn(await openCollection(name, env), name, subsidiary, env)
      },
      async setPrimary(cache) {
        const name = parseKeyringName(cache.name.slice('KEYRING:'.length))
        if (!isFleeting(name)) await setPrimaryName(name.subsidiary ?? '', await openCollection(name, env))
      },
    },
  }
}

class KeyringCcache extends EntryCache {
  readonly #subsidiary: string
  readonly #collection: CollectionRing
  readonly #keys: Keys
  readonly #legacy: boolean
  /** Old programs look for the first cache of a legacy collection in the session itself, and stumble over time offsets. */
  readonly #inSession: boolean
  readonly #env: Env
  /** Where the cache was last found; whoever replaces a cache as a whole puts another keyring in its place. */
  #found: KeyId | undefined

  constructor(name: KeyringName & { readonly subsidiary: string }, collection: CollectionRing, env: Env) {
    super(`KEYRING:${name.anchor}:${name.collection}:${name.subsidiary}`)
    this.#subsidiary = name.subsidiary
    this.#collection = collection
    this.#keys = collection.keys
    this.#legacy = name.anchor === 'legacy'
    this.#inSession = this.#legacy && name.subsidiary === name.collection
    this.#env = env
  }

  async principal(): Promise<Principal> {
    const ring = await this.#ring()
    const key = ring === undefined ? undefined : await this.#keys.search(ring, 'user', PRINCIPAL_KEY)
    if (key === undefined) throw new KrbError('KRB5_FCC_NOFILE', { cache: this.name }, { text: absence(this.name) })
    return decodePrincipal(await this.#read(key))
  }

  async offset(): Promise<TimeOffset> {
    const key = await this.#keys.search(await this.#requireRing(), 'user', OFFSETS_KEY)
    if (key === undefined) return NO_OFFSET
    const reader = new Reader(await this.#read(key), ({ field, offset }) => new KrbError('KRB5_CC_END', { field, offset }))
    return { seconds: reader.i32('seconds'), micros: reader.i32('micros') }
  }

  /** Built aside and put in the old one's place with one link. */
  async replace(
    client: Principal,
    credentials: readonly Credential[],
    config: readonly ConfigEntry[],
    offset: TimeOffset = NO_OFFSET,
  ): Promise<void> {
    const { anchor, ring } = this.#collection
    const keys = this.#keys
    const staging = await keys.addKeyring(`_tkrb5_${randomLetters(8, this.#env)}`, anchor)
    try {
      await keys.expireIn(STAGING_SECONDS, staging)
      const cache = await keys.addKeyring(this.#subsidiary, staging)
      await keys.addKey('user', PRINCIPAL_KEY, encodePrincipal(client), cache)
      if (!this.#inSession) await keys.addKey('user', OFFSETS_KEY, encodeOffset(offset), cache)
      const entries = entriesToWrite(client, credentials, config)
      for (const entry of entries) await this.#add(entry, cache)
      await this.#expire(cache, latest(entries))
      await keys.link(cache, ring)
      this.#found = cache
      if (this.#inSession) await keys.link(cache, anchor)
    } finally {
      await keys.unlink(staging, anchor)
    }
  }

  async store(credential: Credential): Promise<void> {
    const ring = await this.#requireRing()
    await this.#add(credential, ring)
    const entries: Credential[] = []
    for await (const entry of this.entries()) entries.push(entry)
    await this.#expire(ring, latest(entries))
  }

  async *entries(): AsyncIterable<Credential> {
    for await (const { entry } of this.#keyed(await this.#requireRing())) yield entry
  }

  async remove(match: (credential: Credential) => boolean): Promise<number> {
    const ring = await this.#requireRing()
    let removed = 0
    for await (const { key, entry } of this.#keyed(ring)) {
      if (isConfigEntry(entry) || !match(entry)) continue
      await this.#keys.unlink(key, ring)
      removed++
    }
    return removed
  }

  /** The key of the same setting is replaced, since it has the same name. */
  async setConfig(key: string, value: Bytes, server?: Principal): Promise<void> {
    const client = await this.principal()
    await this.#add(configCredential(settingOf(key, value, server), client), await this.#requireRing())
  }

  /** As MIT's library, which has nothing to say about a cache that is not there. */
  async destroy(): Promise<void> {
    const ring = await this.#ring()
    if (ring === undefined) return
    this.#found = undefined
    await this.#keys.clear(ring)
    await this.#keys.unlink(ring, this.#collection.ring)
    if (this.#inSession) await this.#keys.unlink(ring, this.#collection.anchor).catch(ignoreAbsence)
  }

  async #ring(): Promise<KeyId | undefined> {
    this.#found ??= await this.#keys.search(this.#collection.ring, 'keyring', this.#subsidiary)
    return this.#found
  }

  async #requireRing(): Promise<KeyId> {
    const ring = await this.#ring()
    if (ring === undefined) throw new KrbError('KRB5_FCC_NOFILE', { cache: this.name })
    return ring
  }

  async *#keyed(ring: KeyId): AsyncIterable<{ readonly key: KeyId; readonly entry: Credential }> {
    const others = [await this.#keys.search(ring, 'user', PRINCIPAL_KEY), await this.#keys.search(ring, 'user', OFFSETS_KEY)]
    for (const key of await this.#keys.list(ring)) {
      const entry = others.includes(key) ? undefined : await this.#entry(key)
      if (entry !== undefined) yield { key, entry }
    }
  }

  /** undefined for a key that somebody took away meanwhile. */
  async #entry(key: KeyId): Promise<Credential | undefined> {
    let octets: Bytes
    try {
      octets = await this.#keys.read(key)
    } catch (error) {
      if (!(error instanceof KrbError)) throw error
      if (error.code === 'ENOKEY' || error.code === 'EACCES') return undefined
      throw new KrbError('KRB5_FCC_NOFILE', { cache: this.name }, { cause: error })
    }
    return decodeCredential(octets, 4, { takeOver: true })
  }

  async #read(key: KeyId): Promise<Bytes> {
    try {
      return await this.#keys.read(key)
    } catch (error) {
      throw error instanceof KrbError ? new KrbError('KRB5_CC_IO', { cache: this.name }, { cause: error }) : error
    }
  }

  /** A big_key may be swapped out but not read from swap; kernels without them, and legacy caches, have user keys. */
  async #add(credential: Credential, ring: KeyId): Promise<void> {
    const name = unparsePrincipal(credential.server)
    const types = this.#legacy ? (['user'] as const) : (['big_key', 'user'] as const)
    for (const type of types) {
      try {
        const key = await this.#keys.addKey(type, name, encodeCredential(credential, 4), ring)
        const left = credential.endtime - this.#env.clock.now().seconds
        if (left > 0) await this.#keys.expireIn(left, key)
        return
      } catch (error) {
        if (type === 'big_key' && error instanceof KrbError && (error.code === 'EINVAL' || error.code === 'ENODEV')) continue
        throw error
      }
    }
  }

  /** The cache goes with its last ticket; one in which all is over lives one more second. */
  async #expire(ring: KeyId, endtime: number): Promise<void> {
    if (endtime === 0) return
    await this.#keys.expireIn(Math.max(endtime - this.#env.clock.now().seconds, 1), ring)
  }
}

async function* membersOf(name: KeyringName, env: Env): AsyncIterable<Ccache> {
  if (isFleeting(name)) return
  const collection = await openCollection(name, env)
  const { keys, ring } = collection
  const first = name.subsidiary ?? (await primaryName(name, collection))
  if ((await keys.search(ring, 'keyring', first)) !== undefined) yield cacheIn(collection, name, first, env)
  if (name.subsidiary !== undefined) return
  for (const key of await keys.list(ring)) {
    const described = await keys.describe(key).catch(ignoreAbsence)
    if (described?.type === 'keyring' && described.name !== first) yield cacheIn(collection, name, described.name, env)
  }
}

function cacheIn(collection: CollectionRing, name: KeyringName, subsidiary: string, env: Env): Ccache {
  return new KeyringCcache({ ...name, subsidiary }, collection, env)
}

/** Keyrings of this process are of no use to any other, and we have none: such a cache is kept in memory. */
function fleetingCache({ anchor, collection, subsidiary }: KeyringName, env: Env): Ccache {
  const full = `KEYRING:${anchor}:${collection}:${subsidiary ?? (collection === '' ? 'tkt' : collection)}`
  return heldCcache(full, env, absence(full))
}

function absence(fullName: string): string {
  return `Credentials cache keyring '${fullName.slice('KEYRING:'.length)}' not found`
}

function latest(entries: readonly Credential[]): number {
  return entries.reduce((end, { endtime }) => Math.max(end, endtime), 0)
}

function encodeOffset({ seconds, micros }: TimeOffset): Bytes {
  return new Writer('big', 8).u32(seconds).u32(micros).finish()
}

function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof KrbError)) throw error
  return undefined
}

const PRINCIPAL_KEY = '__krb5_princ__'
const OFFSETS_KEY = '__krb5_time_offsets__'
const ALREADY_SUBSIDIARY = "Can't create new subsidiary cache because default cache is already a subsidiary"
/** A program that dies half-way leaves nothing behind for longer. */
const STAGING_SECONDS = 60
