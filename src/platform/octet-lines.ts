import { createReadStream, fstatSync } from 'node:fs'
import type { Bytes } from '../core/bytes/bytes.ts'
import { type ErrorCode, KrbError } from '../core/errors/krb-error.ts'
import { ERRORS } from '../core/errors/tables/index.ts'

export interface OctetLine {
  /** Without its newline; undefined for a line that is longer than allowed: it is passed over. */
  readonly octets: Bytes | undefined
  /** From 1. */
  readonly number: number
  /** How much of the file has been read, 0..1; undefined where its end is not known. */
  readonly share: number | undefined
}

/**
 * The lines of a file, or of standard input, which is `-`, while others work: reading never blocks the program. No more than a piece
 * and one line (at most `most` octets) are in memory. Failures are KrbErrors with the errno's name as code and `{ path }`.
 */
export async function* octetLines(path: string, most: number): AsyncGenerator<OctetLine> {
  const stream = createReadStream(path, path === '-' ? { fd: 0, autoClose: false } : {})
  let size: number | undefined
  stream.on('open', fd => {
    const stat = fstatSync(fd)
    size = stat.isFile() && stat.size > 0 ? stat.size : undefined
  })
  let rest: Bytes[] = []
  let held = 0
  let number = 0
  const line = (last: Bytes): OctetLine => {
    const octets = held + last.length > most ? undefined : Buffer.concat([...rest, last])
    rest = []
    held = 0
    return { octets, number: ++number, share: size === undefined ? undefined : stream.bytesRead / size }
  }
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      let from = 0
      for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
        yield line(piece.subarray(from, at))
        from = at + 1
      }
      held += piece.length - from
      // The octets of a line that is too long anyway are counted and not kept.
      if (held <= most && from < piece.length) rest.push(piece.subarray(from))
      else if (held > most) rest = []
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!(code in ERRORS)) throw error
    throw new KrbError(code as ErrorCode, { path }, { cause: error })
  } finally {
    stream.destroy()
  }
  if (held > 0) yield line(new Uint8Array(0))
}

const NEWLINE = 0x0a
