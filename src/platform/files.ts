import * as fs from 'node:fs'
import { constants, type Stats } from 'node:fs'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { FileInfo, Files } from '../core/env.ts'
import { type ErrorCode, KrbError } from '../core/errors/krb-error.ts'
import { ERRORS } from '../core/errors/tables/index.ts'
import { lockFile } from './lock.ts'

/**
 * Files with MIT's habits. The calls are synchronous inside: a command touches one or two small files, and the thread pool behind
 * `fs/promises` costs such a program more than the work itself.
 */
export function nodeFiles(): Files {
  return { read, readLocked, stat, list, replace, append, edit, shred, makeFolder }
}

async function read(path: string, options: { readonly maxBytes?: number } = {}): Promise<Bytes> {
  return withFile(path, constants.O_RDONLY, (fd, stats) => readAll(fd, stats, path, options.maxBytes))
}

async function readLocked(path: string, options: { readonly maxBytes?: number; readonly first?: number } = {}): Promise<Bytes> {
  return withFile(path, constants.O_RDONLY, async (fd, stats) => {
    await lockFile(fd, 'shared')
    return options.first === undefined ? readAll(fd, stats, path, options.maxBytes) : readFirst(fd, stats, options.first)
  })
}

async function stat(path: string): Promise<FileInfo | undefined> {
  return named(path, () => {
    const stats = fs.statSync(path, { throwIfNoEntry: false })
    return stats === undefined ? undefined : { kind: kindOf(stats), mode: stats.mode & 0o7777, uid: stats.uid, size: stats.size }
  })
}

/** By opendir, since readdir sorts. */
async function list(folder: string): Promise<readonly string[]> {
  return named(folder, () => {
    const open = fs.opendirSync(folder)
    try {
      const names: string[] = []
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) names.push(entry.name)
      return names
    } finally {
      open.closeSync()
    }
  })
}

async function replace(path: string, content: Bytes, options: { readonly mode?: number } = {}): Promise<void> {
  await named(path, () => {
    const present = fs.lstatSync(path, { throwIfNoEntry: false })
    if (present !== undefined && !present.isSymbolicLink()) requireRegular(present, path)
    const { fd, name } = openBeside(path)
    try {
      try {
        fs.fchmodSync(fd, options.mode ?? 0o600)
        writeAll(fd, content, 0)
        fs.fsyncSync(fd)
      } finally {
        fs.closeSync(fd)
      }
      fs.renameSync(name, path)
    } catch (error) {
      fs.rmSync(name, { force: true })
      throw error
    }
  })
}

async function append(path: string, content: Bytes): Promise<void> {
  await withFile(path, constants.O_WRONLY | constants.O_APPEND, async fd => {
    await lockFile(fd, 'exclusive')
    const before = fs.fstatSync(fd).size
    const written = fs.writeSync(fd, content)
    if (written === content.length) return
    // Where no locks are to be had another process may have appended behind the torso: then it has to stay.
    if (fs.fstatSync(fd).size === before + written) fs.ftruncateSync(fd, before)
    throw new KrbError('ENOSPC', { path })
  })
}

async function edit(
  path: string,
  change: (content: Bytes) => readonly { readonly at: number; readonly content: Bytes }[],
  options: { readonly create?: number } = {},
): Promise<void> {
  const created = options.create !== undefined && (await createEmpty(path, options.create))
  try {
    await withFile(path, constants.O_RDWR, async (fd, stats) => {
      await lockFile(fd, 'exclusive')
      const content = readAll(fd, stats, path)
      const patches = change(content)
      if (patches.length === 0) return
      try {
        for (const patch of patches) writeAll(fd, patch.content, patch.at)
        fs.fsyncSync(fd)
      } catch (error) {
        fs.ftruncateSync(fd, content.length)
        throw error
      }
    })
  } catch (error) {
    if (created) fs.rmSync(path, { force: true })
    throw error
  }
}

/** The name goes first, so that nobody opens a cache that is being zeroed. */
async function shred(path: string): Promise<void> {
  await withFile(path, constants.O_RDWR, (fd, stats) => {
    fs.unlinkSync(path)
    for (let at = 0; at < stats.size; at += ZEROS.length) {
      writeAll(fd, ZEROS.subarray(0, Math.min(ZEROS.length, stats.size - at)), at)
    }
  })
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await named(path, () => {
    fs.mkdirSync(path, { mode })
    fs.chmodSync(path, mode)
  })
}

/** O_NONBLOCK, so that the open of a FIFO without a peer comes back and the kind of file can be looked at. Closing drops the lock. */
async function withFile<T>(path: string, flags: number, use: (fd: number, stats: Stats) => T | Promise<T>): Promise<T> {
  return named(path, async () => {
    const fd = fs.openSync(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY)
    try {
      const stats = fs.fstatSync(fd)
      requireRegular(stats, path)
      return await use(fd, stats)
    } finally {
      fs.closeSync(fd)
    }
  })
}

async function createEmpty(path: string, mode: number): Promise<boolean> {
  return named(path, () => {
    let fd: number
    try {
      fd = fs.openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
    } catch (error) {
      if (errno(error) === 'EEXIST') return false
      throw error
    }
    try {
      fs.fchmodSync(fd, mode)
    } finally {
      fs.closeSync(fd)
    }
    return true
  })
}

/** mkstemp: the name only has to be free, O_EXCL makes it ours. */
function openBeside(path: string): { fd: number; name: string } {
  for (let attempt = 1; ; attempt++) {
    const name = `${path}.${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`
    try {
      return { fd: fs.openSync(name, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600), name }
    } catch (error) {
      if (errno(error) !== 'EEXIST' || attempt === NAME_ATTEMPTS) throw error
    }
  }
}

function readFirst(fd: number, stats: Stats, count: number): Bytes {
  const octets = new Uint8Array(Math.min(count, stats.size))
  return octets.subarray(0, fs.readSync(fd, octets, 0, octets.length, 0))
}

function readAll(fd: number, stats: Stats, path: string, maxBytes = DEFAULT_MAX_BYTES): Bytes {
  let octets = new Uint8Array(Math.min(stats.size, maxBytes) + 1)
  let length = 0
  for (;;) {
    const got = fs.readSync(fd, octets, length, octets.length - length, length)
    length += got
    if (length > maxBytes) throw new KrbError('EFBIG', { path, maxBytes })
    if (got === 0) return octets.subarray(0, length)
    if (length < octets.length) continue
    const bigger = new Uint8Array(Math.min(octets.length * 2, maxBytes + 1))
    bigger.set(octets)
    octets.fill(0)
    octets = bigger
  }
}

function writeAll(fd: number, content: Bytes, at: number): void {
  for (let done = 0; done < content.length; ) {
    const written = fs.writeSync(fd, content, done, content.length - done, at + done)
    if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
    done += written
  }
}

function requireRegular(stats: Stats, path: string): void {
  if (stats.isFile()) return
  if (stats.isDirectory()) throw new KrbError('EISDIR', { path })
  throw new KrbError('EINVAL', { path, kind: kindName(stats) }, { hints: [`${path} is a ${kindName(stats)}, not a file`] })
}

function kindOf(stats: Stats): FileInfo['kind'] {
  if (stats.isFile()) return 'file'
  return stats.isDirectory() ? 'folder' : 'other'
}

function kindName(stats: Stats): string {
  if (stats.isFIFO()) return 'pipe'
  if (stats.isSocket()) return 'socket'
  return 'device'
}

async function named<T>(path: string, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    throw error instanceof KrbError ? error : fileError(error, path)
  }
}

/** Names with a NUL never reach the system: Node refuses them by a code of its own. */
function fileError(error: unknown, path: string): unknown {
  const code = errno(error)
  if (code === undefined) return error
  if (code === 'ERR_INVALID_ARG_VALUE') return new KrbError('EINVAL', { path }, { cause: error })
  if (code === 'EDQUOT') return new KrbError('ENOSPC', { path }, { cause: error })
  const hints = code === 'EACCES' || code === 'EPERM' ? accessHints(path) : []
  if (Object.hasOwn(ERRORS, code)) return new KrbError(code as ErrorCode, { path }, { hints, cause: error })
  return /^E[A-Z0-9]+$/.test(code) ? new KrbError('EIO', { path, errno: code }, { cause: error }) : error
}

/** Whose a file is that was refused; nothing when not even that can be seen. */
function accessHints(path: string): readonly string[] {
  try {
    const { uid, mode } = fs.statSync(path)
    return [
      `${path} belongs to uid ${uid} with mode ${(mode & 0o7777).toString(8).padStart(4, '0')}; this program runs as uid ${process.geteuid?.()}`,
    ]
  } catch {
    return []
  }
}

function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const ZEROS = new Uint8Array(8192)
const NAME_ATTEMPTS = 16
const DEFAULT_MAX_BYTES = 0x1000_0000
