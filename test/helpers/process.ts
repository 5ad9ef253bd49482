import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
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
  if (done.error !== undefined) throw done.error
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
  stop(): Promise<number | null>
}

/** Starts a server in the foreground and waits until `ready` says so (or the server ends, which throws its output). */
export async function startDaemon(
  program: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly ready: (output: string) => boolean | Promise<boolean> },
): Promise<Daemon> {
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
  return {
    pid: child.pid!,
    output: () => output,
    stop: () => {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 5000)
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

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

const SEARCH_PATH = [...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'])].filter(Boolean).join(delimiter)
