import type { Role } from './detach.ts'

/**
 * Resolves at the first signal to end; SIGHUP calls `hangup`. A worker also ends when its supervisor is gone. Whatever still holds the process
 * back then, it ends within the second.
 */
export function ending(mine: Role, hangup: () => void): Promise<void> {
  process.on('SIGHUP', hangup)
  return new Promise(resolve => {
    const end = () => {
      setTimeout(() => process.exit(0), PATIENCE_MS).unref()
      resolve()
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, end)
    if (mine === 'worker') process.on('disconnect', end)
  })
}

const PATIENCE_MS = 800
