import { write } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import type { AuditTarget } from './destination.ts'

/** How a stream is written: resolves when the octets are out of our hands, rejects when they are not. */
export interface StreamWriter {
  put(octets: Uint8Array): Promise<void>
  close(): void
}

/**
 * A reader that may be slow: lines wait in memory, never more than `MAX_WAITING` octets of them. One write is under way at a time; after a failure the
 * same lines are tried again.
 */
export class StreamTarget implements AuditTarget {
  readonly name: string
  readonly #writer: StreamWriter
  #waiting: Buffer[] = []
  #octets = 0
  #idle: Promise<void> = Promise.resolve()
  #closing = false

  constructor(name: string, writer: StreamWriter) {
    this.name = name
    this.#writer = writer
  }

  get hasRoom(): boolean {
    return this.#octets < MAX_WAITING
  }

  write(lines: string): boolean {
    if (!this.hasRoom) return false
    const octets = Buffer.from(lines)
    const wasIdle = this.#waiting.length === 0
    this.#waiting.push(octets)
    this.#octets += octets.length
    if (wasIdle) this.#idle = this.#drain()
    return true
  }

  reopen(): void {}

  async close(): Promise<void> {
    this.#closing = true
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>(resolve => {
      timer = setTimeout(resolve, CLOSE_MS)
    })
    await Promise.race([this.#idle, patience])
    clearTimeout(timer)
    this.#writer.close()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      try {
        await this.#writer.put(this.#waiting[0]!)
        this.#octets -= this.#waiting.shift()!.length
      } catch {
        if (this.#closing) return
        await new Promise(resolve => setTimeout(resolve, RETRY_MS).unref())
      }
    }
  }
}

/** Standard output. Node writes to pipes at once, and would wait for their reader: this goes through its thread pool. */
export function descriptorWriter(fd: number): StreamWriter {
  const put = (octets: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      write(fd, octets, (error, written) => {
        if (error !== null) reject(error)
        else if (written < octets.length) put(octets.subarray(written)).then(resolve, reject)
        else resolve()
      })
    })
  return { put, close: () => {} }
}

/** A stream socket in the file system, connected when there is something to say and again when the reader has gone. */
export function socketWriter(path: string): StreamWriter {
  let socket: Socket | undefined
  const connected = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const fresh = createConnection(path)
      fresh.once('connect', () => resolve(fresh))
      fresh.on('error', reject)
      fresh.on('close', () => {
        if (socket === fresh) socket = undefined
      })
      fresh.resume().unref()
    })
  return {
    async put(octets) {
      socket ??= await connected()
      const open = socket
      await new Promise<void>((resolve, reject) => {
        open.once('close', reject)
        open.write(octets, error => {
          open.off('close', reject)
          if (error) reject(error)
          else resolve()
        })
      })
    },
    close: () => socket?.destroy(),
  }
}

const MAX_WAITING = 4 * 1024 * 1024
const RETRY_MS = 500
const CLOSE_MS = 500
