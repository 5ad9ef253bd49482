import { describe, expect, it } from 'vitest'
import { KdcOptions, kdcOptionNames } from '../../../../src/core/flags/kdc-options.ts'
import { TicketFlags, ticketFlagLetters, ticketFlagNames } from '../../../../src/core/flags/ticket-flags.ts'

describe('ticket flags', () => {
  it.each([
    [TicketFlags.FORWARDABLE | TicketFlags.RENEWABLE | TicketFlags.INITIAL | TicketFlags.PRE_AUTHENT, 'FRIA'],
    [TicketFlags.FORWARDABLE | TicketFlags.PROXIABLE | TicketFlags.RENEWABLE | TicketFlags.INITIAL, 'FPRI'],
    [TicketFlags.HW_AUTHENT | TicketFlags.PRE_AUTHENT, 'HA'],
    [0xffffffff, 'FfPpDdiRIHATOa'],
    [TicketFlags.ENC_PA_REP, ''],
    [0, ''],
  ])('%i shows as %j', (flags, letters) => {
    expect(ticketFlagLetters(flags >>> 0)).toBe(letters)
  })

  it('carry the names of the RFC in bit order', () => {
    expect(ticketFlagNames(0x50e10000)).toEqual(['forwardable', 'proxiable', 'renewable', 'initial', 'pre-authent', 'enc-pa-rep'])
    expect(ticketFlagNames(0x80080001)).toEqual(['bit 0', 'transited-policy-checked', 'bit 31'])
    expect(ticketFlagNames(0)).toEqual([])
  })
})

describe('kdc-options', () => {
  it('carry the names of the RFC in bit order', () => {
    expect(kdcOptionNames(KdcOptions.FORWARDABLE | KdcOptions.RENEWABLE | KdcOptions.RENEWABLE_OK | KdcOptions.CANONICALIZE)).toEqual([
      'forwardable',
      'renewable',
      'canonicalize',
      'renewable-ok',
    ])
    expect(kdcOptionNames(0x0000002b)).toEqual(['disable-transited-check', 'enc-tkt-in-skey', 'renew', 'validate'])
  })
})
