/** A count on one line of standard error, for people who wait; nothing where nobody looks on. */
export class Progress {
  readonly #what: string
  readonly #shown = process.stderr.isTTY === true
  #latest = 0

  constructor(what: string) {
    this.#what = what
  }

  /** `share` (0..1), where the end is known, draws a bar before the count. */
  show(count: number, share?: number): void {
    if (!this.#shown) return
    const now = performance.now()
    if (now - this.#latest < INTERVAL_MS) return
    this.#latest = now
    process.stderr.write(`\r${share === undefined ? '' : bar(share)}${count} ${this.#what}`)
  }

  /** The line is cleared: what is printed next begins at the margin. */
  end(): void {
    if (this.#shown && this.#latest > 0) process.stderr.write('\r\u001b[K')
    this.#latest = 0
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH)
  return `[${'#'.repeat(full)}${' '.repeat(BAR_WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)}% `
}

const BAR_WIDTH = 30
const INTERVAL_MS = 100
