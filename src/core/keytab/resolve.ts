import type { ClientConfig } from '../config/krb5-conf.ts'
import { expandTokens } from '../config/tokens.ts'
import type { Env } from '../env.ts'
import { KrbError } from '../errors/krb-error.ts'
import type { Keytab } from './keytab.ts'
import { KEYTAB_TYPES } from './types/index.ts'

/** Acceptors' keys, or the keys a client gets its own tickets with. */
export type KeytabRole = 'server' | 'client'

export type KeytabConfig = Pick<ClientConfig, 'defaultKeytabName' | 'defaultClientKeytabName'>

/**
 * The keytab called `name`, or the default one of `role`. A name is `TYPE:residual`; one without a colon, with a single letter before
 * it, or starting with a slash is a file. Throws `KRB5_KT_UNKNOWN_TYPE`. Nothing is opened yet.
 */
export async function resolveKeytab(name: string | undefined, env: Env, config: KeytabConfig, role: KeytabRole): Promise<Keytab> {
  const full = name ?? defaultKeytabName(env, config, role)
  const [prefix, residual] = splitName(full)
  const type = Object.hasOwn(KEYTAB_TYPES, prefix) ? KEYTAB_TYPES[prefix] : undefined
  if (type === undefined) throw new KrbError('KRB5_KT_UNKNOWN_TYPE', { name: full, type: prefix })
  return type(residual, env)
}

/** The environment variable as it stands, else the configured name with its tokens expanded. */
function defaultKeytabName(env: Env, config: KeytabConfig, role: KeytabRole): string {
  if (role === 'server') return env.vars.KRB5_KTNAME ?? expandTokens(config.defaultKeytabName, env)
  return env.vars.KRB5_CLIENT_KTNAME ?? expandTokens(config.defaultClientKeytabName, env)
}

function splitName(name: string): readonly [prefix: string, residual: string] {
  const colon = name.indexOf(':')
  if (colon < 0 || name.startsWith('/') || /^[A-Za-z]:/.test(name)) return ['FILE', name]
  return [name.slice(0, colon), name.slice(colon + 1)]
}
