import { describe, expect, test } from 'vitest'
import type { KrbErrorMessage } from '../../../src/core/asn1/messages/krb-error.ts'
import { KdcOptions } from '../../../src/core/flags/kdc-options.ts'
import { TicketFlags } from '../../../src/core/flags/ticket-flags.ts'
import { parsePrincipal, toPrincipalName } from '../../../src/core/principal/principal.ts'
import { refusedTicketHints } from '../../../src/kdc-client/tgs/explain-refusal.ts'
import { ticketGrantingTicket } from './fake-kdc.ts'

const SERVICE = parsePrincipal('host/x@R')

function hints(
  errorCode: number,
  more: { readonly said?: string; readonly options?: number; readonly flags?: number; readonly by?: string },
): readonly string[] {
  const { said, options = 0, flags = 0, by = 'krbtgt/R@R' } = more
  const message: KrbErrorMessage = {
    stime: 0,
    susec: 0,
    errorCode,
    realm: 'R',
    sname: toPrincipalName(SERVICE),
    ...(said !== undefined && { eText: said }),
  }
  const tgt = ticketGrantingTicket({ server: parsePrincipal(by), client: parsePrincipal('web@R'), flags })
  return refusedTicketHints(message, { tgt, server: SERVICE, kdcOptions: options, etypes: [], now: { seconds: 0, micros: 0 } })
}

describe('an option that the KDC does not grant', () => {
  test.each([
    [KdcOptions.FORWARDABLE, TicketFlags.FORWARDABLE, 'is not forwardable: tkinit -f asks for one that is'],
    [KdcOptions.PROXY, TicketFlags.PROXIABLE, 'is not proxiable: tkinit -p asks for one that is'],
    [KdcOptions.POSTDATED, TicketFlags.MAY_POSTDATE, 'gives no postdated ones: tkinit --postdatable asks for one that does'],
    [KdcOptions.RENEW, TicketFlags.RENEWABLE, 'is not renewable: tkinit -r asks for one that is'],
    [KdcOptions.VALIDATE, TicketFlags.INVALID, 'is valid already: only postdated ones (tkinit -s) need validation'],
  ])('%i needs a flag of the ticket', (options, flag, lacking) => {
    expect(hints(13, { options })).toEqual([expect.stringMatching(/^asked for: \S+$/), `the ticket for krbtgt/R@R ${lacking}`])
    expect(hints(13, { options, flags: flag })).toHaveLength(1)
    expect(hints(12, { options })).toEqual([])
  })
})

describe("what a KDC's own words mean", () => {
  test.each([
    [12, 'HIGHER_AUTHENTICATION_REQUIRED', /^host\/x@R wants .*require_auth/],
    [12, 'DUP_SKEY DISALLOWED', /^host\/x@R .*\+allow_dup_skey/],
    [7, 'SERVER LOCKED OUT', /^host\/x@R .*\+allow_tix/],
    [13, 'EVIDENCE_TKT_NOT_FORWARDABLE', /modprinc \+ok_to_auth_as_delegate web@R/],
    [13, 'NOT_ALLOWED_TO_DELEGATE', /setstr web@R delegate_to host\/x@R$/],
  ])('%i %s', (code, said, hint) => {
    expect(hints(code, { said }).at(-1)).toMatch(hint)
  })

  test('words that nobody knows are left alone', () => {
    expect(hints(12, { said: 'constructor' })).toEqual([])
  })
})

test.each([31, 41, 44, 45])('%i of the realm that made the ticket: its key was changed', code => {
  expect(hints(code, {})).toEqual([
    expect.stringMatching(/^the KDC of R does not open the ticket for krbtgt\/R@R \(kvno \d+, \S+, of \S+Z\)$/),
    'the key of the realm was changed since, or another realm of that name answers: tkinit gets a new ticket',
  ])
  expect(hints(code, { by: 'krbtgt/R@OTHER' })).toEqual([])
})
