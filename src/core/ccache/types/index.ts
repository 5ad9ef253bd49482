import type { Env } from '../../env.ts'
import type { CcacheType } from '../ccache.ts'
import type { CcacheVersion } from '../format.ts'
import { fileCcacheType } from './file.ts'
import { memoryCcacheType } from './memory.ts'

/** Every kind of cache by the prefix of its names, which is case-sensitive. */
export const CCACHE_TYPES: Readonly<Record<string, (env: Env, fileVersion: CcacheVersion) => CcacheType>> = {
  FILE: fileCcacheType,
  MEMORY: memoryCcacheType,
}
