/** A count on one line of standard error, for people who wait; nothing where nobody looks on. */
export class Progress {
  readonly #what: string
  readonly #shown = process.stderr.isTTY === true
  #latest = 0

  constructor(what: string) {
    this.#what = what
  }

  show(count: number): void {
    if (!this.#shown) return
    const now = performance.now()
    if (now - this.#latest < INTERVAL_MS) return
    this.#latest = now
    process.stderr.write(`\r${count} ${this.#what}`)
  }

  /** The line is cleared: what is printed next begins at the margin. */
  end(): void {
    if (this.#shown && this.#latest > 0) process.stderr.write('\r\u001b[K')
  }
}

const INTERVAL_MS = 100
