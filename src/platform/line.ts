import type { Bytes } from '../core/bytes/bytes.ts'
import { ERRORS, type ErrorCode } from '../core/errors/tables/index.ts'
import type { TracedAddress, TracedResult } from '../core/trace/events.ts'

/** One address of a KDC over one transport, during one exchange. */
export interface Line {
  readonly to: TracedAddress
  /** `fresh`: nothing sent yet. `held`: a stream is up and deserves waiting. `dead`: nothing will come any more. */
  readonly state: 'fresh' | 'open' | 'held' | 'dead'
  /** Why it is dead, or what is waited for, in a few words. */
  readonly outcome: string
  /** Sends or repeats the request; false when there is nothing to send on this line. */
  send(request: Bytes): boolean
  /** Ends it; harmless when repeated. */
  close(outcome?: string): void
}

/** What a line reports; it reports nothing after `close`. */
export interface LineEvents {
  answer(line: Line, message: Bytes): void
  /** The state became `held` or `dead`. */
  changed(line: Line): void
}

/** errno number and text of a failed system call. */
export function systemError(error: NodeJS.ErrnoException): TracedResult {
  const text = error.code !== undefined && error.code in ERRORS ? ERRORS[error.code as ErrorCode].text : (error.code ?? error.message)
  return { number: Math.abs(error.errno ?? 0), text }
}
