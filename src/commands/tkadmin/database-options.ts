import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import { parseKeySalts } from '../../core/config/key-salts.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

/** What -d, -x and -e change in the configuration. */
export interface DatabaseOptions {
  readonly database?: string | undefined
  readonly arguments: readonly string[]
  readonly keySalts?: string | undefined
}

export function withDatabaseOptions(config: KdcConfig, options: DatabaseOptions): KdcConfig {
  const name = options.arguments.map(dbname).findLast(value => value !== undefined) ?? options.database
  const keySalts = parseKeySalts(options.keySalts ?? '')
  return withValues(config, { databaseName: name, supportedEnctypes: keySalts.length > 0 ? keySalts : undefined })
}

/** The configuration with some values replaced; it reads its relations when asked, and copied property by property it stays that way. */
export function withValues(config: KdcConfig, changes: { readonly [K in keyof KdcConfig]?: KdcConfig[K] | undefined }): KdcConfig {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  const descriptors = given.map(([name, value]) => [name, { value, enumerable: true, configurable: true }] as const)
  return Object.defineProperties({} as KdcConfig, { ...Object.getOwnPropertyDescriptors(config), ...Object.fromEntries(descriptors) })
}

/** Arguments that tune MIT's modules mean nothing here and are taken; others throw `EINVAL`, when the database is about to be opened. */
export function checkDatabaseArguments(words: readonly string[]): void {
  for (const word of words) {
    const key = word.split('=', 1)[0]!
    if (dbname(word) === undefined && !TUNING.has(key)) throw new KrbError('EINVAL', {}, { text: `Unsupported argument "${key}" for db2` })
  }
}

function dbname(word: string): string | undefined {
  return word.startsWith('dbname=') ? word.slice('dbname='.length) : undefined
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
