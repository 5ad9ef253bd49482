import * as fs from 'node:fs'
import type { Bytes } from '../core/bytes/bytes.ts'
import { decodeText } from '../core/bytes/text.ts'
import type { Prompter } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { Secret } from '../core/secret/secret.ts'
import { withoutEcho } from './echo.ts'

/**
 * Questions with MIT's habits: the prompt goes out as it is, one line comes in from descriptor 0, and nothing behind its newline is
 * consumed, so that `(tkinit a; tkinit b) <passwords` works. Answers to `secret` are octets all the way.
 */
export function nodePrompter(promptsTo: 'stdout' | 'stderr'): Prompter {
  const output = promptsTo === 'stdout' ? 1 : 2
  return {
    async secret(prompt) {
      // MIT ends the prompt's line on a pipe, too, where nobody's newline is echoed.
      const ask = async (interrupted?: AbortSignal): Promise<Bytes | undefined> => {
        await write(output, prompt)
        const answer = await readLine(MAX_SECRET, { interrupted })
        await write(output, '\n')
        return answer
      }
      const line = (await onTerminal()) ? await withoutEcho(ask) : await ask()
      if (line === undefined) throw new KrbError('KRB5_LIBOS_CANTREADPWD')
      return new Secret(line)
    },
    async line(prompt) {
      await write(output, prompt)
      const line = await readLine(MAX_LINE, { first: waitForOctet })
      if (line === undefined) return undefined
      return decodeText(line)
    },
  }
}

/** The octets up to the newline or the end of input, in a buffer of their own; undefined when the input ends before any. */
async function readLine(limit: number, options: { interrupted?: AbortSignal | undefined; first?: ReadOctet }): Promise<Bytes | undefined> {
  const buffer = new Uint8Array(limit)
  const input = await openInput()
  try {
    for (let length = 0; ; length++) {
      if (length === limit) throw new KrbError('KRB5_LIBOS_CANTREADPWD', { limit }, { hints: [`a line may have ${limit} octets`] })
      const read = length === 0 ? (options.first ?? readOctet) : readOctet
      const octet = await read(input.fd, buffer.subarray(length, length + 1), options.interrupted)
      if (octet === undefined && length === 0) return undefined
      if (octet === undefined || octet === NEWLINE) return buffer.slice(0, length)
    }
  } catch (error) {
    throw error instanceof KrbError ? error : new KrbError('KRB5_LIBOS_CANTREADPWD', {}, { cause: error })
  } finally {
    buffer.fill(0)
    input.close()
  }
}

/**
 * A terminal is opened a second time, without blocking: a read that blocks would keep the event loop, and with it the signal
 * handlers that switch the echo on again, from running. Other inputs are read where they are.
 */
async function openInput(): Promise<{ readonly fd: number; close(): void }> {
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

type ReadOctet = (fd: number, into: Bytes, interrupted?: AbortSignal) => Promise<number | undefined>

/**
 * Waits beside the event loop, so that work in hand goes on while nobody says anything. Only for the first octet of a line: the rest
 * of one that has begun is there or on its way, and reading it at once is far cheaper.
 */
async function waitForOctet(fd: number, into: Bytes): Promise<number | undefined> {
  const there = await new Promise<boolean>(resolve => {
    fs.read(fd, into, 0, 1, null, (error, length) => resolve(error === null && length === 1))
  })
  // Without one, the ordinary way finds out why: the end, a terminal that does not block, a failure.
  return there ? into[0] : readOctet(fd, into)
}

async function readOctet(fd: number, into: Bytes, interrupted?: AbortSignal): Promise<number | undefined> {
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
async function onTerminal(): Promise<boolean> {
  try {
    if (!fs.fstatSync(STDIN).isCharacterDevice()) return false
  } catch {
    // Closed: the read says so.
    return false
  }
  const { isatty } = await import('node:tty')
  return isatty(STDIN)
}

async function write(fd: number, text: string): Promise<void> {
  const octets = Buffer.from(text, 'utf8')
  for (let done = 0; done < octets.length; ) {
    try {
      done += fs.writeSync(fd, octets, done)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EPIPE') throw new KrbError('EPIPE', {}, { cause: error })
      if (code !== 'EAGAIN') throw error
      await pause()
    }
  }
}

function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, POLL_MS))
}

const STDIN = 0
const NEWLINE = 0x0a
const MAX_SECRET = 4096
const MAX_LINE = 65_536
const POLL_MS = 20
