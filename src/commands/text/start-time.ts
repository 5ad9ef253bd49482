import type { Env } from '../../core/env.ts'
import { parseAbsolute } from '../../core/time/absolute.ts'
import { parseDuration } from '../../core/time/duration.ts'
import { loadZone, UTC } from '../../core/time/zone.ts'

/** MIT's complaint about what is neither a duration nor a date. Whether it is one is the same in every time zone. */
export function badStartTime(text: string): string | undefined {
  if (parseDuration(text) || parseAbsolute(text, SOME_TIME, UTC)) return undefined
  return `Bad start time value ${text}`
}

/** Seconds from now to a start as kinit's `-s` takes it: a duration, or else a date of the local time zone. */
export async function startOffset(text: string, env: Env): Promise<number> {
  const duration = parseDuration(text)
  if (duration) return duration
  const now = env.clock.now().seconds
  return (parseAbsolute(text, now, await loadZone(env)) ?? now) - now
}

const SOME_TIME = 1_000_000_000
