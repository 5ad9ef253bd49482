import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KdcOptions } from '../../src/core/flags/kdc-options.ts'
import { PrincipalAttribute } from '../../src/core/flags/principal-attributes.ts'
import { TicketFlags } from '../../src/core/flags/ticket-flags.ts'
import { countersAfter, isLockedOut } from '../../src/kdc/permit/lockout.ts'
import { ticketFlags } from '../../src/kdc/permit/ticket-flags.ts'
import { type Limit, type TimeGrounds, ticketTimes } from '../../src/kdc/permit/ticket-times.ts'
import type { PolicyEntry, PrincipalEntry } from '../../src/kdc/store/entry.ts'

const NOW = 1_900_000_000
const u32 = fc.nat(0xffff_ffff)
const life = fc.oneof(fc.constant(0), fc.nat(1_000_000), u32)
const time = fc.oneof(fc.constant(0), fc.integer({ min: NOW - 100_000, max: NOW + 2_000_000 }), u32)
/** Any mixture of the known options, and anything at all. */
const options = fc.oneof(
  fc.subarray(Object.values(KdcOptions) as number[]).map(list => list.reduce((sum, option) => sum | option, 0) >>> 0),
  u32,
)
const attributes = fc.subarray(Object.values(PrincipalAttribute) as number[]).map(list => list.reduce((sum, bit) => sum | bit, 0) >>> 0)
const bounds = fc.record({ attributes, maxLife: life, maxRenewableLife: life })
const header = fc.record({
  flags: u32,
  authtime: fc.integer({ min: NOW - 1_000_000, max: NOW }),
  starttime: fc.option(fc.integer({ min: NOW - 100_000, max: NOW + 1000 }), { nil: undefined }),
  endtime: fc.integer({ min: NOW - 1000, max: NOW + 1_000_000 }),
  renewTill: fc.option(fc.integer({ min: NOW - 1000, max: NOW + 1_000_000 }), { nil: undefined }),
})
const grounds: fc.Arbitrary<TimeGrounds> = fc.record({
  now: fc.constant(NOW),
  body: fc.record({
    kdcOptions: options,
    from: fc.option(time, { nil: undefined }),
    till: time,
    rtime: fc.option(time, { nil: undefined }),
  }),
  client: fc.option(bounds, { nil: undefined }),
  server: bounds,
  realm: fc.record({ maxLife: life, maxRenewableLife: life }),
  header: fc.option(header, { nil: undefined }),
}) as fc.Arbitrary<TimeGrounds>

/** Where the limit that decided, as `ticketTimes` says, lies. */
function bound(by: Limit, { body, client, server, realm, header }: TimeGrounds, start: number, of: 'end' | 'renewal'): number {
  const life = of === 'end' ? 'maxLife' : 'maxRenewableLife'
  const most = { realm, server, client }
  if (by === 'ticket') return of === 'end' ? header!.endtime : header!.renewTill!
  if (by !== 'request') return start + most[by]![life]
  return (of === 'end' || !(body.kdcOptions & KdcOptions.RENEWABLE) ? body.till : body.rtime) || MOST
}

const MOST = 0xffff_ffff

describe('ticket times', () => {
  it('never go beyond any of the bounds (threat T10)', () => {
    fc.assert(
      fc.property(grounds, given => {
        const { body, client, server, realm, header } = given
        const times = ticketTimes(given)
        if (header !== undefined && body.kdcOptions & KdcOptions.VALIDATE) {
          expect(times.endtime).toBe(header.endtime)
          return
        }
        if (times.renewTill !== undefined) {
          if (body.rtime && body.kdcOptions & KdcOptions.RENEWABLE) expect(times.renewTill).toBeLessThanOrEqual(body.rtime)
          const lives = [realm.maxRenewableLife, server.maxRenewableLife, ...(client ? [client.maxRenewableLife] : [])]
          for (const most of lives) expect(times.renewTill).toBeLessThanOrEqual(times.starttime + most)
          if (header !== undefined) expect(times.renewTill).toBeLessThanOrEqual(header.renewTill ?? 0xffff_ffff)
          expect((server.attributes | (client?.attributes ?? 0)) & PrincipalAttribute.DISALLOW_RENEWABLE).toBe(0)
          if (header !== undefined) expect(header.flags & TicketFlags.RENEWABLE).not.toBe(0)
        }
        expect(times.starttime).toBeGreaterThanOrEqual(NOW)
        if (header !== undefined && body.kdcOptions & KdcOptions.RENEW) {
          expect(times.endtime).toBeLessThanOrEqual(header.renewTill ?? 0)
          return
        }
        if (body.till !== 0) expect(times.endtime).toBeLessThanOrEqual(body.till)
        if (header !== undefined) expect(times.endtime).toBeLessThanOrEqual(header.endtime)
        for (const most of [realm.maxLife, server.maxLife, client?.maxLife ?? 0])
          if (most !== 0) expect(times.endtime).toBeLessThanOrEqual(times.starttime + most)
        expect(times.endtime).toBe(Math.min(MOST, bound(times.endBy, given, times.starttime, 'end')))
        if (times.renewTill !== undefined)
          expect(times.renewTill).toBe(Math.min(MOST, bound(times.renewBy!, given, times.starttime, 'renewal')))
      }),
      { numRuns: 10_000 },
    )
  })

  it('are the least of the bounds, not less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(5), (least, which) => {
        const lives = [0, 1, 2, 3, 4, 5].map(i => (i === which ? least : least + 1 + i))
        const times = ticketTimes({
          now: NOW,
          body: { kdcOptions: KdcOptions.RENEWABLE, from: undefined, till: NOW + lives[0]!, rtime: NOW + lives[1]! },
          client: { attributes: 0, maxLife: lives[2]!, maxRenewableLife: lives[2]! },
          server: { attributes: 0, maxLife: lives[3]!, maxRenewableLife: lives[3]! },
          realm: { maxLife: lives[4]!, maxRenewableLife: lives[4]! },
          header: {
            flags: TicketFlags.RENEWABLE,
            authtime: NOW - 5,
            starttime: undefined,
            endtime: NOW + lives[5]!,
            renewTill: NOW + lives[5]!,
          },
        })
        expect(times.endtime - NOW).toBe(Math.min(...lives.filter((_, i) => i !== 1)))
        expect(times.renewTill! - NOW).toBe(Math.min(...lives.filter((_, i) => i !== 0)))
      }),
    )
  })

  it.each([
    ['RENEWABLE-OK when the life was cut', { kdcOptions: KdcOptions.RENEWABLE_OK, till: NOW + 7200 }, NOW + 7200],
    ['RENEWABLE-OK when it was not', { kdcOptions: KdcOptions.RENEWABLE_OK, till: NOW + 3600 }, undefined],
    ['RENEWABLE-OK asking for the most', { kdcOptions: KdcOptions.RENEWABLE_OK, till: 0 }, undefined],
    ['RENEWABLE without a time', { kdcOptions: KdcOptions.RENEWABLE, till: 0 }, NOW + 86_400],
    ['nothing', { kdcOptions: 0, till: NOW + 7200 }, undefined],
  ])('renewable: %s', (_name, body, renewTill) => {
    const bound = { attributes: 0, maxLife: 3600, maxRenewableLife: 86_400 }
    expect(
      ticketTimes({
        now: NOW,
        body: { from: undefined, rtime: undefined, ...body },
        client: bound,
        server: bound,
        realm: bound,
        header: undefined,
      }).renewTill,
    ).toBe(renewTill)
  })

  it('an explicit wish for a renewable ticket is granted even where it is useless, as by MIT', () => {
    const bound = { attributes: 0, maxLife: 3600, maxRenewableLife: 0 }
    const body = { kdcOptions: KdcOptions.RENEWABLE, from: undefined, till: 0, rtime: NOW + 100 }
    expect(ticketTimes({ now: NOW, body, client: bound, server: bound, realm: bound, header: undefined }).renewTill).toBe(NOW)
  })
})

describe('ticket flags', () => {
  const flagGrounds = fc.record({
    kdcOptions: options,
    clientAttributes: fc.option(attributes, { nil: undefined }),
    serverAttributes: attributes,
    headerFlags: fc.option(u32, { nil: undefined }),
  })

  it('are never set without having been earned (threat T12)', () => {
    fc.assert(
      fc.property(flagGrounds, given => {
        const { kdcOptions, clientAttributes = 0, serverAttributes, headerFlags } = given
        const flags = ticketFlags(given)
        if (headerFlags !== undefined && kdcOptions & (KdcOptions.RENEW | KdcOptions.VALIDATE)) {
          expect(flags).toBe((headerFlags & ~TicketFlags.INVALID) >>> 0)
          return
        }
        const asked = (flag: number) => Boolean(kdcOptions & flag)
        const had = (flag: number) => headerFlags !== undefined && Boolean(headerFlags & flag)
        const has = (flag: number) => Boolean(flags & flag)
        const disallowed = clientAttributes | serverAttributes
        for (const flag of [TicketFlags.FORWARDABLE, TicketFlags.PROXIABLE, TicketFlags.MAY_POSTDATE])
          if (has(flag)) expect(asked(flag) && (headerFlags === undefined || had(flag))).toBe(true)
        if (has(TicketFlags.FORWARDABLE)) expect(disallowed & PrincipalAttribute.DISALLOW_FORWARDABLE).toBe(0)
        if (has(TicketFlags.PROXIABLE)) expect(disallowed & PrincipalAttribute.DISALLOW_PROXIABLE).toBe(0)
        for (const flag of [TicketFlags.FORWARDED, TicketFlags.PROXY]) if (has(flag)) expect(asked(flag) || had(flag)).toBe(true)
        for (const flag of [TicketFlags.PRE_AUTHENT, TicketFlags.HW_AUTHENT, TicketFlags.ANONYMOUS]) expect(has(flag)).toBe(had(flag))
        expect(has(TicketFlags.INITIAL)).toBe(headerFlags === undefined)
        expect(has(TicketFlags.INVALID)).toBe(asked(KdcOptions.POSTDATED))
        expect(has(TicketFlags.POSTDATED)).toBe(asked(KdcOptions.POSTDATED))
        expect(has(TicketFlags.OK_AS_DELEGATE)).toBe(
          headerFlags !== undefined && Boolean(serverAttributes & PrincipalAttribute.OK_AS_DELEGATE),
        )
        expect(has(TicketFlags.RENEWABLE)).toBe(false)
        expect(has(TicketFlags.TRANSITED_POLICY_CHECKED)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('lockout', () => {
  it('locks after exactly so many failures in a row, and lets nobody in before the duration is over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.nat(1000),
        fc.array(fc.nat(50), { minLength: 1, maxLength: 12 }),
        (maxFailures, lockoutDuration, pauses) => {
          const policy = { maxFailures, failureInterval: 0, lockoutDuration } as PolicyEntry
          let client = {
            attributes: PrincipalAttribute.REQUIRES_PRE_AUTH,
            lastSuccess: 0,
            lastFailed: 0,
            failAuthCount: 0,
            tlData: [] as PrincipalEntry['tlData'],
          } as PrincipalEntry
          let now = NOW
          let inARow = 0
          for (const pause of pauses) {
            now += pause
            const locked = isLockedOut(client, policy, now)
            expect(locked).toBe(inARow >= maxFailures && (lockoutDuration === 0 || client.lastFailed + lockoutDuration > now))
            const counters = countersAfter(client, policy, 'failure', now, { disableLockout: false, disableLastSuccess: false })
            expect(counters === undefined).toBe(locked)
            if (counters === undefined) continue
            inARow++
            client = { ...client, ...counters }
            expect(client.failAuthCount).toBe(inARow)
          }
        },
      ),
    )
  })
})
