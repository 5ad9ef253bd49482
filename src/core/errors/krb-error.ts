import { ERRORS, type ErrorCode } from './tables/index.ts'

export type { ErrorCode } from './tables/index.ts'

/** What may be shown beside a code: principals, realms, paths, names, times, numbers. Never octets, keys or passwords. */
export type ErrorParams = Readonly<Record<string, string | number>>

export interface ErrorContext {
  /** MIT's longer wording, where it has one for this case; the table's text otherwise. */
  readonly text?: string
  /** What was being done, without the word "while": `getting initial credentials`. */
  readonly doing?: string
  /** Next steps for a person; printed on a terminal and in JSON only. */
  readonly hints?: readonly string[]
  readonly cause?: unknown
}

/** Everything that goes wrong by itself or by somebody's input. A programmer's mistake is a plain Error. */
export class KrbError extends Error {
  override readonly name = 'KrbError'
  readonly code: ErrorCode
  readonly params: ErrorParams
  readonly doing: string | undefined
  readonly hints: readonly string[]

  constructor(code: ErrorCode, params: ErrorParams = {}, context: ErrorContext = {}) {
    super(context.text ?? ERRORS[code].text, context.cause === undefined ? undefined : { cause: context.cause })
    this.code = code
    this.params = params
    this.doing = context.doing
    this.hints = context.hints ?? []
  }

  /** The com_err number (`-1765328378`). */
  get number(): number {
    return ERRORS[this.code].number
  }

  /** The KRB-ERROR error-code of RFC 4120 §7.5.9, for the codes that have one. */
  get protocolCode(): number | undefined {
    return ERRORS[this.code].protocol
  }

  /** `text while doing`, as MIT's programs print it after their name. */
  describe(): string {
    return this.doing === undefined ? this.message : `${this.message} while ${this.doing}`
  }

  /** The same error with more next steps behind those that it has. */
  withHints(...hints: readonly string[]): KrbError {
    const all = [...this.hints, ...hints]
    const doing = this.doing === undefined ? {} : { doing: this.doing }
    return new KrbError(this.code, this.params, { text: this.message, ...doing, hints: all, cause: this.cause ?? this })
  }

  /** The same error with what was being done added by whoever knows the task; the first (innermost) phrase stays. */
  during(doing: string): KrbError {
    if (this.doing !== undefined) return this
    return new KrbError(this.code, this.params, { text: this.message, doing, hints: this.hints, cause: this.cause ?? this })
  }
}

/** Runs `task` and adds `doing` to any KrbError that comes out of it. */
export async function during<T>(doing: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    throw error instanceof KrbError ? error.during(doing) : error
  }
}
