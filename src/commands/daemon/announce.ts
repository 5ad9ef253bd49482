import { writeFileSync } from 'node:fs'
import { type ErrorCode, KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import { type Role, reportReady } from './detach.ts'

export interface Announcement {
  readonly pidFile: string | undefined
  /** The name that the program was called by. */
  readonly name: string
  err(text: string): void
}

/** It listens: the pid file, the line that scripts wait for, and a word to the process that waits for this one. Throws the errno of the pid file. */
export function announce({ pidFile, name, err }: Announcement, mine: Role): void {
  if (pidFile !== undefined && mine !== 'worker') writePidFile(pidFile)
  if (mine === 'first') err(`${name}: starting...\n`)
  else reportReady(mine)
}

function writePidFile(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o644 })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!(code in ERRORS)) throw error
    throw new KrbError(code as ErrorCode, { path }, { doing: 'creating PID file', hints: [path], cause: error })
  }
}
