import type { Bytes } from '../../bytes/bytes.ts'
import type { Env } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { Principal } from '../../principal/principal.ts'
import type { Ccache, CcacheType } from '../ccache.ts'
import { configCredential, configEntryOf, isConfigEntry, isConfigFor } from '../config-entry.ts'
import type { ConfigEntry, Credential } from '../credential.ts'
import type { TimeOffset } from '../format.ts'

/** MEMORY caches live as long as `env`, and the same name in the same `env` is the same cache. */
export function memoryCcacheType(env: Env): CcacheType {
  return {
    prefix: 'MEMORY',
    async resolve(residual) {
      const caches = CACHES.get(env) ?? new Map<string, Ccache>()
      CACHES.set(env, caches)
      const cache = caches.get(residual) ?? memoryCcache(residual)
      caches.set(residual, cache)
      return cache
    },
  }
}

/** A cache of its own, known to nobody by its name. */
export function memoryCcache(residual: string): Ccache {
  return new MemoryCcache(residual)
}

class MemoryCcache implements Ccache {
  readonly name: string
  #client: Principal | undefined
  #offset: TimeOffset = NO_OFFSET
  #held: readonly Credential[] = []

  constructor(residual: string) {
    this.name = `MEMORY:${residual}`
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
    this.#held = [...config.map(entry => configCredential(entry, client)), ...credentials]
  }

  async store(credential: Credential): Promise<void> {
    this.#requireClient()
    this.#held = [...this.#held, credential]
  }

  async *credentials(): AsyncIterable<Credential> {
    this.#requireClient()
    for (const credential of this.#held) if (!isConfigEntry(credential)) yield credential
  }

  async *configEntries(): AsyncIterable<ConfigEntry> {
    this.#requireClient()
    for (const credential of this.#held) {
      const entry = configEntryOf(credential)
      if (entry !== undefined) yield entry
    }
  }

  async config(key: string, server?: Principal): Promise<Bytes | undefined> {
    this.#requireClient()
    const exact = this.#held.find(credential => isConfigFor(credential, key, server))
    return (exact ?? this.#held.find(credential => isConfigFor(credential, key, undefined)))?.ticket
  }

  async setConfig(key: string, value: Bytes, server?: Principal): Promise<void> {
    const client = this.#requireClient()
    const others = this.#held.filter(credential => !isConfigFor(credential, key, server))
    this.#held = [...others, configCredential(server === undefined ? { key, value } : { key, server, value }, client)]
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
    if (this.#client === undefined) throw new KrbError('KRB5_FCC_NOFILE', { cache: this.name })
    return this.#client
  }
}

const NO_OFFSET: TimeOffset = { seconds: 0, micros: 0 }

/** Not state of the module: it hangs on the `Env` that the program made, and goes with it. */
const CACHES = new WeakMap<Env, Map<string, Ccache>>()
