import { openSync, writeSync } from 'node:fs'
import type { Clock } from '../core/env.ts'
import type { TraceEvent } from '../core/trace/events.ts'
import { traceLine } from '../core/trace/format.ts'

/** Appends trace lines to a file (KRB5_TRACE; /dev/stderr too). One that cannot be opened or written is passed over in silence, as MIT does. */
export function traceToFile(path: string, clock: Clock, pid: number): (event: TraceEvent) => void {
  const file = open(path)
  if (file === undefined) return () => {}
  return event => {
    try {
      writeSync(file, traceLine(event, pid, clock.now()))
    } catch {
      // A full disk must not end a log-in.
    }
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'a', 0o600)
  } catch {
    return undefined
  }
}
