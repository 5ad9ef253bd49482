import type { Bytes } from '../../bytes/bytes.ts'
import { concat } from '../../bytes/bytes.ts'
import { encodeText } from '../../bytes/text.ts'
import type { Env, Files, Patch } from '../../env.ts'
import { type ErrorCode, KrbError } from '../../errors/krb-error.ts'
import { ERRORS } from '../../errors/tables/index.ts'
import type { Principal } from '../../principal/principal.ts'
import type { CcacheType } from '../ccache.ts'
import { configCredential, isConfigEntry, isConfigFor, REMOVED_CONFIG_REALM } from '../config-entry.ts'
import type { ConfigEntry, Credential } from '../credential.ts'
import { EntryCache, entriesToWrite, listOf, NO_OFFSET, settingOf } from '../entry-cache.ts'
import {
  type CcacheHead,
  type CcacheVersion,
  decodeCredentials,
  decodeHead,
  decodeVersion,
  encodeCredential,
  encodeHead,
  isRemoved,
  type PlacedCredential,
  type TimeOffset,
} from '../format.ts'

/** FILE caches; `version` is what `replace` writes (`ccache_type`). */
export function fileCcacheType(env: Env, version: CcacheVersion): CcacheType {
  const resolve = async (path: string) => new FileCcache(`FILE:${path}`, path, env.files, version)
  return {
    prefix: 'FILE',
    resolve,
    async members(path) {
      const present = (await env.files.stat(path).catch(absent)) !== undefined
      return listOf(present ? [await resolve(path)] : [])
    },
  }
}

/**
 * One cache in one file. A store into a file of another version than ours keeps that file's version.
 */
export class FileCcache extends EntryCache {
  readonly #path: string
  readonly #files: Files
  readonly #version: CcacheVersion

  constructor(name: string, path: string, files: Files, version: CcacheVersion) {
    super(name)
    this.#path = path
    this.#files = files
    this.#version = version
  }

  async principal(): Promise<Principal> {
    return (await this.#head()).principal
  }

  async offset(): Promise<TimeOffset> {
    return (await this.#head()).offset ?? NO_OFFSET
  }

  /** The header always carries an offset, zero included, as MIT's kinit writes it. */
  async replace(
    client: Principal,
    credentials: readonly Credential[],
    config: readonly ConfigEntry[],
    offset: TimeOffset = NO_OFFSET,
  ): Promise<void> {
    const parts = entriesToWrite(client, credentials, config).map(entry => encodeCredential(entry, this.#version))
    const content = concat(encodeHead(this.#version, client, offset), ...parts)
    for (const part of parts) part.fill(0)
    await this.#guard(() => this.#files.replace(this.#path, content, { mode: 0o600 }).finally(() => content.fill(0)), 'plain')
  }

  async store(credential: Credential): Promise<void> {
    await this.#guard(async () => {
      const version = decodeVersion(await this.#files.readLocked(this.#path, { first: VERSION_OCTETS }))
      const record = encodeCredential(credential, version)
      await this.#files.append(this.#path, record).finally(() => record.fill(0))
    })
  }

  async *entries(): AsyncIterable<Credential> {
    const octets = await this.#guard(() => this.#files.readLocked(this.#path))
    try {
      for (const { credential } of decodeCredentials(octets, decodeHead(octets), { takeOver: true })) {
        if (!isRemoved(credential)) yield credential
      }
    } catch (error) {
      throw error instanceof KrbError ? fileCacheError(error, this.#path, 'with file name') : error
    }
  }

  async setConfig(key: string, value: Bytes, server?: Principal): Promise<void> {
    const client = await this.principal()
    await this.#removeIf(credential => isConfigFor(credential, key, server))
    await this.store(configCredential(settingOf(key, value, server), client))
  }

  async remove(match: (credential: Credential) => boolean): Promise<number> {
    return this.#removeIf(credential => !isConfigEntry(credential) && match(credential))
  }

  async destroy(): Promise<void> {
    await this.#guard(() => this.#files.shred(this.#path), 'plain')
  }

  async #head(): Promise<CcacheHead> {
    return this.#guard(async () => decodeHead(await this.#files.readLocked(this.#path, { first: MOST_HEAD })))
  }

  /** In place and of the same length, so that a process in the middle of reading keeps its footing. */
  async #removeIf(match: (credential: Credential) => boolean): Promise<number> {
    let removed = 0
    await this.#guard(() =>
      this.#files.edit(this.#path, octets => {
        const patches: Patch[] = []
        removed = 0
        try {
          for (const placed of decodeCredentials(octets, decodeHead(octets))) {
            if (isRemoved(placed.credential) || !match(placed.credential)) continue
            patches.push(...removalPatches(placed))
            removed++
          }
        } finally {
          octets.fill(0)
        }
        return patches
      }),
    )
    return removed
  }

  async #guard<T>(task: () => Promise<T>, wording: Wording = 'with file name'): Promise<T> {
    try {
      return await task()
    } catch (error) {
      throw error instanceof KrbError ? fileCacheError(error, this.#path, wording) : error
    }
  }
}

function absent(error: unknown): undefined {
  if (!(error instanceof KrbError)) throw error
  return undefined
}

const VERSION_OCTETS = 2
/** Header and default principal are far below. */
const MOST_HEAD = 1 << 18

/** MIT's kinit and kdestroy leave the file's name out when they cannot write or destroy; everybody else says it. */
type Wording = 'plain' | 'with file name'

/**
 * MIT's code and text for a failure on the file at `path`. Reading a folder or a device is a cache in a bad format, since that is what
 * MIT's library makes of their content; replacing or destroying one is not permitted.
 */
function fileCacheError(error: KrbError, path: string, wording: Wording): KrbError {
  const writing = wording === 'plain' ? WRITING : undefined
  const code = writing?.[error.code] ?? BY_ERRNO[error.code] ?? (error.number > 0 ? 'KRB5_CC_IO' : error.code)
  const text = wording === 'plain' ? ERRORS[code].text : `${ERRORS[code].text} (filename: ${path})`
  return new KrbError(code, { ...error.params, path }, { text, hints: error.hints, cause: error })
}

function removalPatches(placed: PlacedCredential): Patch[] {
  const patches: Patch[] = [
    { at: placed.authtimeAt, content: Uint8Array.of(0xff, 0xff, 0xff, 0xff) },
    { at: placed.endtimeAt, content: new Uint8Array(4) },
  ]
  if (isConfigEntry(placed.credential)) patches.push({ at: placed.serverRealmAt, content: encodeText(REMOVED_CONFIG_REALM) })
  return patches
}

const BY_ERRNO: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = {
  ENOENT: 'KRB5_FCC_NOFILE',
  ENOTDIR: 'KRB5_FCC_NOFILE',
  ELOOP: 'KRB5_FCC_NOFILE',
  ENAMETOOLONG: 'KRB5_FCC_NOFILE',
  EPERM: 'KRB5_FCC_PERM',
  EACCES: 'KRB5_FCC_PERM',
  EROFS: 'KRB5_FCC_PERM',
  EISDIR: 'KRB5_CC_FORMAT',
  EINVAL: 'KRB5_CC_FORMAT',
  EEXIST: 'KRB5_FCC_INTERNAL',
  EBADF: 'KRB5_FCC_INTERNAL',
  EAGAIN: 'KRB5_FCC_INTERNAL',
}

const WRITING: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = { EISDIR: 'KRB5_FCC_PERM', EINVAL: 'KRB5_FCC_PERM' }
