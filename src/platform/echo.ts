import { KrbError } from '../core/errors/krb-error.ts'

/**
 * Runs `task` with the echo switched off. By stty, not by Node's raw mode: the terminal keeps its own line editing, with the keys that
 * the user has set, and lines that were typed or pasted ahead stay in the terminal for the next prompt or the next program.
 */
export function withoutEcho<T>(task: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  return withTerminal(['-echo', '-echonl'], task)
}

/** Whether the terminal on descriptor 0 can be set at all. */
export async function canSetTerminal(): Promise<boolean> {
  return (await loadStty())('-g') !== undefined
}

/**
 * Runs `task` with the terminal on descriptor 0 set as stty is told, and sets it back however the task or the program ends:
 * on return, on an error, at exit, and on every signal that ends or stops the program; after a stop it is set again.
 * A signal that somebody else handles leaves the program running: `interrupted` tells the task to give up.
 */
export async function withTerminal<T>(settings: readonly string[], task: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  const stty = await loadStty()
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
    stty(...settings)
  })
  for (const [signal, handler] of handlers) process.on(signal, handler)
  process.on('exit', restore)
  try {
    if (stty(...settings) === undefined) throw noStty()
    return await task(interruption.signal)
  } finally {
    release()
    restore()
  }
}

type Stty = (...args: string[]) => string | undefined

/** What stty printed; undefined when it failed. Loaded here: only a person at a terminal gets this far. */
async function loadStty(): Promise<Stty> {
  const { spawnSync } = await import('node:child_process')
  return (...args) => {
    const run = spawnSync('stty', args, { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'latin1' })
    return run.status === 0 ? run.stdout.trim() : undefined
  }
}

function noStty(): KrbError {
  return new KrbError('KRB5_LIBOS_CANTREADPWD', {}, { hints: ['stty, which sets the terminal, failed or is not installed'] })
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
