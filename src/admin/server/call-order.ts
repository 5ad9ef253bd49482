/** What a call needs for itself: the names that it is about, or everything. */
export type Needs = readonly string[] | 'everything'

/**
 * Lets the calls of one connection run together as far as nobody could tell: a call waits for earlier ones about the same names, and one that needs
 * everything stands alone. So a thousand new principals share the waits for the disk, and a change is seen by what was asked after it.
 */
export class CallOrder {
  readonly #running = new Set<Promise<unknown>>()
  readonly #last = new Map<string, Promise<unknown>>()
  #alone: Promise<unknown> = Promise.resolve()

  run<T>(needs: Needs, task: () => Promise<T>): Promise<T> {
    const before = needs === 'everything' ? [...this.#running] : [this.#alone, ...needs.map(name => this.#last.get(name))]
    const done = Promise.allSettled(before).then(task)
    this.#running.add(done)
    if (needs === 'everything') this.#alone = done
    else for (const name of needs) this.#last.set(name, done)
    const forget = () => {
      this.#running.delete(done)
      if (needs === 'everything') return
      for (const name of needs) if (this.#last.get(name) === done) this.#last.delete(name)
    }
    done.then(forget, forget)
    return done
  }
}
