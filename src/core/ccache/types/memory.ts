import type { Bytes } from '../../bytes/bytes.ts'
import type { Env } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { Principal } from '../../principal/principal.ts'
import type { Ccache, CcacheType } from '../ccache.ts'
import { configCredential, isConfigEntry, isConfigFor } from '../config-entry.ts'
import type { ConfigEntry, Credential } from '../credential.ts'
import { EntryCache, entriesToWrite, listOf, NO_OFFSET, settingOf } from '../entry-cache.ts'
import type { TimeOffset } from '../format.ts'

/** MEMORY caches live as long as `env`, and the same name in the same `env` is the same cache. */
export function memoryCcacheType(env: Env): CcacheType {
  const resolve = async (residual: string) => heldCcache(`MEMORY:${residual}`, env)
  return { prefix: 'MEMORY', resolve, members: async residual => listOf([await resolve(residual)]) }
}

/** The cache called `name` (with its prefix) that lives as long as `env`; `absence` is how to say that nothing is in it. */
export function heldCcache(name: string, env: Env, absence?: string): Ccache {
  const caches = CACHES.get(env) ?? new Map<string, Ccache>()
  CACHES.set(env, caches)
  const cache = caches.get(name) ?? new MemoryCcache(name, absence)
  caches.set(name, cache)
  return cache
}

/** A cache of its own, known to nobody by its name. */
export function memoryCcache(residual: string): Ccache {
  return new MemoryCcache(`MEMORY:${residual}`)
}

class MemoryCcache extends EntryCache {
  readonly #absence: string | undefined
  #client: Principal | undefined
  #offset: TimeOffset = NO_OFFSET
  #held: readonly Credential[] = []

  constructor(name: string, absence?: string) {
    super(name)
    this.#absence = absence
  }

  async principal(): Promise<Principal> {
    return this.#requireClient()
  }

  async offset(): Promise<TimeOffset> {
    return this.#offset
  }

  async replace(
    client: Principal,
    credentials: readonly Credential[],
    config: readonly ConfigEntry[],
    offset: TimeOffset = NO_OFFSET,
  ): Promise<void> {
    this.#client = client
    this.#offset = offset
    this.#held = entriesToWrite(client, credentials, config)
  }

  async store(credential: Credential): Promise<void> {
    this.#requireClient()
    this.#held = [...this.#held, credential]
  }

  async *entries(): AsyncIterable<Credential> {
    this.#requireClient()
    yield* this.#held
  }

  async setConfig(key: string, value: Bytes, server?: Principal): Promise<void> {
    const client = this.#requireClient()
    const others = this.#held.filter(credential => !isConfigFor(credential, key, server))
    this.#held = [...others, configCredential(settingOf(key, value, server), client)]
  }

  async remove(match: (credential: Credential) => boolean): Promise<number> {
    this.#requireClient()
    const before = this.#held.length
    this.#held = this.#held.filter(credential => isConfigEntry(credential) || !match(credential))
    return before - this.#held.length
  }

  async destroy(): Promise<void> {
    this.#client = undefined
    this.#offset = NO_OFFSET
    this.#held = []
  }

  #requireClient(): Principal {
    if (this.#client !== undefined) return this.#client
    throw new KrbError('KRB5_FCC_NOFILE', { cache: this.name }, this.#absence === undefined ? {} : { text: this.#absence })
  }
}

/** Not state of the module: it hangs on the `Env` that the program made, and goes with it. */
const CACHES = new WeakMap<Env, Map<string, Ccache>>()
