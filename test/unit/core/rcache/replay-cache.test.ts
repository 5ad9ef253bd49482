import { describe, expect, it } from 'vitest'
import { encodeText } from '../../../../src/core/bytes/text.ts'
import { MemoryReplayCache } from '../../../../src/core/rcache/replay-cache.ts'
import { codeOf } from '../gss/service-ticket.ts'

const NOW = 1_800_000_000
const authenticator = (name: string | number) => encodeText(`authenticator ${name}`)
const cacheOf = (capacity?: number) => new MemoryReplayCache({ clockskew: 300, ...(capacity && { capacity }) })

describe('replay cache', () => {
  it('takes an authenticator once, and others of the same second', () => {
    const cache = cacheOf()
    cache.remember(authenticator('a'), NOW, NOW)
    cache.remember(authenticator('b'), NOW, NOW)
    expect(codeOf(() => cache.remember(authenticator('a'), NOW, NOW + 1))).toBe('KRB5KRB_AP_ERR_REPEAT')
  })
  it('remembers for as long as the time would be good, whatever the clock of the client', () => {
    for (const ctime of [NOW - 300, NOW, NOW + 300]) {
      const cache = cacheOf()
      cache.remember(authenticator('a'), ctime, NOW)
      expect(codeOf(() => cache.remember(authenticator('a'), ctime, ctime + 300))).toBe('KRB5KRB_AP_ERR_REPEAT')
      cache.remember(authenticator('b'), ctime + 301, ctime + 301)
      expect(cache.size).toBe(1)
    }
  })
  it('stays within its bounds, lets no replay through, and shuts out slow clocks only', () => {
    const cache = cacheOf(100)
    for (let second = 0; second < 50; second++) {
      for (let i = 0; i < 10; i++) cache.remember(authenticator(`${second} ${i}`), NOW + second, NOW + second)
      expect(cache.size).toBeLessThanOrEqual(100)
    }
    const codes = Array.from({ length: 500 }, (_, n) =>
      codeOf(() => cache.remember(authenticator(`${Math.floor(n / 10)} ${n % 10}`), NOW + Math.floor(n / 10), NOW + 49)),
    )
    expect(new Set(codes)).toEqual(new Set(['KRB5KRB_AP_ERR_REPEAT']))
    expect(codeOf(() => cache.remember(authenticator('slow'), NOW + 39, NOW + 49))).toBe('KRB5KRB_AP_ERR_REPEAT')
    cache.remember(authenticator('exact'), NOW + 49, NOW + 49)
    expect(cache.size).toBeLessThanOrEqual(100)
  })
  it('that overflows within one second takes each once all the same', () => {
    const cache = cacheOf(3)
    for (let i = 0; i < 4; i++) cache.remember(authenticator(i), NOW, NOW)
    for (let i = 0; i < 4; i++) expect(codeOf(() => cache.remember(authenticator(i), NOW, NOW))).toBe('KRB5KRB_AP_ERR_REPEAT')
    cache.remember(authenticator('next'), NOW + 1, NOW + 1)
  })
})
