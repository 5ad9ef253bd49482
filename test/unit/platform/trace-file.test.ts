import { readFileSync, statSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { traceToFile } from '../../../src/platform/trace-file.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const scratch = scratchFolder('trace')
afterAll(() => scratch.remove())
const clock = { now: () => ({ seconds: 12, micros: 34 }) }

test('lines are appended to a file that nobody else may read', () => {
  const path = scratch.file('trace')
  for (const pid of [1, 2]) traceToFile(path, clock, pid)({ event: 'preauth-none' })
  expect(readFileSync(path, 'utf8')).toBe(
    '[1] 12.000034: Sending unauthenticated request\n[2] 12.000034: Sending unauthenticated request\n',
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test.each(['/no/such/folder/trace', '/dev/full'])('%s, which takes nothing, disturbs nobody', path => {
  expect(() => traceToFile(path, clock, 1)({ event: 'preauth-none' })).not.toThrow()
})
