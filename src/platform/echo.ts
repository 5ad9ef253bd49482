import { KrbError } from '../core/errors/krb-error.ts'

/**
 * Runs `task` with the echo of the terminal on descriptor 0 switched off, and switches it back however the task or the program ends:
 * on return, on an error, at exit, and on every signal that ends or stops the program; after a stop the echo goes off again.
 * A signal that somebody else handles leaves the program running: `interrupted` tells the task to give up.
 *
 * By stty, not by Node's raw mode: the terminal keeps its own line editing, with the keys that the user has set, and lines that were
 * typed or pasted ahead stay in the terminal for the next prompt or the next program.
 */
export async function withoutEcho<T>(task: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  // Loaded here: only a person at a terminal gets this far.
  const { spawnSync } = await import('node:child_process')
  const stty = (...args: string[]): string | undefined => {
    const run = spawnSync('stty', args, { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'latin1' })
    return run.status === 0 ? run.stdout.trim() : undefined
  }
  const before = stty('-g')
  if (before === undefined) throw noStty()
  // A terminal that has hung up cannot be restored, and needs not be.
  const restore = (): void => {
    stty(before)
  }
  const interruption = new AbortController()
  const handlers = new Map<NodeJS.Signals, () => void>()
  const release = (): void => {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler)
    process.removeListener('exit', restore)
  }
  for (const signal of ENDING) {
    handlers.set(signal, () => {
      release()
      restore()
      interruption.abort()
      // With no other listener the program ends as the signal wants it to.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
  handlers.set('SIGTSTP', () => {
    restore()
    process.kill(process.pid, 'SIGSTOP')
  })
  handlers.set('SIGCONT', () => {
    stty('-echo', '-echonl')
  })
  for (const [signal, handler] of handlers) process.on(signal, handler)
  process.on('exit', restore)
  try {
    if (stty('-echo', '-echonl') === undefined) throw noStty()
    return await task(interruption.signal)
  } finally {
    release()
    restore()
  }
}

function noStty(): KrbError {
  return new KrbError('KRB5_LIBOS_CANTREADPWD', {}, { hints: ['stty, which switches the echo off, failed or is not installed'] })
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
