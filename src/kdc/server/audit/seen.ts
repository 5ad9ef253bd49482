import { appendFileSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/**
 * The principals of other realms that have been seen. With a file, one JSON string a line, they are remembered over restarts and shared by the
 * processes of one KDC: before a name counts as new, what others have added is read. At most `MOST` are kept; beyond that nobody is new any more, so
 * that a foreign realm which makes up names neither fills the memory nor the disk.
 */
export class SeenPrincipals {
  readonly #path: string | undefined
  readonly #known = new Set<string>()
  #readTo = 0

  constructor(path: string | undefined) {
    this.#path = path
  }

  /** True once for each name. What cannot be read or written is as if there were no file. */
  isNew(principal: string): boolean {
    if (this.#known.has(principal)) return false
    this.#readOthers()
    if (this.#known.has(principal) || this.#known.size >= MOST) return false
    this.#known.add(principal)
    this.#append(principal)
    return true
  }

  #readOthers(): void {
    if (this.#path === undefined) return
    try {
      const fd = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
      try {
        this.#readFrom(fd)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
    }
  }

  #readFrom(fd: number): void {
    const { size } = fstatSync(fd)
    if (size < this.#readTo) this.#readTo = 0
    const octets = Buffer.alloc(Math.min(size - this.#readTo, MOST_OCTETS))
    const text = octets.subarray(0, readSync(fd, octets, 0, octets.length, this.#readTo)).toString()
    const end = text.lastIndexOf('\n') + 1
    for (const line of text.slice(0, end).split('\n')) if (this.#known.size < MOST) this.#add(line)
    this.#readTo += Buffer.byteLength(text.slice(0, end))
  }

  #add(line: string): void {
    if (!/^".*"$/.test(line)) return
    try {
      this.#known.add(JSON.parse(line) as string)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }

  #append(principal: string): void {
    if (this.#path === undefined) return
    try {
      appendFileSync(this.#path, `${JSON.stringify(principal)}\n`, { mode: 0o600 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error
    }
  }
}

const MOST = 100_000
const MOST_OCTETS = 32 * 1024 * 1024
