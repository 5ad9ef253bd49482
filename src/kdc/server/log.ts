import { closeSync, constants, openSync, writeSync } from 'node:fs'
import type { LogDestination } from '../../core/config/logging.ts'
import type { Clock } from '../../core/env.ts'
import { ERRORS, type ErrorCode } from '../../core/errors/tables/index.ts'
import { logTime } from '../../core/time/format.ts'
import type { Zone } from '../../core/time/zone.ts'
import type { LogLevel } from '../realm-desk.ts'
import { SystemLog } from './syslog.ts'

export interface LogOptions {
  readonly destinations: readonly LogDestination[]
  /** The name that the program was called by, for the prefix. */
  readonly program: string
  readonly hostname: string
  readonly pid: number
  readonly clock: Clock
  readonly zone: Zone
  /** Mode of a new log file: 0640 for a KDC. */
  readonly mode: number
  /** Told of a file that cannot be opened, in MIT's words; the others are used. */
  complain(text: string): void
}

/**
 * A server's log in MIT's form: `Nov 21 21:19:14 HOST krb5kdc[PID](info): TEXT`. Lines wait until `flush`, which comes before the replies that they
 * tell of are sent.
 */
export class Log {
  readonly #options: LogOptions
  #sinks: readonly Sink[]
  #lines: { readonly level: LogLevel; readonly text: string; readonly prefix: string }[] = []
  #stamp = { at: -1, text: '' }

  constructor(options: LogOptions) {
    this.#options = options
    this.#sinks = options.destinations.flatMap(destination => tryToOpen(destination, options))
  }

  write(level: LogLevel, text: string): void {
    const { hostname, program, pid } = this.#options
    const prefix = `${this.#time()} ${hostname} ${program}[${pid}](${LEVELS[level]}): `
    this.#lines.push({ level, text, prefix })
    if (this.#lines.length >= MAX_WAITING) this.flush()
  }

  /** All lines are in their files when it returns. What cannot be written (a full disk) is lost: the server goes on. */
  flush(): void {
    if (this.#lines.length === 0) return
    const lines = this.#lines
    this.#lines = []
    for (const sink of this.#sinks) sink.write(lines)
  }

  /** SIGHUP: files are closed and opened by name, so that a rotated log is left alone. */
  reopen(): void {
    this.flush()
    for (const sink of this.#sinks) sink.reopen()
  }

  async close(): Promise<void> {
    this.flush()
    const sinks = this.#sinks
    this.#sinks = []
    await Promise.all(sinks.map(sink => sink.close()))
  }

  #time(): string {
    const at = this.#options.clock.now().seconds
    if (at !== this.#stamp.at) this.#stamp = { at, text: logTime(at, this.#options.zone) }
    return this.#stamp.text
  }
}

export interface LogLine {
  readonly level: LogLevel
  readonly text: string
  readonly prefix: string
}

export interface Sink {
  write(lines: readonly LogLine[]): void
  reopen(): void
  close(): void | Promise<void>
}

function tryToOpen(destination: LogDestination, options: LogOptions): Sink[] {
  try {
    return [openSink(destination, options)]
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined || !('path' in destination)) throw error
    const text = code in ERRORS ? ERRORS[code as ErrorCode].text : code
    options.complain(`Couldn't open log file ${destination.path}: ${text}`)
    return []
  }
}

function openSink(destination: LogDestination, { program, mode }: LogOptions): Sink {
  switch (destination.kind) {
    case 'file':
      return new FileSink(destination.path, destination.append ? constants.O_APPEND : constants.O_APPEND | constants.O_TRUNC, mode)
    case 'device':
      return new FileSink(destination.path, constants.O_APPEND, mode)
    case 'console':
      return new FileSink('/dev/console', constants.O_APPEND | constants.O_NOCTTY, mode)
    case 'stderr':
      return new DescriptorSink(2)
    case 'syslog':
      return new SystemLog(program, destination.facility)
  }
}

class DescriptorSink implements Sink {
  protected fd: number

  constructor(fd: number) {
    this.fd = fd
  }

  write(lines: readonly LogLine[]): void {
    const octets = Buffer.from(lines.map(({ prefix, text }) => `${prefix}${text}\n`).join(''))
    try {
      for (let at = 0; at < octets.length; ) at += writeSync(this.fd, octets, at)
    } catch {
      // A full disk or a closed pipe: there is nobody to tell, and the KDC must go on.
    }
  }

  reopen(): void {}

  close(): void {}
}

class FileSink extends DescriptorSink {
  readonly #path: string
  readonly #mode: number

  constructor(path: string, flags: number, mode: number) {
    super(openSync(path, constants.O_WRONLY | constants.O_CREAT | flags, mode))
    this.#path = path
    this.#mode = mode
  }

  override reopen(): void {
    try {
      const fd = openSync(this.#path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, this.#mode)
      closeSync(this.fd)
      this.fd = fd
    } catch {
      // The folder is gone or closed to us by now: the old file takes the lines.
    }
  }

  override close(): void {
    closeSync(this.fd)
  }
}

const LEVELS: Readonly<Record<LogLevel, string>> = { info: 'info', notice: 'Notice', error: 'Error' }
const MAX_WAITING = 1000
