import type { ClientConfig } from '../config/krb5-conf.ts'
import { expandTokens } from '../config/tokens.ts'
import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import type { Ccache, CcachePrefix, CcacheType } from './ccache.ts'
import type { CcacheVersion } from './format.ts'
import { CCACHE_TYPES } from './types/index.ts'

export type CcacheConfig = Pick<ClientConfig, 'defaultCcacheName' | 'ccacheType'> & Partial<Pick<ClientConfig, 'kcmSocket'>>

/**
 * The cache called `name`, or the default one; of a collection its primary. A name is `TYPE:residual`; without a colon it is a file, and
 * so is one with a single letter before the colon (a drive). Throws `KRB5_CC_UNKNOWN_TYPE` and what the type has to say about the name.
 */
export async function resolveCcache(name: string | undefined, env: Env, config: CcacheConfig): Promise<Ccache> {
  const { type, residual } = await ccacheTypeOf(name, env, config)
  return type.resolve(residual)
}

/** The type that `name`, or the default name, belongs to, and the rest of the name. Throws `KRB5_CC_UNKNOWN_TYPE`. */
export async function ccacheTypeOf(
  name: string | undefined,
  env: Env,
  config: CcacheConfig,
): Promise<{ readonly type: CcacheType; readonly residual: string }> {
  const full = name ?? defaultCcacheName(env, config)
  const [prefix, residual] = splitName(full)
  if (!isPrefix(prefix)) {
    const hints = [`${prefix} is none of ${Object.keys(CCACHE_TYPES).join(', ')}; case counts`]
    throw new KrbError('KRB5_CC_UNKNOWN_TYPE', { name: full, type: prefix }, { hints })
  }
  const settings = { fileVersion: fileVersion(config), kcmSocket: config.kcmSocket ?? NO_SOCKET }
  return { type: await CCACHE_TYPES[prefix](env, settings), residual }
}

/**
 * KRB5CCNAME as it stands, else `default_ccache_name` with its tokens expanded. Throws `KRB5_FCC_INTERNAL` for
 * a bad token, as MIT's library does.
 */
export function defaultCcacheName(env: Env, config: CcacheConfig): string {
  const set = env.vars.KRB5CCNAME
  if (set !== undefined) return set
  const template = config.defaultCcacheName
  try {
    return expandTokens(template, env)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError('KRB5_FCC_INTERNAL', { name: template }, { hints: [`default_ccache_name = ${template}`], cause: error })
  }
}

function splitName(name: string): readonly [prefix: string, residual: string] {
  const colon = name.indexOf(':')
  if (colon < 0 || /^[A-Za-z]:/.test(name)) return ['FILE', name]
  return [name.slice(0, colon), name.slice(colon + 1)]
}

function isPrefix(text: string): text is CcachePrefix {
  return Object.hasOwn(CCACHE_TYPES, text)
}

/** `ccache_type`: what new FILE caches look like; MIT takes any other number for the newest. */
function fileVersion({ ccacheType }: CcacheConfig): CcacheVersion {
  return ccacheType === 1 || ccacheType === 2 || ccacheType === 3 ? ccacheType : 4
}

/** As `kcm_socket = -`. */
const NO_SOCKET = '-'
