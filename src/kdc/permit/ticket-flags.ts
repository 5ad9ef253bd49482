import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'

/** What the flags of a ticket are computed from. */
export interface FlagGrounds {
  readonly kdcOptions: number
  /** Attributes of the client's entry; undefined for a client of another realm. */
  readonly clientAttributes: number | undefined
  readonly serverAttributes: number
  /** Flags of the header ticket; undefined in the AS. */
  readonly headerFlags: number | undefined
}

/**
 * Flags of the ticket to be issued (RFC 4120 §2, §3.1.3, §3.3.3), without RENEWABLE, which goes with renew-till, PRE-AUTHENT, which is earned
 * by pre-authentication, and TRANSITED-POLICY-CHECKED. What an entry does not allow is left out, not refused, as MIT does.
 */
export function ticketFlags({ kdcOptions, clientAttributes = 0, serverAttributes, headerFlags }: FlagGrounds): number {
  if (headerFlags !== undefined && kdcOptions & (KdcOptions.VALIDATE | KdcOptions.RENEW)) return (headerFlags & ~TicketFlags.INVALID) >>> 0
  let flags = (kdcOptions & REQUESTABLE) | TicketFlags.ENC_PA_REP
  if (kdcOptions & KdcOptions.POSTDATED) flags |= TicketFlags.INVALID
  if (headerFlags === undefined) flags |= TicketFlags.INITIAL
  else {
    flags |= headerFlags & INHERITED
    if (serverAttributes & Attributes.OK_AS_DELEGATE) flags |= TicketFlags.OK_AS_DELEGATE
  }
  const disallowed = clientAttributes | serverAttributes
  if (disallowed & Attributes.DISALLOW_PROXIABLE) flags &= ~TicketFlags.PROXIABLE
  if (disallowed & Attributes.DISALLOW_FORWARDABLE) flags &= ~TicketFlags.FORWARDABLE
  if (headerFlags !== undefined) flags &= headerFlags | ~(TicketFlags.PROXIABLE | TicketFlags.FORWARDABLE | TicketFlags.MAY_POSTDATE)
  return flags >>> 0
}

/** Options with the number of the flag that they ask for. */
const REQUESTABLE =
  KdcOptions.FORWARDABLE | KdcOptions.FORWARDED | KdcOptions.PROXIABLE | KdcOptions.PROXY | KdcOptions.ALLOW_POSTDATE | KdcOptions.POSTDATED

/** A ticket got with a forwarded ticket is forwarded too (RFC 4120 §2.6), and so on. */
const INHERITED = TicketFlags.FORWARDED | TicketFlags.PROXY | TicketFlags.PRE_AUTHENT | TicketFlags.HW_AUTHENT | TicketFlags.ANONYMOUS
