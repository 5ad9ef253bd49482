import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAbsolute } from '../../../../src/core/time/absolute.ts'
import { parseDateWords } from '../../../../src/core/time/date-words.ts'
import { parseDuration } from '../../../../src/core/time/duration.ts'
import { UTC } from '../../../../src/core/time/zone.ts'

const VECTORS = new URL('../../../../../shared/vectors/durations.json', import.meta.url)

describe.skipIf(!existsSync(VECTORS))('times as MIT reads them (shared vectors; skipped without them)', () => {
  const empty = { count: 0, deltat: [], timestamp: { now: 0, cases: [] }, kadmin_date: { now: 0, cases: [] } }
  const file = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, 'utf8')) : empty

  it.each(file.deltat as { in: string; seconds: number | null }[])('duration $in', c => expect(parseDuration(c.in) ?? null).toBe(c.seconds))

  it.each(file.timestamp.cases as { in: string; unix: number | null }[])('time $in', c =>
    expect(parseAbsolute(c.in, file.timestamp.now, UTC) ?? null).toBe(c.unix),
  )

  it.each(file.kadmin_date.cases as { in: string; unix: number | null }[])('date words $in', c =>
    expect(parseDateWords(c.in, file.kadmin_date.now, UTC) ?? null).toBe(c.unix),
  )

  it('has all cases', () => expect(file.deltat.length + file.timestamp.cases.length + file.kadmin_date.cases.length).toBe(file.count))
})
