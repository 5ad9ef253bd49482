import type { Bytes } from '../../bytes/bytes.ts'
import { decodeText, encodeText } from '../../bytes/text.ts'
import type { Env, Files } from '../../env.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { Ccache, CcacheType } from '../ccache.ts'
import type { CcacheVersion } from '../format.ts'
import { randomLetters } from '../random-letters.ts'
import { FileCcache } from './file.ts'

/**
 * DIR caches: `DIR:/dir` is a collection, its members are the files /dir/tkt*, called `DIR::/dir/tkt*`, and /dir/primary names one of
 * them. No name from the folder or from `primary` leads out of the folder.
 */
export function dirCcacheType(env: Env, version: CcacheVersion): CcacheType {
  const { files } = env
  const cacheAt = (path: string): Ccache => new FileCcache(`DIR::${path}`, path, files, version)
  return {
    prefix: 'DIR',
    async resolve(residual) {
      if (residual.startsWith(':')) {
        const { folder } = splitPath(residual.slice(1))
        await requireFolder(folder, files)
        return cacheAt(residual.slice(1))
      }
      await requireFolder(residual, files)
      const primary = (await readPrimary(residual, files)) ?? (await writePrimary(residual, 'tkt', files))
      return cacheAt(join(residual, primary))
    },
    members: async residual => (residual.startsWith(':') ? oneOf(residual.slice(1), files, cacheAt) : membersOf(residual, files, cacheAt)),
    switching: {
      async create(residual) {
        if (residual === '' || residual.startsWith(':')) throw new KrbError('KRB5_DCC_CANNOT_CREATE', {}, { text: NO_COLLECTION })
        await requireFolder(residual, files)
        for (;;) {
          const path = join(residual, `tkt${randomLetters(6, env)}`)
          if ((await files.stat(path)) === undefined) return cacheAt(path)
        }
      },
      async setPrimary(cache) {
        const { folder, file } = splitPath(cache.name.slice('DIR::'.length))
        await writePrimary(folder, file, files)
      },
    },
  }
}

async function* oneOf(path: string, files: Files, cacheAt: (path: string) => Ccache): AsyncIterable<Ccache> {
  if (!(await exists(path, files))) return
  splitPath(path)
  yield cacheAt(path)
}

/** Primary first, then the folder's order. A folder that cannot be read has no members. */
async function* membersOf(folder: string, files: Files, cacheAt: (path: string) => Ccache): AsyncIterable<Ccache> {
  const names = await files.list(folder).catch(nothing)
  if (names === undefined) return
  const primary = await readPrimary(folder, files).catch(nothing)
  if (primary !== undefined && (await exists(join(folder, primary), files))) yield cacheAt(join(folder, primary))
  for (const name of names) if (isCacheFile(name) && name !== primary) yield cacheAt(join(folder, name))
}

async function exists(path: string, files: Files): Promise<boolean> {
  return (await files.stat(path).catch(nothing)) !== undefined
}

/** Makes the last component of a folder's path when it is not there. */
async function requireFolder(folder: string, files: Files): Promise<void> {
  const info = await files.stat(folder).catch(nothing)
  if (info?.kind === 'folder') return
  if (info !== undefined) {
    const text = `Credential cache directory ${folder} exists but is not a directory`
    throw new KrbError('KRB5_CC_FORMAT', { path: folder }, { text })
  }
  try {
    await files.makeFolder(folder, 0o700)
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    // Somebody else may have made it meanwhile.
    if (error.code === 'EEXIST' && (await files.stat(folder))?.kind === 'folder') return
    const text = `Credential cache directory ${folder} does not exist`
    throw new KrbError('KRB5_FCC_NOFILE', { path: folder }, { text, cause: error })
  }
}

/** undefined when there is no such file or it cannot be opened. Throws `KRB5_CC_FORMAT` for anything that is no name of a cache file. */
async function readPrimary(folder: string, files: Files): Promise<string | undefined> {
  const path = join(folder, 'primary')
  let content: Bytes
  try {
    content = await files.read(path, { maxBytes: MOST_PRIMARY })
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    if (error.code === 'EFBIG') throw invalidPrimary(path)
    return undefined
  }
  if (content.length === 0) throw new KrbError('KRB5_CC_IO', { path })
  const end = content.indexOf(NEWLINE)
  const name = decodeText(content.subarray(0, Math.max(end, 0)))
  if (end > LONGEST_PRIMARY || !isCacheFile(name) || name.includes('\\')) throw invalidPrimary(path)
  return name
}

async function writePrimary(folder: string, name: string, files: Files): Promise<string> {
  const path = join(folder, 'primary')
  try {
    await files.replace(path, encodeText(`${name}\n`), { mode: 0o600 })
  } catch (error) {
    throw error instanceof KrbError ? new KrbError('KRB5_CC_IO', { path }, { cause: error }) : error
  }
  return name
}

function invalidPrimary(path: string): KrbError {
  return new KrbError('KRB5_CC_FORMAT', { path }, { text: `${path} contains invalid filename` })
}

/** A name in the folder itself. */
function isCacheFile(name: string): boolean {
  return name.startsWith('tkt') && !name.includes('/') && !name.includes('\0')
}

function splitPath(path: string): { readonly folder: string; readonly file: string } {
  const slash = path.lastIndexOf('/')
  const file = path.slice(slash + 1)
  const text =
    slash < 0
      ? `Subsidiary cache path ${path} has no parent directory`
      : isCacheFile(file)
        ? undefined
        : `Subsidiary cache path ${path} filename does not begin with "tkt"`
  if (text !== undefined) throw new KrbError('KRB5_CC_BADNAME', { path }, { text })
  return { folder: path.slice(0, slash).replace(/\/+$/, '') || '/', file }
}

function join(folder: string, file: string): string {
  return folder.endsWith('/') ? `${folder}${file}` : `${folder}/${file}`
}

function nothing(error: unknown): undefined {
  if (!(error instanceof KrbError)) throw error
  return undefined
}

const NO_COLLECTION = "Can't create new subsidiary cache because default cache is not a directory collection"
const NEWLINE = 0x0a
/** MIT's library reads one line into 64 octets, the end of the string included. */
const LONGEST_PRIMARY = 62
const MOST_PRIMARY = 4096
