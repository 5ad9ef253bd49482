import type { AdminApi } from '../../admin/api.ts'
import type { VerbOption } from '../../admin/language/verb.ts'
import type { Reading } from '../../admin/query/parse.ts'
import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Zone } from '../../core/time/zone.ts'
import type { Own, OwnOption } from './own-options.ts'

/** What a request works with: the database, the person or script on the other side, and how it was called. */
export interface Talk {
  readonly api: AdminApi
  readonly env: Env
  readonly config: ClientConfig
  readonly zone: Zone
  /** The name the program was called by. */
  readonly program: string
  /** The request stood on the command line: no information lines, no questions, and failures count in the exit status. */
  readonly script: boolean
  /** Standard input holds the requests, and is not for anything else. */
  readonly listening: boolean
  /** One JSON document is the only output. */
  readonly json: boolean
  /** Those of our own options that were given. */
  readonly own: Own
  reading(): Reading
  /** A result, on standard output. Like `info` nothing with --json, where the value that the request returns is printed instead. */
  print(text: string): void
  /** What was done, for a person. */
  info(text: string): void
  /** On standard error, and the request counts as done. */
  warn(text: string): void
  /** On standard error, and the request counts as failed. */
  fail(text: string, error?: KrbError): void
  /** No further requests. */
  end(): void
}

/** One request of the language as a program carries it out. */
export interface Request {
  readonly names: readonly [string, ...string[]]
  /** The line of list_requests. */
  readonly about: string
  /** What wrong words are answered with; absent where there are none to get wrong. */
  readonly usage?: string
  /** kadmin's options, which stand before the operands. */
  readonly options?: readonly VerbOption[]
  /** Also ±flags of principals. */
  readonly flags?: true
  readonly operands?: readonly Operand[]
  /** Long options that kadmin does not have; they may stand anywhere and are not among the words that `run` gets. */
  readonly own?: readonly OwnOption[]
  /** Ours: not in MIT's list_requests. */
  readonly unlisted?: boolean
  /** Words after the name. The value is what --json prints (docs/json.md). Throws QueryError and RequestFailure. */
  run(words: readonly string[], talk: Talk): Promise<object>
  /**
   * Reads the words of a request that asks nothing and touches nothing but its subject: such requests may be under way together as
   * long as their subjects differ. undefined for one that must wait for all before it. Throws QueryError.
   */
  ahead?(words: readonly string[], talk: Pick<Talk, 'own' | 'reading'>): Ahead | undefined
}

export interface Ahead {
  readonly subject: string
  /** As `run` of the request, its words read already. */
  run(talk: Talk): Promise<object>
}

/** A word that a request needs, or may have. */
export interface Operand {
  /** As a question puts it. */
  readonly name: string
  /** What it names: something that is there, `new` for what is not, or any text. */
  readonly kind: 'principal' | 'policy' | 'new' | 'text'
  readonly optional?: true
}

/** A request that failed: `text` is the complete line, the error what it came from. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
  readonly error: KrbError

  constructor(text: string, error: KrbError) {
    super(text, { cause: error })
    this.error = error
  }
}

/** Runs a step; what goes wrong becomes `COMMAND: text PHRASE`, the phrase with its "while" and, where MIT has one, its full stop. */
export async function step<T>(command: string, phrase: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof KrbError) throw new RequestFailure(`${command}: ${error.message} ${phrase}\n`, error)
    throw error
  }
}
