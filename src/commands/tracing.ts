import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import type { TraceEvent } from '../core/trace/events.ts'
import { traceLine } from '../core/trace/format.ts'
import { traceJson } from '../core/trace/json.ts'
import { type TraceLine, traceToFile } from '../platform/trace-file.ts'
import { saying } from './text/phrase.ts'

/**
 * Where the events of a run go: as MIT's lines to the file that KRB5_TRACE names (`''` for none; one that cannot be opened is passed
 * over, as MIT does), as JSON to the file of `--trace-json` (which must be opened). Throws the errno's code.
 */
export async function tracing(files: { readonly lines: string; readonly events: string | undefined }, env: Pick<Env, 'clock' | 'host'>) {
  const sinks: ((event: TraceEvent) => void)[] = []
  const add = (path: string, line: TraceLine) => sinks.push(traceToFile(path, line, { clock: env.clock, pid: env.host.pid }))
  if (files.lines !== '') unlessRefused(() => add(files.lines, traceLine))
  const { events } = files
  if (events !== undefined) await saying(`opening ${events}`, () => add(events, traceJson))
  return (event: TraceEvent) => {
    for (const sink of sinks) sink(event)
  }
}

function unlessRefused(task: () => void): void {
  try {
    task()
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
  }
}
