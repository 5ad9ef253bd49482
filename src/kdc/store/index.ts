import { KrbError } from '../../core/errors/krb-error.ts'
import { lmdbBackend } from './lmdb/backend.ts'
import type { NewStore, Store, StoreBackend } from './store.ts'

export { memoryStore } from './memory.ts'

/** What of kdc.conf decides where the database is: `database_name` and `db_library` of the realm's module. */
export interface DatabaseConfig {
  readonly realm: string
  readonly databaseName: string
  readonly dbLibrary: string | undefined
}

/** Throws `ENOENT` when there is no database, `KRB5_KDB_DBTYPE_NOSUP` for a kind that we do not have. */
export async function openStore(config: DatabaseConfig, mode: 'read' | 'write'): Promise<Store> {
  return backendOf(config).open(paramsOf(config), mode)
}

/** A new database that must not exist yet, ours or MIT's of that name: `EEXIST`. It is built aside until `promote`. */
export async function createStore(config: DatabaseConfig): Promise<NewStore> {
  const backend = backendOf(config)
  if (await backend.exists(paramsOf(config))) throw new KrbError('EEXIST', { path: config.databaseName })
  return backend.create(paramsOf(config))
}

/** A new database that takes the place of the present one when promoted: load. */
export async function replaceStore(config: DatabaseConfig): Promise<NewStore> {
  return backendOf(config).create(paramsOf(config))
}

/** Throws `ENOENT` when there is none. */
export async function destroyStore(config: DatabaseConfig): Promise<void> {
  await backendOf(config).destroy(paramsOf(config))
}

function paramsOf({ realm, databaseName }: DatabaseConfig): { readonly realm: string; readonly path: string } {
  return { realm, path: databaseName }
}

function backendOf({ dbLibrary = 'db2' }: DatabaseConfig): StoreBackend {
  const backend = BACKENDS.get(dbLibrary)
  if (backend !== undefined) return backend
  if (dbLibrary !== 'kldap') throw new KrbError('KRB5_KDB_DBTYPE_NOTFOUND', { library: dbLibrary })
  const text = 'Database module kldap is not supported by tkrb5'
  throw new KrbError('KRB5_KDB_DBTYPE_NOSUP', { library: dbLibrary }, { text, hints: ['use db_library = klmdb, or leave it out'] })
}

/** MIT's names of local databases all mean ours. */
const BACKENDS: ReadonlyMap<string, StoreBackend> = new Map([
  ['db2', lmdbBackend],
  ['klmdb', lmdbBackend],
])
