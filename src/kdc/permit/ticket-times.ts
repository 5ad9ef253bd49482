import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import type { PrincipalEntry } from '../store/entry.ts'

/** Who decided about an end: what the client asked for, one of the three maxima, or the ticket that came with the request. */
export type Limit = 'request' | 'realm' | 'server' | 'client' | 'ticket'

/** Seconds since 1970. `renewTill` undefined: not renewable. */
export interface TicketTimes {
  readonly authtime: number
  readonly starttime: number
  readonly endtime: number
  readonly endBy: Limit
  readonly renewTill: number | undefined
  /** Without `renewTill`: who stood in the way of a renewable ticket; undefined when none was asked for. */
  readonly renewBy: Limit | undefined
}

export interface TimeGrounds {
  readonly now: number
  readonly body: Pick<KdcReqBody, 'kdcOptions' | 'from' | 'till' | 'rtime'>
  /** undefined for a client of another realm. */
  readonly client: Bounds | undefined
  readonly server: Bounds
  readonly realm: Pick<RealmPolicy, 'maxLife' | 'maxRenewableLife'>
  /** undefined in the AS. */
  readonly header: HeaderTimes | undefined
}

type Bounds = Pick<PrincipalEntry, 'attributes' | 'maxLife' | 'maxRenewableLife'>

type HeaderTimes = Pick<EncTicketPart, 'flags' | 'authtime' | 'starttime' | 'endtime' | 'renewTill'>

/**
 * Times of the ticket to be issued (RFC 4120 §3.1.3, §3.3.3). A result whose end is not after its start is KDC_ERR_NEVER_VALID to the caller.
 *
 * - Validation keeps the ticket's times; renewal gives the same life again, up to renew-till.
 * - Otherwise the end is the least of: the one asked for (0 asks for the most), start + each of realm, client and server maximum (0 = none),
 *   and the header ticket's end.
 */
export function ticketTimes(grounds: TimeGrounds): TicketTimes {
  const { now, body, header } = grounds
  if (header !== undefined && body.kdcOptions & KdcOptions.VALIDATE) {
    const { authtime, starttime = authtime, endtime } = header
    const renewTill = header.flags & TicketFlags.RENEWABLE ? header.renewTill : undefined
    return { authtime, starttime, endtime, endBy: 'ticket', renewTill, renewBy: renewTill === undefined ? undefined : 'ticket' }
  }
  const authtime = header?.authtime ?? now
  // A start in the past, or none, is now (RFC 4120 §3.1.3).
  const starttime = body.kdcOptions & KdcOptions.POSTDATED ? Math.max(body.from ?? now, now) : now
  const end = header !== undefined && body.kdcOptions & KdcOptions.RENEW ? renewedEnd(header, now) : leastEnd(grounds, starttime)
  const renew = leastRenewTill(grounds, starttime, end.at)
  return { authtime, starttime, endtime: end.at, endBy: end.by, renewTill: renew?.at, renewBy: renew?.by }
}

/** Whether somebody else than the client decided about an end. */
export function feltLimits({ endBy, renewBy = 'request' }: Pick<TicketTimes, 'endBy' | 'renewBy'>): boolean {
  return endBy !== 'request' || renewBy !== 'request'
}

function renewedEnd({ authtime, starttime = authtime, endtime, renewTill = 0 }: HeaderTimes, now: number): End {
  return { at: Math.min(renewTill, now + endtime - starttime), by: 'ticket' }
}

function leastEnd({ body, client, server, realm, header }: TimeGrounds, starttime: number): End {
  return least(
    { at: body.till === 0 ? FOREVER : body.till, by: 'request' },
    { at: endOf(realm.maxLife, starttime), by: 'realm' },
    { at: endOf(server.maxLife, starttime), by: 'server' },
    { at: endOf(client?.maxLife ?? 0, starttime), by: 'client' },
    { at: header?.endtime ?? FOREVER, by: 'ticket' },
  )
}

/**
 * The least of: the time asked for (0 or none asks for the most), start + each of realm, client and server maximum, and the header ticket's
 * renew-till. With RENEWABLE even a useless one is granted, as MIT does; a renewed ticket is only renewable when RENEWABLE is asked for too, as
 * all clients do; RENEWABLE-OK asks for the end that could not be had.
 */
function leastRenewTill(
  { body, client, server, realm, header }: TimeGrounds,
  starttime: number,
  endtime: number,
): { readonly at: number | undefined; readonly by: Limit } | undefined {
  const asked = Boolean(body.kdcOptions & KdcOptions.RENEWABLE)
  if (!asked && !(body.kdcOptions & KdcOptions.RENEWABLE_OK && body.till > endtime)) return undefined
  const hindrance = notRenewableBy(client, server, header)
  if (hindrance !== undefined) return asked ? { at: undefined, by: hindrance } : undefined
  const found = least(
    { at: asked ? body.rtime || FOREVER : body.till, by: 'request' },
    { at: starttime + realm.maxRenewableLife, by: 'realm' },
    { at: starttime + server.maxRenewableLife, by: 'server' },
    { at: starttime + (client?.maxRenewableLife ?? FOREVER), by: 'client' },
    { at: header?.renewTill ?? FOREVER, by: 'ticket' },
  )
  return asked || found.at > endtime ? found : undefined
}

function notRenewableBy(client: Bounds | undefined, server: Bounds, header: HeaderTimes | undefined): Limit | undefined {
  if (server.attributes & Attributes.DISALLOW_RENEWABLE) return 'server'
  if (client !== undefined && client.attributes & Attributes.DISALLOW_RENEWABLE) return 'client'
  return header !== undefined && !(header.flags & TicketFlags.RENEWABLE) ? 'ticket' : undefined
}

interface End {
  readonly at: number
  readonly by: Limit
}

/** Of equal ends the first counts: a limit that takes nothing away has not decided. */
function least(...ends: readonly [End, ...End[]]): End {
  let found = ends[0]
  for (const end of ends) if (end.at < found.at) found = end
  return found.at > FOREVER ? { at: FOREVER, by: found.by } : found
}

function endOf(life: number, starttime: number): number {
  return life === 0 ? FOREVER : starttime + life
}

/** The last second that four octets can tell (2106). */
const FOREVER = 0xffff_ffff
