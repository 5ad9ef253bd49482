import { execFileSync } from 'node:child_process'
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { nodeEnv, systemClock } from '../../../src/platform/node-env.ts'

describe('the Node environment', () => {
  it('has this process and this machine in it', () => {
    const env = nodeEnv()
    expect(env.host).toMatchObject({ uid: process.getuid?.(), euid: process.geteuid?.(), pid: process.pid })
    expect(env.host.hostname()).toBe(hostname())
    expect(env.vars.PATH).toBe(process.env.PATH)
    expect(env.host.username()).toBe(execFileSync('id', ['-un'], { encoding: 'utf8' }).trim())
  })

  it('has random octets, as many as asked for, and never the same', () => {
    const env = nodeEnv()
    expect(env.random(33)).toHaveLength(33)
    expect(env.random(32)).not.toEqual(env.random(32))
  })

  it('has a clock that does not stand still within a millisecond', () => {
    const clock = systemClock()
    const seen = Array.from({ length: 200 }, () => clock.now()).map(({ seconds, micros }) => seconds * 1_000_000 + micros)
    expect(new Set(seen).size).toBe(200)
    expect(seen.every(micros => Number.isSafeInteger(micros))).toBe(true)
    expect(Math.abs(seen[0]! / 1000 - Date.now())).toBeLessThan(60_000)
  })

  it('hands trace events to whoever wants them', () => {
    const seen: unknown[] = []
    const event = { event: 'resolving-host', host: 'a' } as const
    nodeEnv({ trace: one => seen.push(one) }).trace(event)
    nodeEnv().trace(event)
    expect(seen).toEqual([event])
  })
})
