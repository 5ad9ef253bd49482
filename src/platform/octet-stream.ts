import { connect, type Socket } from 'node:net'
import type { Bytes } from '../core/bytes/bytes.ts'
import type { OctetStream } from '../core/channel.ts'
import type { Env } from '../core/env.ts'
import { type ErrorCode, KrbError } from '../core/errors/krb-error.ts'
import { ERRORS } from '../core/errors/tables/index.ts'
import type { TracedAddress } from '../core/trace/events.ts'
import { systemError } from './line.ts'

export interface StreamTimes {
  /** How long the connection may take to come up. */
  readonly connectMs: number
  /** How long the other side may stay silent while somebody waits for it. */
  readonly patienceMs: number
}

/** A TCP connection. Throws the errno's code, `ETIMEDOUT` when it does not come up in time. */
export async function connectStream(
  { host, port }: { readonly host: string; readonly port: number },
  { connectMs, patienceMs }: StreamTimes,
  env: Pick<Env, 'trace'>,
): Promise<OctetStream> {
  const to: TracedAddress = { transport: 'tcp', address: host, port }
  env.trace({ event: 'tcp-connecting', to })
  const socket = connect({ host, port, noDelay: true })
  try {
    await connected(socket, connectMs)
  } catch (error) {
    socket.destroy()
    env.trace({ event: 'tcp-connect-error', to, error: systemError(error as NodeJS.ErrnoException) })
    throw streamError(error)
  }
  return new SocketStream(socket, to, patienceMs, env)
}

/** `127.0.0.1:749`, `[::1]:749` */
export function peerName({ address, port }: Pick<TracedAddress, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

class SocketStream implements OctetStream {
  readonly peer: string
  readonly #socket: Socket
  readonly #to: TracedAddress
  readonly #env: Pick<Env, 'trace'>
  readonly #patienceMs: number
  #failure: unknown
  #wake: () => void = () => {}

  constructor(socket: Socket, to: TracedAddress, patienceMs: number, env: Pick<Env, 'trace'>) {
    this.peer = peerName(to)
    this.#socket = socket
    this.#to = to
    this.#env = env
    this.#patienceMs = patienceMs
    socket.unref()
    socket.on('readable', () => this.#wake())
    socket.on('end', () => this.#fail(new KrbError('ECONNRESET', { peer: this.peer }, { text: 'Connection closed by the server' })))
    socket.on('error', error => this.#fail(streamError(error)))
  }

  /** What is sent in one go of the event loop leaves in one piece: bulk work sends hundreds of small messages. */
  send(octets: Bytes): void {
    if (!this.#socket.writable) return
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork()
      process.nextTick(() => this.#socket.uncork())
    }
    this.#socket.write(octets)
  }

  async receive(): Promise<Bytes> {
    this.#socket.ref()
    const timer = setTimeout(() => this.#fail(new KrbError('ETIMEDOUT', { peer: this.peer })), this.#patienceMs)
    try {
      for (;;) {
        const chunk: Buffer | null = this.#socket.read()
        if (chunk !== null) return chunk
        if (this.#failure !== undefined) throw this.#failure
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
      }
    } finally {
      clearTimeout(timer)
      this.#socket.unref()
    }
  }

  close(): void {
    this.#env.trace({ event: 'tcp-closing', to: this.#to })
    this.#fail(new KrbError('ECONNRESET', { peer: this.peer }))
    this.#socket.uncork()
    this.#socket.end()
    this.#socket.unref()
  }

  /** The first failure counts; what has come before it is still given out. */
  #fail(error: unknown): void {
    this.#failure ??= error
    this.#wake()
  }
}

function connected(socket: Socket, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })), withinMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve()
    })
    socket.once('error', error => {
      clearTimeout(timer)
      reject(error)
    })
  })
}

function streamError(error: unknown): KrbError {
  const { code } = error as NodeJS.ErrnoException
  return new KrbError(code !== undefined && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'EIO', {}, { cause: error })
}
