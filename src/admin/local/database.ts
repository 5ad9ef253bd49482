import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { type DatabaseConfig, destroyStore, openStore } from '../../kdc/store/index.ts'
import type { Store } from '../../kdc/store/store.ts'

export function databaseOf({ realm, databaseName, database }: KdcConfig): DatabaseConfig {
  return { realm, databaseName, dbLibrary: database.library }
}

/** The realm's store, for writing. A failure carries MIT's words: `Cannot open DB2 database 'F': No such file or directory`. */
export function openDatabase(config: KdcConfig): Promise<Store> {
  return naming(config, () => openStore(databaseOf(config), 'write'))
}

export function destroyDatabase(config: KdcConfig): Promise<void> {
  return naming(config, () => destroyStore(databaseOf(config)))
}

/** The name that MIT's users know is the database's, whatever our file is called. */
export async function naming<T>({ databaseName }: KdcConfig, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError) || !FILE_ERRORS.has(error.code)) throw error
    const text = `Cannot open DB2 database '${databaseName}': ${error.message}`
    throw new KrbError(error.code, { ...error.params, path: databaseName }, { text, hints: error.hints, cause: error })
  }
}

const FILE_ERRORS: ReadonlySet<string> = new Set(['ENOENT', 'EEXIST', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS'])
