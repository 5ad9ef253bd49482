import { closeSync, constants, fsyncSync, openSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { KrbError } from '../../../core/errors/krb-error.ts'

/** Suffixes: of our database, of LMDB's lock file beside it, of one that process N builds aside. */
export const SUFFIX = '.tkdb'
export const LOCK = '-lock'
export const ASIDE = '.new-'

/** Device and inode of the data and of its lock file: both are replaced together. */
export function identity(file: string): string | undefined {
  const data = statSync(file, { throwIfNoEntry: false })
  const lock = statSync(file + LOCK, { throwIfNoEntry: false })
  return data === undefined ? undefined : `${data.dev}:${data.ino}:${lock?.ino}`
}

/** LMDB would make its files with mode 0644. */
export function touch(file: string, flags: number): void {
  closeSync(openSync(file, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW | flags, 0o600))
}

export function removeDatabase(file: string): void {
  rmSync(file, { force: true })
  rmSync(file + LOCK, { force: true })
}

/** What processes left behind that were killed while they built a database. */
export function removeAbandoned(place: string): void {
  const folder = dirname(place)
  const start = `${basename(place)}${ASIDE}`
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(start) && /^\d+$/.test(name.slice(start.length)) ? Number(name.slice(start.length)) : undefined
    if (pid !== undefined && !runs(pid)) removeDatabase(join(folder, name))
  }
}

/** Whether there is such a process, also one that is not ours to signal. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/**
 * Throws `ENOSPC` when there is little room left beside the file: a commit that runs out of it leaves lmdb in a state in which it ends the program
 * or waits for ever. File systems that do not tell have room.
 */
export function requireRoom(file: string): void {
  const { blocks, bavail, bsize } = statfsSync(file)
  if (blocks > 0 && bavail * bsize < ROOM) throw new KrbError('ENOSPC', { path: file })
}

/** A file or a folder. */
export function sync(path: string): void {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Octets: more than the largest batch of changes takes. */
const ROOM = 4 << 20
