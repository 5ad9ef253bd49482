import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

/**
 * How `tkrealm down` and `status` reach the realm's process: one JSON line each way on a Unix socket in the realm's 0700 folder. Unlike a
 * pid file it cannot point to somebody else's process.
 */
export interface ControlServer {
  close(): Promise<void>
}

export type ControlHandler = (request: ControlRequest) => Promise<unknown>

export interface ControlRequest {
  readonly command: string
  /** What the command is about: a number of seconds, say. */
  readonly argument?: unknown
}

/** Listens on `path`, replacing a socket that a killed process left behind. The caller has made sure that nobody answers there. */
export function serveControl(path: string, handle: ControlHandler): Promise<ControlServer> {
  rmSync(path, { force: true })
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy()) // the asker went away; nobody is left to tell
    readLine(socket)
      .then(line => (line === undefined ? undefined : handle(parseRequest(line))))
      .then(
        answer => socket.end(`${JSON.stringify({ answer: answer ?? null })}\n`),
        error => socket.end(`${JSON.stringify({ error: String(error instanceof Error ? error.message : error) })}\n`),
      )
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      chmodSync(path, 0o600)
      resolve({
        close: () =>
          new Promise(done => {
            server.close(() => done())
            for (const socket of open) socket.end()
          }),
      })
    })
  })
}

/** The answer of the process behind `path`; undefined when no process is there, or it is just ending. */
export async function askControl(path: string, request: ControlRequest, timeoutMs = 5000): Promise<unknown> {
  const line = await exchange(path, request, timeoutMs).catch((error: NodeJS.ErrnoException) => {
    if (ABSENT.has(error.code ?? '')) return undefined
    throw error
  })
  if (line === undefined) return undefined
  const { answer, error } = JSON.parse(line) as { answer?: unknown; error?: string }
  if (error !== undefined) throw new Error(error)
  return answer
}

async function exchange(path: string, request: ControlRequest, timeoutMs: number): Promise<string | undefined> {
  const socket = connect(path)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    socket.write(`${JSON.stringify(request)}\n`)
    return await readLine(socket)
  } finally {
    socket.destroy()
  }
}

function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', chunk => {
      text += chunk
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
      else if (text.length > LONGEST_LINE) reject(new Error('control line too long'))
    })
    socket.once('end', () => resolve(undefined))
    socket.once('error', reject)
  })
}

function parseRequest(line: string): ControlRequest {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null || typeof (value as ControlRequest).command !== 'string') throw new Error('no command')
  return value as ControlRequest
}

const LONGEST_LINE = 65536

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ECONNRESET', 'EPIPE'])
