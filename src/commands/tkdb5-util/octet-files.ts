import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { toHex } from '../../core/bytes/bytes.ts'
import { decodeText } from '../../core/bytes/text.ts'
import { type ErrorCode, KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS } from '../../core/errors/tables/index.ts'
import type { ReadOctets } from '../../kdc/store/mit-dump-scanner.ts'

/** A file that is read piece by piece, because it may be larger than memory. Errors are KrbErrors of the errno, with `{ path }`. */
export class InputFile {
  readonly path: string
  readonly #fd: number
  #position: number | null

  constructor(path: string) {
    this.path = path
    this.#fd = named(path, () => openSync(path, constants.O_RDONLY))
    this.#position = named(path, () => fstatSync(this.#fd)).isFile() ? 0 : null
  }

  /** Whether it can be read again from its beginning: not so a pipe. */
  get rewinds(): boolean {
    return this.#position !== null
  }

  rewind(): void {
    this.#position = 0
  }

  readonly read: ReadOctets = into =>
    named(this.path, () => {
      const count = readSync(this.#fd, into, 0, into.length, this.#position)
      if (this.#position !== null) this.#position += count
      return count
    })

  close(): void {
    closeSync(this.#fd)
  }
}

/** Takes lines as octets in text (latin1) and hands them on in larger pieces. */
export class OctetSink {
  readonly #write: (octets: Bytes) => void
  #pieces: string[] = []
  #length = 0

  constructor(write: (octets: Bytes) => void) {
    this.#write = write
  }

  line(octets: string): void {
    this.#pieces.push(octets)
    this.#length += octets.length
    if (this.#length >= PIECE) this.flush()
  }

  flush(): void {
    if (this.#length > 0) this.#write(Buffer.from(this.#pieces.join(''), 'latin1'))
    this.#pieces = []
    this.#length = 0
  }
}

/** Standard output, which takes text. */
export function printSink(print: (text: string) => void): OctetSink {
  return new OctetSink(octets => print(decodeText(octets)))
}

/** A file of mode 0600 that is built beside its place, as MIT does by mkstemp, and appears there complete. */
export class ReplacedFile {
  readonly sink: OctetSink
  readonly #path: string
  readonly #aside: string
  readonly #fd: number

  constructor(path: string, random: (length: number) => Bytes) {
    this.#path = path
    this.#aside = `${path}-${toHex(random(3))}`
    this.#fd = named(path, () => openSync(this.#aside, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600))
    this.sink = new OctetSink(octets => named(path, () => writeAll(this.#fd, octets)))
  }

  finish(): void {
    this.sink.flush()
    named(this.#path, () => {
      fsyncSync(this.#fd)
      renameSync(this.#aside, this.#path)
    })
    closeSync(this.#fd)
  }

  abandon(): void {
    closeSync(this.#fd)
    rmSync(this.#aside, { force: true })
  }
}

/** Opens for writing from the start, 0600 when it is new. The caller closes the descriptor. */
export function openToWrite(path: string): number {
  return named(path, () => openSync(path, constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY, 0o600))
}

export function writeAll(fd: number, octets: Bytes): void {
  for (let rest = octets; rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest))
}

export function named<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (error instanceof KrbError || code === undefined || !Object.hasOwn(ERRORS, code)) throw error
    throw new KrbError(code as ErrorCode, { path }, { cause: error })
  }
}

const PIECE = 1 << 16
