/** Where the outputs of a request go. */
export interface Outputs {
  out(text: string): void
  err(text: string): void
}

/**
 * Lets requests run while earlier ones still wait for the disk, and shows what each of them says only when its turn has come and it
 * has ended: an acknowledgement is never printed before what it acknowledges is safe, nor out of order.
 */
export class InOrder {
  readonly #output: Gathered
  #last: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined
  readonly #underWay = new Map<string, Promise<void>>()
  /** Those who wait for room. */
  readonly #wanting: (() => void)[] = []

  constructor(real: Outputs) {
    this.#output = new Gathered(real)
  }

  /** Starts a task when none about the same subject is under way, and not too many others. */
  async startAbout(subject: string, task: (outputs: Outputs) => Promise<void>): Promise<void> {
    await this.#underWay.get(subject)
    while (this.#underWay.size >= MOST_TOGETHER) await new Promise<void>(resolve => void this.#wanting.push(resolve))
    const done = this.start(task).finally(() => {
      this.#underWay.delete(subject)
      this.#wanting.shift()?.()
    })
    this.#underWay.set(subject, done)
  }

  /** Starts a task at once. Resolves when it has ended, be it that it threw. */
  start(task: (outputs: Outputs) => Promise<void>): Promise<void> {
    const said: (() => void)[] = []
    const done = task({
      out: text => void said.push(() => this.#output.add('out', text)),
      err: text => void said.push(() => this.#output.add('err', text)),
    }).catch((error: unknown) => {
      this.#failure ??= { error }
    })
    this.#last = this.#last
      .then(() => done)
      .then(() => {
        for (const say of said) say()
      })
    return done
  }

  /** Resolves when everything that was started has ended and been shown. A task that threw throws here. */
  async settled(): Promise<void> {
    await this.#last
    this.#output.flush()
    if (this.#failure !== undefined) throw this.#failure.error
  }
}

const MOST_TOGETHER = 256

/** Puts together what is said at one time: a write costs as much as a request. */
class Gathered {
  readonly #real: Outputs
  #to: keyof Outputs = 'out'
  #text = ''

  constructor(real: Outputs) {
    this.#real = real
  }

  add(to: keyof Outputs, text: string): void {
    if (to !== this.#to) this.flush()
    this.#to = to
    if (this.#text === '') setImmediate(() => this.flush())
    this.#text += text
  }

  flush(): void {
    const text = this.#text
    this.#text = ''
    if (text !== '') this.#real[this.#to](text)
  }
}
