import * as fs from 'node:fs'
import type { Bytes } from '../core/bytes/bytes.ts'
import { KrbError } from '../core/errors/krb-error.ts'

/**
 * A terminal is opened a second time, without blocking: a read that blocks would keep the event loop, and with it the signal
 * handlers that switch the echo on again, from running. Other inputs are read where they are.
 */
export async function openInput(): Promise<{ readonly fd: number; close(): void }> {
  if (await onTerminal()) {
    for (const name of ['/proc/self/fd/0', '/dev/tty']) {
      try {
        const fd = fs.openSync(name, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY)
        return { fd, close: () => fs.closeSync(fd) }
      } catch {
        // No such name on this system, or a terminal of another user (after su): the next one, or descriptor 0 itself.
      }
    }
  }
  return { fd: STDIN, close: () => undefined }
}

/** The next octet, waited for; undefined at the end of input. Throws `KRB5_LIBOS_PWDINTR` when interrupted, and what the system says. */
export async function readOctet(fd: number, into: Bytes, interrupted?: AbortSignal): Promise<number | undefined> {
  for (;;) {
    if (interrupted?.aborted) throw new KrbError('KRB5_LIBOS_PWDINTR')
    try {
      return fs.readSync(fd, into, 0, 1, null) === 0 ? undefined : into[0]
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EOF') return undefined
      if (code !== 'EAGAIN') throw error
      await pause()
    }
  }
}

/** Node's tty module costs more than 2 ms: only a character device is worth the question. */
export async function onTerminal(): Promise<boolean> {
  try {
    if (!fs.fstatSync(STDIN).isCharacterDevice()) return false
  } catch {
    // Closed: the read says so.
    return false
  }
  const { isatty } = await import('node:tty')
  return isatty(STDIN)
}

export function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, POLL_MS))
}

const STDIN = 0
const POLL_MS = 20
