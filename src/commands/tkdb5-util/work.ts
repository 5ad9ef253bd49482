import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

/** What a subcommand works with. */
export interface Work {
  readonly config: KdcConfig
  readonly env: Env
  /** The name the program was called by. */
  readonly program: string
  readonly json: boolean
  /** -P. */
  readonly password: string | undefined
  /** -kv. */
  readonly masterKvno: number | undefined
  /** -m: the master password is asked for, not looked up in the stash file. */
  readonly askMaster: boolean
  /** -x. */
  readonly databaseArguments: readonly string[]
  /** Standard output, unless --json wants it for itself. */
  print(text: string): void
  /** Standard error: `program: text PHRASE`, where the phrase may be empty. */
  complain(error: KrbError, phrase: string): void
  /** A failure that MIT has another sentence for than the error's own, newline included. */
  fail(error: KrbError, text: string): void
  warn(text: string): void
}

/** What a subcommand came to: the exit status, which counts what went wrong, and what --json prints. */
export interface Done {
  readonly status: number
  readonly result: object
}

/** Runs a step; when it fails that is said with `phrase`, and undefined given. */
export async function tried<T>(work: Work, phrase: string, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    work.complain(error, phrase)
    return undefined
  }
}
