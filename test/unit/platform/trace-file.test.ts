import { readFileSync, statSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { traceLine } from '../../../src/core/trace/format.ts'
import { traceToFile } from '../../../src/platform/trace-file.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const scratch = scratchFolder('trace')
afterAll(() => scratch.remove())
const world = (pid: number) => ({ clock: { now: () => ({ seconds: 12, micros: 34 }) }, pid })

test('lines are appended to a file that nobody else may read', () => {
  const path = scratch.file('trace')
  for (const pid of [1, 2]) traceToFile(path, traceLine, world(pid))({ event: 'preauth-none' })
  expect(readFileSync(path, 'utf8')).toBe(
    '[1] 12.000034: Sending unauthenticated request\n[2] 12.000034: Sending unauthenticated request\n',
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a file that cannot be opened says so, one that takes nothing disturbs nobody', () => {
  expect(() => traceToFile('/no/such/folder/trace', traceLine, world(1))).toThrow('No such file or directory')
  expect(() => traceToFile('/dev/full', traceLine, world(1))({ event: 'preauth-none' })).not.toThrow()
})
