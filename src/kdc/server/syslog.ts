import { connect, type Socket } from 'node:net'
import type { LogLevel } from '../realm-desk.ts'
import type { LogLine, Sink } from './log.ts'

/**
 * The system's log. Node has no datagram sockets of the unix kind, which `/dev/log` usually is, so journald's stream socket is taken (the one
 * that systemd-cat uses), else `/dev/log` as a stream (syslog-ng, rsyslog and others can). Where there is neither, lines are dropped, as by
 * syslog(3) on a machine without a system log. Lines are sent as they come: only files are sure to hold a line before its reply is sent.
 */
export class SystemLog implements Sink {
  readonly #program: string
  readonly #facility: number
  #socket: Socket | undefined
  #frame: (line: LogLine) => string = () => ''
  #waiting: LogLine[] = []
  #dead = false

  constructor(program: string, facility: string) {
    this.#program = program
    this.#facility = FACILITIES[facility] ?? FACILITIES.AUTH!
    this.#connect(0)
  }

  write(lines: readonly LogLine[]): void {
    if (this.#dead) return
    if (this.#socket !== undefined) this.#socket.write(lines.map(this.#frame).join(''))
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(...lines)
  }

  reopen(): void {
    this.close()
    this.#dead = false
    this.#connect(0)
  }

  close(): void {
    this.#socket?.end()
    this.#socket = undefined
    this.#dead = true
  }

  #connect(candidate: number): void {
    const way = WAYS[candidate]
    if (way === undefined) {
      this.#dead = true
      this.#waiting = []
      return
    }
    const socket = connect(way.path)
    socket.unref()
    socket.once('connect', () => {
      this.#frame = line => way.frame(line, this.#facility, this.#program)
      this.#socket = socket
      socket.write(way.greeting(this.#program))
      const waiting = this.#waiting
      this.#waiting = []
      this.write(waiting)
    })
    socket.on('error', () => {
      if (this.#socket === undefined) this.#connect(candidate + 1)
      else this.close()
    })
  }
}

interface Way {
  readonly path: string
  greeting(program: string): string
  frame(line: LogLine, facility: number, program: string): string
}

const WAYS: readonly Way[] = [
  {
    path: '/run/systemd/journal/stdout',
    // Identifier, unit, priority, whether lines begin with <N>, forwarding to syslog, kernel log, console.
    greeting: program => `${program}\n\n6\n1\n1\n0\n0\n`,
    frame: ({ level, text }, facility) => `<${facility * 8 + SEVERITIES[level]}>${text}\n`,
  },
  {
    path: '/dev/log',
    greeting: () => '',
    frame: ({ level, prefix, text }, facility, program) =>
      `<${facility * 8 + SEVERITIES[level]}>${prefix.slice(0, TIME_LENGTH)} ${program}[${process.pid}]: ${text}\n`,
  },
]

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
