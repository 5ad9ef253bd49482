/**
 * Replies wait here until the log lines that tell of them are in the file: all that became ready in one turn of the event loop go out together.
 */
export class Outbox {
  readonly #flushLog: () => void
  #sends: (() => void)[] = []

  constructor(flushLog: () => void) {
    this.#flushLog = flushLog
  }

  push(send: () => void): void {
    if (this.#sends.length === 0) setImmediate(() => this.flush())
    this.#sends.push(send)
  }

  flush(): void {
    const sends = this.#sends
    this.#sends = []
    this.#flushLog()
    for (const send of sends) send()
  }
}
