import type { Bytes } from '../core/bytes/bytes.ts'
import { ERRORS, type ErrorCode } from '../core/errors/tables/index.ts'
import type { TracedAddress, TracedResult } from '../core/trace/events.ts'
import { addressOctets } from './dns.ts'

/** What to send: the same octets to all, or made once for a connection from this machine's address on it (4 or 16 octets). */
export type Request = Bytes | ((local: Bytes) => Bytes)

/** One address of a KDC over one transport, during one exchange. */
export interface Line {
  readonly to: TracedAddress
  /** `fresh`: nothing sent yet. `held`: a stream is up and deserves waiting. `dead`: nothing will come any more. */
  readonly state: 'fresh' | 'open' | 'held' | 'dead'
  /** Why it is dead, or what is waited for, in a few words. */
  readonly outcome: string
  /** Sends or repeats the request; false when there is nothing to send on this line. */
  send(request: Request): boolean
  /** Ends it; harmless when repeated. */
  close(outcome?: string): void
}

/** What a line reports; it reports nothing after `close`. */
export interface LineEvents {
  answer(line: Line, message: Bytes): void
  /** The state became `held` or `dead`. */
  changed(line: Line): void
}

/** The octets for a connection; `local` as Node writes addresses. */
export function requestFrom(request: Request, local: string): Bytes {
  return typeof request === 'function' ? request(addressOctets(local)) : request
}

/** errno number and text of a failed system call. */
export function systemError(error: NodeJS.ErrnoException): TracedResult {
  const text = error.code !== undefined && error.code in ERRORS ? ERRORS[error.code as ErrorCode].text : (error.code ?? error.message)
  return { number: Math.abs(error.errno ?? 0), text }
}
