import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { AuditTarget } from './destination.ts'

export interface FileTargetOptions {
  readonly path: string
  /** Octets; 0: never put aside. */
  readonly maxSize: number
  readonly keep: number
  /** For the names of files put aside: seconds since 1970. */
  now(): number
}

/**
 * A regular file, written at once: what `write` has taken is in the file. Several processes may write to one file, each line whole. Files put aside
 * have names of their own (`PATH.20261122T012345Z.PID`), so that two processes which do it at the same time lose nothing.
 */
export class FileTarget implements AuditTarget {
  readonly name: string
  readonly #options: FileTargetOptions
  #file: OpenFile | undefined
  #checkedAt = Number.NEGATIVE_INFINITY

  constructor(options: FileTargetOptions) {
    this.#options = options
    this.name = `FILE:${options.path}`
    this.#file = openRegular(options.path)
  }

  get hasRoom(): boolean {
    return this.#file !== undefined || this.#open()
  }

  write(whole: string): boolean {
    try {
      if (!this.#inPlace() && !this.#open()) return false
      const lines = this.#file!.torn ? `\n${whole}` : whole
      const octets = Buffer.byteLength(lines)
      this.#putAsideIfFull(octets)
      const { fd } = this.#file!
      const written = writeSync(fd, lines)
      if (written < octets) writeRest(fd, Buffer.from(lines), written)
      if (this.#file!.torn) this.#file = { ...this.#file!, torn: false }
      return true
    } catch {
      // A full disk, mostly: it is looked at again with the next lines.
      this.#close()
      return false
    }
  }

  reopen(): void {
    this.#open()
  }

  async close(): Promise<void> {
    this.#close()
  }

  /** Another process, or somebody with `mv`, may have put the file aside; that is noticed within `CHECK_MS`. */
  #inPlace(): boolean {
    if (this.#file === undefined) return false
    const now = performance.now()
    if (now - this.#checkedAt < CHECK_MS) return true
    this.#checkedAt = now
    const there = statSync(this.#options.path, { throwIfNoEntry: false })
    return there !== undefined && there.ino === this.#file.ino && there.dev === this.#file.dev
  }

  #open(): boolean {
    this.#close()
    try {
      this.#file = openRegular(this.#options.path)
      return true
    } catch {
      return false
    }
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd)
    this.#file = undefined
  }

  #putAsideIfFull(coming: number): void {
    const { path, maxSize, keep, now } = this.#options
    if (maxSize === 0) return
    const { size } = fstatSync(this.#file!.fd)
    if (size === 0 || size + coming <= maxSize) return
    const stamp = new Date(now() * 1000).toISOString().replace(/[-:]|\.\d+/g, '')
    renameSync(path, freeName(`${path}.${stamp}.${process.pid}`))
    this.#close()
    this.#file = openRegular(path)
    removeOldest(path, keep)
  }
}

interface OpenFile {
  readonly fd: number
  readonly dev: number
  readonly ino: number
  /** It ends in the middle of a line: a full disk or a kill cut the last one. */
  readonly torn: boolean
}

/** O_NONBLOCK: a FIFO in this place must not hang the server; it is no audit file. */
function openRegular(path: string): OpenFile {
  const { O_RDWR, O_CREAT, O_APPEND, O_NONBLOCK, O_NOFOLLOW } = constants
  const fd = openSync(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW, 0o600)
  const info = fstatSync(fd)
  if (info.isFile()) return { fd, dev: info.dev, ino: info.ino, torn: endsWithin(fd, info.size) }
  closeSync(fd)
  throw Object.assign(new Error(`${path} is no regular file`), { code: 'EINVAL' })
}

function endsWithin(fd: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE
}

function writeRest(fd: number, octets: Uint8Array, from: number): void {
  for (let at = from; at < octets.length; ) at += writeSync(fd, octets, at)
}

function freeName(wanted: string): string {
  let name = wanted
  for (let n = 2; statSync(name, { throwIfNoEntry: false }) !== undefined; n++) name = `${wanted}.${n}`
  return name
}

function removeOldest(path: string, keep: number): void {
  const folder = dirname(path)
  const start = `${basename(path)}.`
  const aside = readdirSync(folder).filter(name => name.startsWith(start) && /^\d{8}T\d{6}Z\./.test(name.slice(start.length)))
  for (const name of aside.sort().slice(0, Math.max(0, aside.length - keep))) rmSync(join(folder, name), { force: true })
}

const CHECK_MS = 50
const NEWLINE = 0x0a
