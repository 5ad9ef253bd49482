import type { Bytes } from '../../bytes/bytes.ts'
import type { Env } from '../../env.ts'
import { type ErrorCode, KrbError } from '../../errors/krb-error.ts'
import type { Principal } from '../../principal/principal.ts'
import type { Ccache, CcacheType } from '../ccache.ts'
import { configCredential, isConfigEntry, isConfigFor } from '../config-entry.ts'
import type { ConfigEntry, Credential } from '../credential.ts'
import { EntryCache, entriesToWrite, listOf, NO_OFFSET, settingOf } from '../entry-cache.ts'
import type { TimeOffset } from '../format.ts'
import { KcmConnection } from '../kcm/connection.ts'
import {
  credentialArgument,
  credentialsArgument,
  exactMatchArgument,
  KcmOp,
  nameArgument,
  numberArgument,
  principalArgument,
  readCredential,
  readCredentials,
  readName,
  readPrincipal,
  readSeconds,
  readUuids,
} from '../kcm/protocol.ts'

/**
 * KCM caches: a daemon keeps them (sssd-kcm, Heimdal's kcm) and decides by uid which ones a caller has. `KCM:` is all of them, and
 * as a cache the one that the daemon calls the default; other names are the daemon's own.
 */
export function kcmCcacheType(env: Env, socket: string): CcacheType {
  const daemon = new KcmConnection(socket, env)
  const cacheOf = (name: string): Ccache => new KcmCcache(name, daemon)
  const defaultName = async () => readName(await daemon.call(KcmOp.GET_DEFAULT_CACHE))
  return {
    prefix: 'KCM',
    async resolve(residual) {
      await daemon.open()
      return cacheOf(residual === '' ? await defaultName() : residual)
    },
    async members(residual) {
      await daemon.open()
      if (residual !== '') return listOf((await exists(residual, daemon)) ? [cacheOf(residual)] : [])
      const uuids = await cacheUuids(daemon)
      return uuids.length === 0 ? listOf([]) : membersOf(await defaultName(), uuids, daemon)
    },
    switching: {
      create: async () => cacheOf(readName(await daemon.call(KcmOp.GEN_NEW))),
      setPrimary: async cache => {
        await daemon.call(KcmOp.SET_DEFAULT_CACHE, nameArgument(cache.name.slice('KCM:'.length)))
      },
    },
  }
}

class KcmCcache extends EntryCache {
  readonly #residual: string
  readonly #daemon: KcmConnection

  constructor(residual: string, daemon: KcmConnection) {
    super(`KCM:${residual}`)
    this.#residual = residual
    this.#daemon = daemon
  }

  async principal(): Promise<Principal> {
    let principal: Principal | undefined
    try {
      principal = readPrincipal(await this.#call(KcmOp.GET_PRINCIPAL))
    } catch (error) {
      if (!isError(error, 'KRB5_FCC_NOFILE')) throw error
    }
    if (principal !== undefined) return principal
    throw new KrbError('KRB5_FCC_NOFILE', { cache: this.name }, { text: `Credentials cache '${this.name}' not found` })
  }

  /** A daemon that keeps no offsets has none to tell. */
  async offset(): Promise<TimeOffset> {
    try {
      return { seconds: readSeconds(await this.#call(KcmOp.GET_KDC_OFFSET)), micros: 0 }
    } catch (error) {
      if (error instanceof KrbError) return NO_OFFSET
      throw error
    }
  }

  /** All or nothing where the daemon can do that; otherwise one after the other, as MIT's library does then. */
  async replace(
    client: Principal,
    credentials: readonly Credential[],
    config: readonly ConfigEntry[],
    offset: TimeOffset = NO_OFFSET,
  ): Promise<void> {
    await this.#write(client, entriesToWrite(client, credentials, config), offset.seconds)
  }

  async store(credential: Credential): Promise<void> {
    await this.#call(KcmOp.STORE, credentialArgument(credential))
  }

  async *entries(): AsyncIterable<Credential> {
    const listed = await this.#ifSupported(async () => readCredentials(await this.#call(KcmOp.GET_CRED_LIST)))
    if (listed !== undefined) {
      yield* listed
      return
    }
    for (const uuid of readUuids(await this.#call(KcmOp.GET_CRED_UUID_LIST))) {
      try {
        yield readCredential(await this.#call(KcmOp.GET_CRED_BY_UUID, uuid))
      } catch (error) {
        // Removed by somebody since the list was made.
        if (!isError(error, 'KRB5_CC_END', 'KRB5_CC_NOTFOUND')) throw error
      }
    }
  }

  async remove(match: (credential: Credential) => boolean): Promise<number> {
    return this.#removeIf(credential => !isConfigEntry(credential) && match(credential))
  }

  async setConfig(key: string, value: Bytes, server?: Principal): Promise<void> {
    const client = await this.principal()
    await this.#removeIf(credential => isConfigFor(credential, key, server))
    await this.store(configCredential(settingOf(key, value, server), client))
  }

  async destroy(): Promise<void> {
    await this.#call(KcmOp.DESTROY)
  }

  /** sssd's daemon cannot remove: there the cache is written again without them. */
  async #removeIf(match: (credential: Credential) => boolean): Promise<number> {
    const all: Credential[] = []
    for await (const entry of this.entries()) all.push(entry)
    const doomed = all.filter(match)
    for (const credential of doomed) {
      const removed = await this.#ifSupported(() => this.#call(KcmOp.REMOVE_CRED, exactMatchArgument(credential)))
      if (removed !== undefined) continue
      const { seconds } = await this.offset()
      const kept = all.filter(entry => !match(entry))
      await this.#write(await this.principal(), kept, seconds)
      break
    }
    return doomed.length
  }

  async #write(client: Principal, entries: readonly Credential[], offsetSeconds: number): Promise<void> {
    const replaced = await this.#ifSupported(() =>
      this.#call(KcmOp.REPLACE, numberArgument(offsetSeconds), principalArgument(client), credentialsArgument(entries)),
    )
    if (replaced !== undefined) return
    await this.#call(KcmOp.INITIALIZE, principalArgument(client))
    await this.#ifSupported(() => this.#call(KcmOp.SET_KDC_OFFSET, numberArgument(offsetSeconds)))
    for (const entry of entries) await this.store(entry)
  }

  #call(op: KcmOp, ...args: readonly Bytes[]) {
    return this.#daemon.call(op, nameArgument(this.#residual), ...args)
  }

  /** undefined when the daemon does not have the operation; Heimdal's and sssd's have three ways to say so. */
  async #ifSupported<T>(task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task()
    } catch (error) {
      if (isError(error, 'KRB5_FCC_INTERNAL', 'KRB5_CC_IO', 'KRB5_CC_NOSUPP')) return undefined
      throw error
    }
  }
}

async function cacheUuids(daemon: KcmConnection): Promise<readonly Bytes[]> {
  try {
    return readUuids(await daemon.call(KcmOp.GET_CACHE_UUID_LIST))
  } catch (error) {
    if (isError(error, 'KRB5_FCC_NOFILE')) return []
    throw error
  }
}

/** The default cache first; caches that vanish meanwhile are left out. */
async function* membersOf(primary: string, uuids: readonly Bytes[], daemon: KcmConnection): AsyncIterable<Ccache> {
  if (await exists(primary, daemon)) yield new KcmCcache(primary, daemon)
  for (const uuid of uuids) {
    try {
      const name = readName(await daemon.call(KcmOp.GET_CACHE_BY_UUID, uuid))
      if (name !== primary) yield new KcmCcache(name, daemon)
    } catch (error) {
      if (!isError(error, 'KRB5_CC_END', 'KRB5_FCC_NOFILE')) throw error
    }
  }
}

async function exists(name: string, daemon: KcmConnection): Promise<boolean> {
  try {
    await daemon.call(KcmOp.GET_PRINCIPAL, nameArgument(name))
    return true
  } catch (error) {
    if (error instanceof KrbError) return false
    throw error
  }
}

function isError(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof KrbError && codes.includes(error.code)
}
