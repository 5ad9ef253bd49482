import * as fs from 'node:fs'
import { KrbError } from '../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../core/errors/tables/index.ts'
import { Secret } from '../core/secret/secret.ts'

/**
 * The first line of a file; a pipe by name (`<(command)`) serves as well. Throws `KRB5_LIBOS_CANTREADPWD` when there is none or it
 * is too long, or errno's code.
 */
export function passwordFromFile(path: string): Secret {
  const fd = attempt({ path }, () => fs.openSync(path, 'r'))
  try {
    return firstLine(fd, { path })
  } finally {
    fs.closeSync(fd)
  }
}

/** The next line of an open descriptor, and nothing behind it: several programs can share one. Throws as `passwordFromFile`. */
export function passwordFromDescriptor(fd: number): Secret {
  return firstLine(fd, { descriptor: fd })
}

/** A file's mode when people other than its owner may read it. */
export function exposedMode(path: string): number | undefined {
  const stat = attempt({ path }, () => fs.statSync(path))
  return stat.isFile() && (stat.mode & OTHERS_READ) !== 0 ? stat.mode & 0o777 : undefined
}

type Where = Readonly<Record<string, string | number>>

function firstLine(fd: number, where: Where): Secret {
  const buffer = new Uint8Array(MAX_SECRET)
  try {
    for (let length = 0; length < MAX_SECRET; length++) {
      const read = attempt(where, () => fs.readSync(fd, buffer, length, 1, null))
      if (read === 0 && length === 0) break
      if (read === 0 || buffer[length] === NEWLINE) return new Secret(buffer.slice(0, length))
    }
    throw new KrbError('KRB5_LIBOS_CANTREADPWD', where)
  } finally {
    buffer.fill(0)
  }
}

function attempt<T>(where: Where, task: () => T): T {
  try {
    return task()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!(code in ERRORS)) throw error
    throw new KrbError(code as ErrorCode, where, { cause: error })
  }
}

const MAX_SECRET = 4096
const NEWLINE = 0x0a
const OTHERS_READ = 0o044
