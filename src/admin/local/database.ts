import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import { type ErrorCode, KrbError } from '../../core/errors/krb-error.ts'
import { createStore, type DatabaseConfig, destroyStore, openStore, replaceStore } from '../../kdc/store/index.ts'
import type { NewStore, Store } from '../../kdc/store/store.ts'

function databaseOf({ realm, databaseName, database }: KdcConfig): DatabaseConfig {
  return { realm, databaseName, dbLibrary: database.library }
}

/** The realm's store, for writing. A failure carries MIT's words: `Cannot open DB2 database 'F': No such file or directory`. */
export function openDatabase(config: KdcConfig): Promise<Store> {
  return naming(config, FILE_ERRORS, () => openStore(databaseOf(config), 'write'))
}

export function destroyDatabase(config: KdcConfig): Promise<void> {
  return destroyStore(databaseOf(config))
}

/** A new one, built aside. One that exists, ours or MIT's, is `EEXIST`. */
export function newDatabase(config: KdcConfig): Promise<NewStore> {
  return naming(config, ['EEXIST'], () => createStore(databaseOf(config)))
}

/** A new one, built aside, for the place of the present one. */
export function replacementDatabase(config: KdcConfig): Promise<NewStore> {
  return replaceStore(databaseOf(config))
}

/** The name that MIT's users know is the database's, whatever our file is called. */
async function naming<T>({ databaseName }: KdcConfig, codes: readonly ErrorCode[], task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError) || !codes.includes(error.code)) throw error
    const text = `Cannot open DB2 database '${databaseName}': ${error.message}`
    throw new KrbError(error.code, { ...error.params, path: databaseName }, { text, hints: error.hints, cause: error })
  }
}

const FILE_ERRORS: readonly ErrorCode[] = ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS']
