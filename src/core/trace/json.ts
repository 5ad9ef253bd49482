import { toHex } from '../bytes/bytes.ts'
import type { Instant } from '../env.ts'
import { type Principal, unparsePrincipal } from '../principal/principal.ts'
import { etypeName } from '../registry/etype.ts'
import { isoTime } from '../time/format.ts'
import type { TraceEvent } from './events.ts'
import { traceText } from './format.ts'

/** An event as one line of JSON, newline included (docs/formats/trace.md): principals as text, enctypes by name, octets in hexadecimal. */
export function traceJson(event: TraceEvent, pid: number, now: Instant): string {
  const { event: name, ...data } = event
  const time = `${isoTime(now.seconds).slice(0, -1)}.${String(now.micros).padStart(6, '0')}Z`
  return `${JSON.stringify({ time, pid, event: name, ...plain(data), text: traceText(event) })}\n`
}

function plain(data: object): object {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, plainValue(key, value)]))
}

function plainValue(key: string, value: unknown): unknown {
  if (key === 'etype') return etypeName(value as number)
  if (key === 'etypes') return (value as readonly number[]).map(etypeName)
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return 'components' in value ? unparsePrincipal(value as Principal) : plain(value)
}
