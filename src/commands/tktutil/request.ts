import type { ClientConfig } from '../../core/config/krb5-conf.ts'
import type { Env } from '../../core/env.ts'
import type { Keytab } from '../../core/keytab/keytab.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { Zone } from '../../core/time/zone.ts'
import type { ClientContext } from '../../kdc-client/context.ts'
import type { HeldPassword } from '../../kdc-client/held-password.ts'
import { UsageError } from '../text/envelope.ts'
import type { KeytabFiles } from './keytab-files.ts'

/** What requests work with. */
export interface Session {
  readonly env: Env
  readonly config: ClientConfig
  /** The name the program was called by. */
  readonly program: string
  /** What the requests are about: the list that the prompt's requests put together, or a keytab. */
  readonly list: Keytab
  /** The request stands on the command line: `list` is the keytab itself, and there is more than MIT's language. */
  readonly direct: boolean
  /** The other keytabs that requests name. */
  readonly files: KeytabFiles
  kdc(): Promise<ClientContext>
  zone(): Promise<Zone>
  /** The caller wipes it. */
  password(principal: Principal): Promise<HeldPassword>
}

/** What a request came to. Text for standard output and standard error, newlines included. */
export interface Answer {
  readonly text?: string | (() => Promise<string>)
  readonly notes?: string
  readonly json: object
  /** Counts in the exit status of a request on the command line. */
  readonly failed?: boolean
  /** No further requests. */
  readonly ends?: boolean
}

export interface Request {
  readonly names: readonly [string, ...string[]]
  /** The line of list_requests. */
  readonly about: string
  /** Not in MIT's language: on the command line only. */
  readonly ours?: boolean
  /** `called` is the name that was used. Throws Complaint, and KrbErrors with what was being done. */
  run(words: readonly string[], session: Session, called: string): Promise<Answer>
}

/** Words or an answer that make no sense, as a line of MIT's for standard error. */
export class Complaint extends UsageError {
  constructor(line: string) {
    super([line])
  }
}
