import { describe, expect, it } from 'vitest'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { cutsOf, cutsOfRenewed } from '../../../src/kdc-client/cuts.ts'
import { NOW, ticketGrantingTicket } from './fake-kdc.ts'

const asked = { endtime: NOW + 100, renewTill: NOW + 900, from: NOW }
const granted = (endtime: number, renewTill = 0) =>
  ticketGrantingTicket({ endtime: NOW + endtime, renewTill: NOW + renewTill, flags: renewTill === 0 ? 0 : TicketFlags.RENEWABLE })

describe('what was granted less than asked for', () => {
  it.each([
    ['nothing', granted(100, 900), []],
    ['nothing, when there is more', granted(100, 901), []],
    ['life', granted(99, 900), [{ what: 'life', asked: 100, granted: 99, by: 'kdc' }]],
    ['renewable life', granted(100, 800), [{ what: 'renewable-life', asked: 900, granted: 800, by: 'kdc' }]],
    ['all renewable life', granted(100), [{ what: 'renewable-life', asked: 900, granted: 0, by: 'kdc' }]],
    ['both', granted(50, 60), [expect.objectContaining({ granted: 50 }), expect.objectContaining({ granted: 60 })]],
  ])('%s', (_, credential, cuts) => {
    expect(cutsOf(asked, credential)).toEqual(cuts)
  })

  it('is no renewable life when none was asked for', () => {
    expect(cutsOf({ ...asked, renewTill: 0 }, granted(100))).toEqual([])
  })

  it('counts the life asked for from the start asked for', () => {
    const postdated = ticketGrantingTicket({ starttime: NOW + 50, endtime: NOW + 90 })
    expect(cutsOf({ endtime: NOW + 150, renewTill: 0, from: NOW + 50 }, postdated)).toEqual([
      { what: 'life', asked: 100, granted: 40, by: 'kdc' },
    ])
  })
})

describe('a renewed ticket', () => {
  const before = ticketGrantingTicket({ starttime: NOW - 100, endtime: NOW, renewTill: NOW + 60 })
  it.each([
    ['lives as long as before', NOW + 100, []],
    ['ends with its renewable life', NOW + 60, [{ what: 'life', asked: 100, granted: 60, by: 'renew-till' }]],
    ['was cut by the KDC', NOW + 50, [{ what: 'life', asked: 100, granted: 50, by: 'kdc' }]],
  ])('%s', (_, endtime, cuts) => {
    expect(cutsOfRenewed(before, ticketGrantingTicket({ endtime }))).toEqual(cuts)
  })
})
