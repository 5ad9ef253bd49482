import * as fs from 'node:fs'
import type { Bytes } from '../core/bytes/bytes.ts'
import { decodeText } from '../core/bytes/text.ts'
import type { Prompter } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { Secret } from '../core/secret/secret.ts'
import { withoutEcho } from './echo.ts'
import { onTerminal, openInput, pause, readOctet } from './terminal-input.ts'

/**
 * Questions with MIT's habits: the prompt goes out as it is, one line comes in from descriptor 0, and nothing behind its newline is
 * consumed, so that `(tkinit a; tkinit b) <passwords` works. Answers to `secret` are octets all the way. `readLine` can come from elsewhere.
 */
export function nodePrompter(promptsTo: 'stdout' | 'stderr', readLine: ReadLine = octetByOctet): Prompter {
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
      if (prompt !== '') await write(output, prompt)
      const line = await readLine(MAX_LINE, { first: waitForOctet })
      if (line === undefined) return undefined
      return decodeText(line)
    },
  }
}

/**
 * The octets up to the newline or the end of input, in a buffer of their own; undefined when the input ends before any. Throws
 * `KRB5_LIBOS_CANTREADPWD` for `limit` octets without a newline.
 */
type ReadLine = (limit: number, options: ReadLineOptions) => Promise<Bytes | undefined>

interface ReadLineOptions {
  readonly interrupted?: AbortSignal | undefined
  readonly first?: ReadOctet
}

const octetByOctet: ReadLine = async (limit, options) => {
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

type ReadOctet = (fd: number, into: Bytes, interrupted?: AbortSignal) => Promise<number | undefined>

/**
 * Waits beside the event loop, so that work in hand goes on while nobody says anything. Only for the first octet of a line: the rest
 * of one that has begun is there or on its way, and reading it at once is far cheaper.
 */
async function waitForOctet(fd: number, into: Bytes): Promise<number | undefined> {
  const length = await new Promise<number | undefined>(resolve => {
    fs.read(fd, into, 0, 1, null, (error, length) => resolve(error === null ? length : undefined))
  })
  // After a failure the ordinary way finds out why. The end is not looked for twice: a terminal says it once.
  if (length === undefined) return readOctet(fd, into)
  return length === 0 ? undefined : into[0]
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

const NEWLINE = 0x0a
const MAX_SECRET = 4096
const MAX_LINE = 65_536
