import { describe, expect, it } from 'vitest'
import { Lookaside } from '../../../src/kdc/lookaside.ts'
import type { KeyData, PrincipalEntry } from '../../../src/kdc/store/entry.ts'
import { type OpenedTicket, OpenedTickets } from '../../../src/kdc/tgs/opened-tickets.ts'

describe('replies to repeats', () => {
  const reply = Uint8Array.from({ length: 256 }, (_, i) => i)

  it('are given again as they were, for a minute at least and two at most', () => {
    const lookaside = new Lookaside()
    expect(lookaside.find('a', 1000)).toBeUndefined()
    lookaside.begin('a')
    expect(lookaside.find('a', 1000)).toBe('pending')
    lookaside.finish('a', reply)
    for (const now of [1000, 1059, 1060]) expect(lookaside.find('a', now)).toEqual(reply)
    expect(lookaside.find('a', 1120)).toBeUndefined()
  })

  it('are forgotten when there was none, when the clock is moved back, and when there are too many', () => {
    const lookaside = new Lookaside()
    lookaside.find('a', 1000)
    lookaside.begin('a')
    lookaside.finish('a', undefined)
    expect(lookaside.find('a', 1000)).toBeUndefined()
    lookaside.finish('b', reply)
    expect(lookaside.find('b', 10)).toBeUndefined()
    const large = new Uint8Array(6 * 1024 * 1024)
    for (const key of ['c', 'd', 'e']) {
      lookaside.find(key, 10)
      lookaside.finish(key, large)
    }
    lookaside.find('f', 10)
    expect(lookaside.find('c', 10)).toBeUndefined()
    expect(lookaside.find('e', 10)).toHaveLength(large.length)
  })
})

describe('tickets that were opened before', () => {
  const key = (kvno: number): KeyData => ({ version: 1, kvno, etype: 18, sealed: new Uint8Array(0), saltType: 0, salt: new Uint8Array(0) })
  const found = (...keys: KeyData[]) => keys.map(data => ({ entry: {} as PrincipalEntry, data }))
  const cipher = new Uint8Array(100)

  it('are opened twice and then no more, until the entry of their server has other keys', () => {
    const tickets = new OpenedTickets()
    const [first, second] = [key(1), key(1)]
    let openings = 0
    const openedWith = (data: KeyData) =>
      tickets.opened(cipher, found(data), () => {
        openings++
        return { openedBy: data } as OpenedTicket
      })
    for (const expected of [1, 2, 2, 2]) {
      openedWith(first)
      expect(openings).toBe(expected)
    }
    expect(openedWith(second).openedBy).toBe(second)
    expect(openings).toBe(3)
  })

  it('are not kept when they cannot be opened', () => {
    const tickets = new OpenedTickets()
    for (let i = 0; i < 3; i++)
      expect(() =>
        tickets.opened(cipher, [], () => {
          throw new Error('no')
        }),
      ).toThrow('no')
  })
})
