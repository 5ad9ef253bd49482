import { openSync, writeSync } from 'node:fs'
import type { Clock, Instant } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../core/errors/tables/index.ts'
import type { TraceEvent } from '../core/trace/events.ts'

/** An event as it stands in a file, line end included. */
export type TraceLine = (event: TraceEvent, pid: number, now: Instant) => string

/** Appends events to a file of this user (/dev/stderr works too). Throws the errno's code when it cannot be opened; later failures are passed over. */
export function traceToFile(path: string, line: TraceLine, { clock, pid }: { readonly clock: Clock; readonly pid: number }) {
  const file = open(path)
  return (event: TraceEvent): void => {
    try {
      writeSync(file, line(event, pid, clock.now()))
    } catch {
      // A full disk must not end a log-in.
    }
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'a', 0o600)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new KrbError(code in ERRORS ? (code as ErrorCode) : 'EIO', { path }, { cause: error })
  }
}
