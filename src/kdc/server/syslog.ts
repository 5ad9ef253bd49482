import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import type { Writable } from 'node:stream'
import type { LogLevel } from '../realm-desk.ts'
import type { LogLine, Sink } from './log.ts'

/**
 * The system's log. Node has no datagram sockets of the unix kind, which `/dev/log` usually is, so journald's stream socket is taken (the one
 * that systemd-cat uses), else `/dev/log` as a stream (syslog-ng and others can), else util-linux's logger is given the lines. Where there is no
 * `/dev/log`, lines are dropped, as by syslog(3) on a machine without a system log. Lines are sent as they come: only files are sure to hold
 * a line before its reply is sent.
 */
export class SystemLog implements Sink {
  readonly #program: string
  readonly #facility: number
  #connection: Connection

  constructor(program: string, facility: string) {
    this.#program = program
    this.#facility = FACILITIES[facility] ?? FACILITIES.AUTH!
    this.#connection = new Connection(this.#program, this.#facility)
  }

  write(lines: readonly LogLine[]): void {
    this.#connection.write(lines)
  }

  reopen(): void {
    void this.#connection.end()
    this.#connection = new Connection(this.#program, this.#facility)
  }

  close(): Promise<void> {
    return this.#connection.end()
  }
}

/** Lines wait until one way opens; when none does, or the open one breaks, they are dropped. */
class Connection {
  readonly #program: string
  readonly #facility: number
  #way: Way | undefined
  #stream: Writable | undefined
  #waiting: LogLine[] = []
  #ended: (() => void) | undefined

  constructor(program: string, facility: number) {
    this.#program = program
    this.#facility = facility
    this.#open(WAYS)
  }

  write(lines: readonly LogLine[]): void {
    if (this.#way === undefined || this.#ended !== undefined) return
    if (this.#stream !== undefined) this.#send(lines)
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(...lines)
  }

  /** Resolves when all lines are handed over: they may say why the server did not start. */
  end(): Promise<void> {
    return new Promise(resolve => {
      const late = setTimeout(resolve, PATIENCE_MS)
      this.#ended = () => {
        clearTimeout(late)
        resolve()
      }
      if (this.#way === undefined) this.#ended()
      else this.#stream?.end(this.#ended)
    })
  }

  #open(ways: readonly Way[], failure?: string): void {
    const at = ways.findIndex(({ after }) => after === undefined || after === failure)
    const way = ways[at]
    this.#way = way
    const stream = way?.open(this.#program, error => {
      if (way !== this.#way) return
      if (error === undefined) this.#opened(stream!, way)
      else if (this.#stream === undefined) this.#open(ways.slice(at + 1), error.code)
      else this.#broken()
    })
    if (way === undefined) this.#broken()
  }

  #opened(stream: Writable, way: Way): void {
    this.#stream = stream
    stream.write(way.greeting(this.#program))
    this.#send(this.#waiting)
    this.#waiting = []
    if (this.#ended !== undefined) stream.end(this.#ended)
  }

  #send(lines: readonly LogLine[]): void {
    if (this.#stream!.writableLength > MAX_UNSENT) return
    this.#stream!.write(lines.map(line => this.#way!.frame(line, this.#facility, this.#program)).join(''))
  }

  #broken(): void {
    this.#way = undefined
    this.#waiting = []
    this.#ended?.()
  }
}

interface Way {
  /** The error of the way before that makes this one worth a try. */
  readonly after?: string
  /** `settled` is told that the stream takes lines, or why it does not (any more). */
  open(program: string, settled: (error?: NodeJS.ErrnoException) => void): Writable
  greeting(program: string): string
  frame(line: LogLine, facility: number, program: string): string
}

const WAYS: readonly Way[] = [
  {
    open: (_program, settled) => openSocket('/run/systemd/journal/stdout', settled),
    // Identifier, unit, priority, whether lines begin with <N>, forwarding to syslog, kernel log, console.
    greeting: program => `${program}\n\n6\n1\n1\n0\n0\n`,
    frame: prefixed,
  },
  {
    open: (_program, settled) => openSocket('/dev/log', settled),
    greeting: () => '',
    frame: ({ level, prefix, text }, facility, program) =>
      `<${facility * 8 + SEVERITIES[level]}>${prefix.slice(0, TIME_LENGTH)} ${program}[${process.pid}]: ${text}\n`,
  },
  { after: 'EPROTOTYPE', open: openLogger, greeting: () => '', frame: prefixed },
]

function openSocket(path: string, settled: (error?: Error) => void): Writable {
  const socket = connect(path)
  socket.once('connect', () => {
    socket.unref()
    settled()
  })
  socket.on('error', settled)
  return socket
}

function openLogger(program: string, settled: (error?: Error) => void): Writable {
  const words = ['--tag', program, `--id=${process.pid}`, '--prio-prefix', '--size', '8KiB']
  const logger = spawn('logger', words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  logger.once('spawn', () => settled())
  logger.on('error', settled)
  logger.stdin.on('error', settled)
  logger.unref()
  return logger.stdin
}

function prefixed({ level, text }: LogLine, facility: number): string {
  return `<${facility * 8 + SEVERITIES[level]}>${text}\n`
}

/** `Nov 21 21:19:14` */
const TIME_LENGTH = 15

const SEVERITIES: Readonly<Record<LogLevel, number>> = { error: 3, notice: 5, info: 6 }

const FACILITIES: Readonly<Record<string, number>> = {
  KERN: 0,
  USER: 1,
  MAIL: 2,
  DAEMON: 3,
  AUTH: 4,
  LPR: 6,
  NEWS: 7,
  UUCP: 8,
  CRON: 9,
  AUTHPRIV: 10,
  FTP: 11,
  LOCAL0: 16,
  LOCAL1: 17,
  LOCAL2: 18,
  LOCAL3: 19,
  LOCAL4: 20,
  LOCAL5: 21,
  LOCAL6: 22,
  LOCAL7: 23,
}

const MAX_WAITING = 10_000
/** Octets that a log which does not read may leave with us. */
const MAX_UNSENT = 1 << 20

const PATIENCE_MS = 1000
