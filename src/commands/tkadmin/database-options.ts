import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import { parseKeySalts } from '../../core/config/key-salts.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

/** What -d, -x and -e change in the configuration. Throws `EINVAL` for an argument that no database knows. */
export interface DatabaseOptions {
  readonly database?: string | undefined
  readonly arguments: readonly string[]
  readonly keySalts?: string | undefined
}

export function withDatabaseOptions(config: KdcConfig, options: DatabaseOptions): KdcConfig {
  const changes: PropertyDescriptorMap = {}
  const name = databaseName(options)
  if (name !== undefined) changes.databaseName = { value: name, enumerable: true }
  const keySalts = parseKeySalts(options.keySalts ?? '')
  if (keySalts.length > 0) changes.supportedEnctypes = { value: keySalts, enumerable: true }
  // The configuration reads its relations when asked: copied as it is, it stays that way.
  return Object.defineProperties({} as KdcConfig, { ...Object.getOwnPropertyDescriptors(config), ...changes })
}

/** -x comes after -d where both name the database. Arguments that tune MIT's modules mean nothing here. */
function databaseName(options: DatabaseOptions): string | undefined {
  let name = options.database
  for (const argument of options.arguments) {
    const [key, ...value] = argument.split('=')
    if (key === 'dbname' && value.length > 0) name = value.join('=')
    else if (!TUNING.has(key!)) throw new KrbError('EINVAL', {}, { text: `Unsupported argument "${key}" for db2` })
  }
  return name
}

const TUNING: ReadonlySet<string> = new Set([
  'temporary',
  'merge_nra',
  'hash',
  'lockiter',
  'unlockiter',
  'mapsize',
  'max_readers',
  'nosync',
])
