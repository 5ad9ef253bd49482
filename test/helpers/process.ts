import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** Runs a program to its end. The environment is exactly `env` plus PATH: nothing of the machine's Kerberos settings leaks in. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Finished {
  const done = spawnSync(program, args, {
    env: { PATH: SEARCH_PATH, LC_ALL: 'C', ...options.env },
    input: options.input ?? '',
    cwd: options.cwd,
    timeout: options.timeoutMs ?? 30_000,
    maxBuffer: 64 << 20,
  })
  // A program that ends without reading its input is no failure of the test.
  const unread = (done.error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE' && done.status !== null
  if (done.error !== undefined && !unread) throw done.error
  return { code: done.status, stdout: done.stdout.toString(), stderr: done.stderr.toString() }
}

/** As `run`, without blocking this process: for programs that talk to a server inside it. */
export function runAsync(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: SEARCH_PATH, LC_ALL: 'C', ...options.env },
      cwd: options.cwd,
      timeout: options.timeoutMs ?? 30_000,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
    child.stdin.on('error', () => {}) // a program that ends without reading its input is no failure of the test
    child.stdin.end(options.input ?? '')
  })
}

export interface Daemon {
  readonly pid: number
  output(): string
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly ready: (output: string) => boolean | Promise<boolean>
  /** The program starts the real one as its child and passes no signals on (nsenter, unshare): `pid` and signals are the child's. */
  readonly wrapper?: boolean
}

/** Starts a server in the foreground and waits until `ready` says so (or the server ends, which throws its output). */
export async function startDaemon(program: string, args: readonly string[], options: DaemonOptions): Promise<Daemon> {
  const child = spawn(program, args, { env: { PATH: SEARCH_PATH, LC_ALL: 'C', ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise<number | null>(resolve => {
    child.on('close', code => resolve(code))
    child.on('error', error => {
      output += String(error)
      resolve(null)
    })
  })
  let over = false
  void ended.then(() => {
    over = true
  })
  for (let tries = 0; !(await options.ready(output)); tries++) {
    if (over || tries > 400) {
      child.kill('SIGKILL')
      throw new Error(`${program} ${args.join(' ')} did not start:\n${output}`)
    }
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  const pid = options.wrapper === true ? onlyChild(child.pid!) : child.pid!
  const send = (signal: NodeJS.Signals) => {
    try {
      if (!over) process.kill(pid, signal)
    } catch (error) {
      // It may have ended without our having been told yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return {
    pid,
    output: () => output,
    stop: (signal = 'SIGTERM') => {
      send(signal)
      const force = setTimeout(() => send('SIGKILL'), 5000)
      return ended.finally(() => clearTimeout(force))
    },
  }
}

/** A port of 127.0.0.1 that is free for TCP now, from below the range that outgoing connections use. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 26000 + Math.floor(Math.random() * 6000)
    if (await canListen(port)) return port
  }
}

/** The program's path, searched on PATH and in the folders where Debian keeps servers. */
export function which(program: string): string | undefined {
  return SEARCH_PATH.split(delimiter)
    .map(folder => join(folder, program))
    .find(path => existsSync(path))
}

/** Waits for something that another process will have done soon. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await done()); tries++) {
    if (tries > 200) throw new Error('it never came to that')
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

/** Whether something accepts TCP connections there. */
export async function accepts(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function onlyChild(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  // An empty list would be 0, and a signal to 0 is one to ourselves.
  if (!/^[1-9]\d*$/.test(children)) throw new Error(`${pid} has not one child but: ${children}`)
  return Number(children)
}

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

const SEARCH_PATH = [...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'])].filter(Boolean).join(delimiter)
