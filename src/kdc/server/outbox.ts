/**
 * Replies wait here until the log lines that tell of them are in the file: all that became ready in one turn of the event loop go out together, or not
 * at all when they must be written down and cannot be.
 */
export class Outbox {
  readonly #writeDown: () => boolean
  #sends: (() => void)[] = []

  constructor(writeDown: () => boolean) {
    this.#writeDown = writeDown
  }

  push(send: () => void): void {
    if (this.#sends.length === 0) setImmediate(() => this.flush())
    this.#sends.push(send)
  }

  flush(): void {
    const sends = this.#sends
    this.#sends = []
    if (!this.#writeDown()) return
    for (const send of sends) send()
  }
}
