import type { RootDatabase } from 'lmdb'
import type { Bytes } from '../../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { guarded } from './errors.ts'
import { identity, LOCK, touch } from './files.ts'
import { checkHeader } from './header.ts'
import type { Table } from './tables.ts'

export type Library = typeof import('lmdb')

/** A database file as lmdb has it open, and which file that was. */
export interface OpenFile {
  readonly root: RootDatabase<Bytes, Bytes>
  readonly principals: Table
  readonly policies: Table
  readonly about: Table
  readonly identity: string
}

/** `fresh`: one that is being built, without a header yet. Throws as `guarded`, and `KRB5_KDB_DB_CORRUPT` for what is no database. */
export function openFile(file: string, mode: 'read' | 'write', library: Library, fresh = false): OpenFile {
  return guarded(file, () => {
    if (!fresh) checkHeader(file)
    touch(file + LOCK, 0)
    const root = library.open<Bytes, Bytes>(file, {
      noSubdir: true,
      encoding: 'binary',
      keyEncoding: 'binary',
      readOnly: mode === 'read',
      overlappingSync: false,
      // What is being built becomes durable as a whole, by `promote`.
      noSync: fresh,
      maxDbs: 4,
      maxReaders: 512,
    })
    const table = (name: string): Table => root.openDB<Bytes, Bytes>({ name, encoding: 'binary', keyEncoding: 'binary' })
    return { root, principals: table('principals'), policies: table('policies'), about: table('about'), identity: identity(file)! }
  })
}

/** Writes down what the file is. */
export function writeFormat({ about }: OpenFile, realm: string): void {
  about.putSync(FORMAT_KEY, encodeText(`${FORMAT} ${realm}`))
}

/** Throws `KRB5_KDB_BAD_VERSION` for a file of another format, and closes it. */
export function requireFormat({ about, root }: OpenFile, path: string): void {
  const found = about.get(FORMAT_KEY)
  if (found !== undefined && decodeText(found).split(' ')[0] === FORMAT) return
  void root.close()
  throw new KrbError('KRB5_KDB_BAD_VERSION', { path })
}

const FORMAT = 'tkdb1'
const FORMAT_KEY = encodeText('format')
