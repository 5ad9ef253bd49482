import { writeFileSync } from 'node:fs'
import { type Role, reportReady } from './detach.ts'

export interface Announcement {
  readonly pidFile: string | undefined
  /** The name that the program was called by. */
  readonly name: string
  err(text: string): void
}

/** It listens: the line that scripts wait for, the pid file, and a word to the process that waits for this one. */
export function announce({ pidFile, name, err }: Announcement, mine: Role): void {
  if (pidFile !== undefined && mine !== 'worker') writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o644 })
  if (mine === 'first') err(`${name}: starting...\n`)
  else reportReady(mine)
}
