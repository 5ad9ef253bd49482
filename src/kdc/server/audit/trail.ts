import type { Env } from '../../../core/env.ts'
import { AUDIT_SCHEMA } from '../../audit/event.ts'
import type { AuditTrail } from '../../audit/trail.ts'
import type { LogSink } from '../../realm-desk.ts'
import type { AuditTarget } from './destination.ts'

export interface TrailParts {
  readonly targets: readonly AuditTarget[]
  /** No request is answered that cannot be written down everywhere. */
  readonly required: boolean
  readonly env: Pick<Env, 'clock' | 'random'>
  readonly log: LogSink
  /** Whether a name is new, and remembered from now on. */
  readonly isNew: (principal: string) => boolean
  /** Told of an event about a principal that is new. */
  readonly tell?: (line: string) => void
}

/** The audit stream of one process: events wait until `flush`, which comes before the replies that they tell of are sent. */
export class Trail implements AuditTrail {
  readonly #parts: TrailParts
  readonly #process: string
  readonly #lost = new Map<AuditTarget, Loss>()
  #count = 0
  #lines = ''
  #second = { at: -1, text: '' }

  constructor(parts: TrailParts) {
    this.#parts = parts
    this.#process = Buffer.from(parts.env.random(6)).toString('hex')
  }

  get available(): boolean {
    return !this.#parts.required || this.#parts.targets.every(({ hasRoom }) => hasRoom)
  }

  record(members: string, firstSeen = false): void {
    const line = this.#line(members)
    this.#lines += line
    if (firstSeen) this.#parts.tell?.(line)
    if (this.#lines.length >= MAX_WAITING) this.flush()
  }

  firstSeen(principal: string): boolean {
    return this.#parts.isNew(principal)
  }

  /** False: what was recorded could not be written down everywhere although it must be, so that no reply may tell of it. */
  flush(): boolean {
    if (this.#lines === '') return true
    const lines = this.#lines
    this.#lines = ''
    let complete = true
    for (const target of this.#parts.targets) complete = this.#deliver(target, lines) && complete
    return complete || !this.#parts.required
  }

  reopen(): void {
    this.flush()
    for (const target of this.#parts.targets) target.reopen()
  }

  async close(): Promise<void> {
    this.flush()
    await Promise.all(this.#parts.targets.map(target => target.close()))
  }

  /** What was lost before is told in the stream itself, as soon as it takes lines again. */
  #deliver(target: AuditTarget, lines: string): boolean {
    const loss = this.#lost.get(target)
    const owed = loss === undefined ? '' : this.#line(`"event":"lost","since":"${loss.since}","count":${loss.count}`)
    if (target.write(owed + lines)) {
      if (loss !== undefined) this.#parts.log('error', `audit: ${target.name} takes events again, ${loss.count} were lost`)
      this.#lost.delete(target)
      return true
    }
    const count = lines.split('\n').length - 1
    if (loss === undefined) this.#parts.log('error', `audit: ${target.name} does not take events, they are lost`)
    this.#lost.set(target, { since: loss?.since ?? this.#time(), count: (loss?.count ?? 0) + count })
    return false
  }

  #line(members: string): string {
    return `{"schema":${AUDIT_SCHEMA},"id":"${this.#process}-${++this.#count}","time":"${this.#time()}",${members}}\n`
  }

  #time(): string {
    const { seconds, micros } = this.#parts.env.clock.now()
    if (seconds !== this.#second.at) this.#second = { at: seconds, text: new Date(seconds * 1000).toISOString().slice(0, 19) }
    return `${this.#second.text}.${String(micros).padStart(6, '0')}Z`
  }
}

interface Loss {
  readonly since: string
  readonly count: number
}

const MAX_WAITING = 256 * 1024
