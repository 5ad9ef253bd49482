import { closeSync, constants, openSync, rmSync } from 'node:fs'
import { toHex } from '../../core/bytes/bytes.ts'
import type { Env } from '../../core/env.ts'
import { InputFile, named, writeAll } from './octet-files.ts'

/** A pipe's content in a file that can be read twice: beside the database, 0600, and without a name as soon as it is open. */
export function spooled(input: InputFile, database: string, env: Pick<Env, 'random'>): InputFile {
  const path = `${database}.load-${toHex(env.random(6))}`
  const fd = named(path, () => openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600))
  try {
    const piece = Buffer.allocUnsafe(1 << 16)
    named(path, () => {
      for (let count = input.read(piece); count > 0; count = input.read(piece)) writeAll(fd, piece.subarray(0, count))
    })
    return new InputFile(path)
  } finally {
    closeSync(fd)
    rmSync(path, { force: true })
  }
}
