import { connect, type Socket } from 'node:net'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { LocalStream } from '../core/env.ts'
import { type ErrorCode, KrbError } from '../core/errors/krb-error.ts'
import { ERRORS } from '../core/errors/tables/index.ts'

/** Connects to a daemon's Unix stream socket. */
export async function connectLocal(path: string): Promise<LocalStream> {
  const socket = connect(path)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', error => reject(socketError(error, path)))
  })
  socket.removeAllListeners('error')
  return new SocketStream(socket, path)
}

class SocketStream implements LocalStream {
  readonly #socket: Socket
  readonly #path: string
  #ended = false
  #failure: unknown
  #wake: () => void = () => {}

  constructor(socket: Socket, path: string) {
    this.#socket = socket
    this.#path = path
    socket.unref()
    socket.setTimeout(PATIENCE_MS)
    socket.on('readable', () => this.#wake())
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    socket.on('error', error => {
      this.#failure ??= socketError(error, path)
      this.#end()
    })
    socket.on('timeout', () => {
      if (this.#wake === NOBODY_WAITS) return
      this.#failure ??= new KrbError('ETIMEDOUT', { path })
      socket.destroy()
    })
    this.#wake = NOBODY_WAITS
  }

  async write(octets: Bytes): Promise<void> {
    // What the daemon did meanwhile (closing an idle connection) is known only when the loop has been round.
    await new Promise(resolve => setImmediate(resolve))
    if (this.#ended || !this.#socket.writable) throw new KrbError('EPIPE', { path: this.#path })
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(octets, error => (error ? reject(socketError(error, this.#path)) : resolve()))
    })
  }

  async read(count: number): Promise<Bytes> {
    if (count === 0) return new Uint8Array(0)
    this.#socket.ref()
    try {
      for (;;) {
        const chunk: Buffer | null = this.#socket.readableLength >= count ? this.#socket.read(count) : null
        if (chunk !== null) return new Uint8Array(chunk)
        if (this.#failure !== undefined) throw this.#failure
        if (this.#ended) throw new KrbError('ECONNRESET', { path: this.#path })
        await new Promise<void>(resolve => {
          this.#wake = resolve
          // Asks for more than is there, so that the stream goes on filling its buffer.
          this.#socket.read(count)
        })
        this.#wake = NOBODY_WAITS
      }
    } finally {
      this.#socket.unref()
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #end(): void {
    this.#ended = true
    this.#wake()
  }
}

function socketError(error: NodeJS.ErrnoException, path: string): unknown {
  const { code } = error
  if (code === undefined) return error
  return new KrbError(Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'EIO', { path }, { cause: error })
}

const NOBODY_WAITS = (): void => {}
const PATIENCE_MS = 60_000
