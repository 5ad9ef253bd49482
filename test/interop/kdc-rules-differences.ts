import { KdcOptions } from '../../src/core/flags/kdc-options.ts'
import type { AsCase, Granted, Outcome, TgsCase } from './kdc-rules.test.ts'

/** Where our KDC decides otherwise than MIT's 1.20, and why. The first row that applies explains. */
export interface Difference {
  readonly name: string
  readonly reason: string
  applies(asked: AsCase | TgsCase, theirs: Outcome, ours: Outcome): boolean
}

const { FORWARDED, PROXY, POSTDATED, RENEW, VALIDATE, ENC_TKT_IN_SKEY } = KdcOptions
const CLOCKSKEW = 300

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'renew or validate together with postdated, or with each other',
    reason: 'MIT grants it. A renewed ticket would get a start of the client’s choice, and nobody would have to validate it.',
    applies: ({ options, kind }, _, ours) =>
      kind === 'TGS' &&
      isError(ours, 13) &&
      Boolean(options & (RENEW | VALIDATE)) &&
      (Boolean(options & POSTDATED) || (options & (RENEW | VALIDATE)) === (RENEW | VALIDATE)),
  },
  {
    name: 'a start in the future without POSTDATED',
    reason: 'MIT passes over the start and grants a ticket for now. RFC 4120 §3.1.3 and §3.3.3 want error 10.',
    applies: ({ options, from = 0 }, _, ours) => isError(ours, 10) && !(options & POSTDATED) && from > CLOCKSKEW,
  },
  {
    name: 'an end that is not after the start',
    reason: 'MIT grants a ticket that is over before it begins, or whose end has overflowed. RFC 4120 §3.1.3 wants error 11.',
    applies: (_, theirs, ours) => isError(ours, 11) && granted(theirs, ({ start, end }) => end <= Math.max(start, 0)),
  },
  {
    name: 'POSTDATED with a start in the past, or none',
    reason: 'MIT starts the ticket there, or in 1970, and counts its life from then. In RFC 4120 §3.1.3 it starts now.',
    applies: ({ options, from, kind }, theirs, ours) =>
      kind === 'AS' &&
      Boolean(options & POSTDATED) &&
      (from ?? -1) < 0 &&
      granted(ours, ({ start }) => start >= -1) &&
      granted(theirs, () => true),
  },
  {
    name: 'POSTDATED for a service with -allow_postdated',
    reason: 'MIT’s TGS refuses ALLOW-POSTDATE alone, its AS both. A service that takes no postdated tickets takes none from either.',
    applies: (asked, theirs, ours) =>
      asked.kind === 'TGS' &&
      asked.server === 'host/prompt' &&
      Boolean(asked.options & POSTDATED) &&
      isError(ours, 10) &&
      granted(theirs, () => true),
  },
  {
    name: 'POSTDATED in the TGS',
    reason: 'MIT 1.20 passes over the start that was asked for (since 1.21 it does not) and grants an invalid ticket for now.',
    applies: ({ options, kind, from = 0 }, theirs, ours) =>
      kind === 'TGS' &&
      Boolean(options & POSTDATED) &&
      from > 0 &&
      granted(theirs, ({ start }) => start <= 1) &&
      !granted(ours, ({ start }) => start <= 1),
  },
  {
    name: 'the times of a validated ticket',
    reason: 'MIT 1.20 computes them anew from the request (since 1.21 it does not). In RFC 4120 §3.3.3.1 it is the same ticket, now valid.',
    applies: ({ options, kind }, theirs, ours) =>
      kind === 'TGS' &&
      Boolean(options & VALIDATE) &&
      granted(theirs, ({ start }) => start >= -1) &&
      granted(ours, ({ start }) => start < -1),
  },
  {
    name: 'two reasons to refuse',
    reason: 'MIT 1.20 looks at the attributes of the server first; since 1.21 at the ticket first, as we do.',
    applies: ({ kind }, theirs, ours) => kind === 'TGS' && isError(theirs, 2, 7, 10, 12, 27, 60) && isError(ours, 13, 26, 35, 12, 33),
  },
  {
    name: 'a proxy got with a TGT',
    reason:
      'MIT wants the service ticket that the proxy is made of; RFC 4120 §5.4.1 speaks of the TGT, and Heimdal’s clients send it. We take both.',
    applies: ({ options, kind }, theirs, ours) =>
      kind === 'TGS' && (options & (PROXY | FORWARDED | RENEW | VALIDATE)) === PROXY && isError(theirs, 26) && !isError(ours, 26),
  },
  {
    name: 'a second ticket that is not valid yet',
    reason: 'MIT looks at neither flags nor times of the second ticket. An INVALID ticket is good for validation only (RFC 4120 §2.2).',
    applies: (asked, theirs, ours) =>
      asked.kind === 'TGS' &&
      Boolean(asked.options & ENC_TKT_IN_SKEY) &&
      asked.second === 'later tgt of host/user' &&
      granted(theirs, () => true) &&
      isError(ours, 33),
  },
]

function isError(outcome: Outcome, ...codes: readonly number[]): boolean {
  return 'error' in outcome && codes.includes(outcome.error)
}

function granted(outcome: Outcome, fits: (ticket: Granted) => boolean): boolean {
  return !('error' in outcome) && fits(outcome)
}
