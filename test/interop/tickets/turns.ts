/** So many things at a time; those that cannot wait go first. */
export class Turns {
  #free: number
  readonly #urgent: (() => void)[] = []
  readonly #others: (() => void)[] = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<T>(urgent: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => (urgent ? this.#urgent : this.#others).push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#urgent.shift() ?? this.#others.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
