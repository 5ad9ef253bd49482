/**
 * Replies wait here until the log lines that tell of them are in the file: all that became ready in one turn of the event loop go out together, or not
 * at all when they must be written down and cannot be.
 */
export class Outbox {
  readonly #writeDown: () => boolean
  #sends: Sending[] = []

  constructor(writeDown: () => boolean) {
    this.#writeDown = writeDown
  }

  /** `withhold` is called in place of `send` when the reply must not go out. */
  push(send: () => void, withhold: () => void = () => {}): void {
    if (this.#sends.length === 0) setImmediate(() => this.flush())
    this.#sends.push({ send, withhold })
  }

  flush(): void {
    const sends = this.#sends
    this.#sends = []
    const complete = this.#writeDown()
    for (const { send, withhold } of sends) (complete ? send : withhold)()
  }
}

interface Sending {
  send(): void
  withhold(): void
}
