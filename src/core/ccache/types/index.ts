import type { ClientConfig } from '../../config/krb5-conf.ts'
import type { Env } from '../../env.ts'
import type { CcachePrefix, CcacheType } from '../ccache.ts'
import type { CcacheVersion } from '../format.ts'
import { fileCcacheType } from './file.ts'
import { memoryCcacheType } from './memory.ts'

export interface TypeSettings {
  /** Of new files. */
  readonly fileVersion: CcacheVersion
  readonly kcmSocket: ClientConfig['kcmSocket']
}

/** Every kind of cache by the prefix of its names, which is case-sensitive. Those that few machines use are loaded when they are. */
export const CCACHE_TYPES: { readonly [P in CcachePrefix]: (env: Env, settings: TypeSettings) => CcacheType | Promise<CcacheType> } = {
  FILE: (env, { fileVersion }) => fileCcacheType(env, fileVersion),
  MEMORY: memoryCcacheType,
  DIR: async (env, { fileVersion }) => (await import('./dir.ts')).dirCcacheType(env, fileVersion),
  KCM: async (env, { kcmSocket }) => (await import('./kcm.ts')).kcmCcacheType(env, kcmSocket),
  KEYRING: async env => (await import('./keyring.ts')).keyringCcacheType(env),
}
