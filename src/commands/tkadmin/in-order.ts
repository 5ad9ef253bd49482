import { withPatientCompiler } from '../../platform/compiler-patience.ts'
import { sameFile } from '../../platform/same-file.ts'

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
  /** The queue: those that have not been shown yet. */
  #first: Turn | undefined
  #last: Turn | undefined
  #failure: { readonly error: unknown } | undefined
  readonly #underWay = new Map<string, Promise<void>>()
  /** Of whoever waits for room. */
  #room: (() => void) | undefined
  #sinceTurn = 0
  #started = 0
  readonly #compileBest: () => void

  constructor(real: Outputs) {
    this.#output = new Gathered(real)
    this.#compileBest = withPatientCompiler()
  }

  /** Says something in its turn, behind all that was started. */
  say(to: keyof Outputs, text: string): void {
    if (this.#last === undefined) this.#output.add(to, text)
    else {
      const turn = this.#last.ended ? this.#last : this.#queue(new Turn())
      turn[to](text)
      turn.ended = true
    }
  }

  /** Starts a task when none about the same subject is under way, and not too many others. */
  async startAbout(subject: string, task: (outputs: Outputs) => Promise<unknown>): Promise<void> {
    if (++this.#started === MANY) this.#compileBest()
    const before = this.#underWay.get(subject)
    if (before !== undefined) await before
    if (this.#underWay.size >= MOST_TOGETHER) await this.#someEnd()
    else if (++this.#sinceTurn >= MOST_AT_ONCE) await this.#eventLoop()
    this.#underWay.set(subject, this.#run(task, this.#queue(new Turn()), subject))
  }

  /** Resolves when everything that was started has ended and been shown. A task that threw throws here. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values())
    this.#output.flush()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #queue(turn: Turn): Turn {
    if (this.#last === undefined) this.#first = turn
    else this.#last.next = turn
    this.#last = turn
    return turn
  }

  #someEnd(): Promise<void> {
    return new Promise(resolve => {
      this.#room = resolve
    })
  }

  /** Lets what was started get on its way to the disk or the server while more is being read. */
  #eventLoop(): Promise<void> {
    this.#sinceTurn = 0
    return new Promise(resolve => setImmediate(resolve))
  }

  async #run(task: (outputs: Outputs) => Promise<unknown>, turn: Turn, subject: string): Promise<void> {
    try {
      await task(turn)
    } catch (error) {
      this.#failure ??= { error }
    }
    turn.ended = true
    this.#show()
    this.#underWay.delete(subject)
    if (this.#underWay.size <= MOST_TOGETHER - MOST_AT_ONCE) this.#room?.()
  }

  #show(): void {
    let turn = this.#first
    for (; turn?.ended; turn = turn.next) for (const { to, text } of turn.said) this.#output.add(to, text)
    this.#first = turn
    if (turn === undefined) this.#last = undefined
  }
}

const MOST_TOGETHER = 512
/** As many are started before the event loop has its turn: a batch for the disk, with the next one being prepared meanwhile. */
const MOST_AT_ONCE = 256
/** So many that the best code pays. */
const MANY = 3000

/** What one task says, until it may be shown. */
class Turn implements Outputs {
  readonly said: { readonly to: keyof Outputs; readonly text: string }[] = []
  ended = false
  next: Turn | undefined

  readonly out = (text: string): void => void this.said.push({ to: 'out', text })
  readonly err = (text: string): void => void this.said.push({ to: 'err', text })
}

/** Puts together what is said at one time: a write costs as much as a request. */
class Gathered {
  readonly #real: Outputs
  /** Nobody can see in which order the two were written to. */
  readonly #apart = !sameFile(1, 2)
  readonly #texts = { out: '', err: '' }

  constructor(real: Outputs) {
    this.#real = real
  }

  add(to: keyof Outputs, text: string): void {
    const texts = this.#texts
    if (texts.out === '' && texts.err === '') setImmediate(() => this.flush())
    else if (!this.#apart && texts[to] === '') this.flush()
    texts[to] += text
  }

  flush(): void {
    for (const to of TO) {
      const text = this.#texts[to]
      this.#texts[to] = ''
      if (text !== '') this.#real[to](text)
    }
  }
}

const TO = ['err', 'out'] as const
