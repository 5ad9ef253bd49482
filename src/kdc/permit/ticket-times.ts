import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { PrincipalAttribute as Attributes } from '../../core/flags/principal-attributes.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import type { RealmPolicy } from '../realm-settings.ts'
import type { PrincipalEntry } from '../store/entry.ts'

/** Seconds since 1970. `renewTill` undefined: not renewable. */
export interface TicketTimes {
  readonly authtime: number
  readonly starttime: number
  readonly endtime: number
  readonly renewTill: number | undefined
}

export interface TimeGrounds {
  readonly now: number
  readonly body: Pick<KdcReqBody, 'kdcOptions' | 'from' | 'till' | 'rtime'>
  /** undefined for a client of another realm. */
  readonly client: Bounds | undefined
  readonly server: Bounds
  readonly realm: Pick<RealmPolicy, 'maxLife' | 'maxRenewableLife'>
  /** undefined in the AS. */
  readonly header: Pick<EncTicketPart, 'flags' | 'authtime' | 'starttime' | 'endtime' | 'renewTill'> | undefined
}

type Bounds = Pick<PrincipalEntry, 'attributes' | 'maxLife' | 'maxRenewableLife'>

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
    const { authtime, starttime = authtime, endtime, renewTill } = header
    return { authtime, starttime, endtime, renewTill: header.flags & TicketFlags.RENEWABLE ? renewTill : undefined }
  }
  const authtime = header?.authtime ?? now
  const starttime = body.kdcOptions & KdcOptions.POSTDATED ? Math.max(body.from ?? now, now) : now
  if (header !== undefined && body.kdcOptions & KdcOptions.RENEW) {
    const life = header.endtime - (header.starttime ?? header.authtime)
    const endtime = Math.min(header.renewTill ?? 0, starttime + life)
    return { authtime, starttime, endtime, renewTill: leastRenewTill(grounds, starttime, endtime) }
  }
  const endtime = leastEnd(grounds, starttime)
  return { authtime, starttime, endtime, renewTill: leastRenewTill(grounds, starttime, endtime) }
}

function leastEnd({ body, client, server, realm, header }: TimeGrounds, starttime: number): number {
  const lives = [realm.maxLife, server.maxLife, client?.maxLife ?? 0].filter(life => life !== 0)
  return Math.min(body.till === 0 ? FOREVER : body.till, header?.endtime ?? FOREVER, FOREVER, ...lives.map(life => starttime + life))
}

/**
 * The least of: the time asked for (0 or none asks for the most), start + each of realm, client and server maximum, and the header ticket's
 * renew-till. With RENEWABLE even a useless one is granted, as MIT does; a renewed ticket stays renewable; RENEWABLE-OK asks for the end that could not be had.
 */
function leastRenewTill({ body, client, server, realm, header }: TimeGrounds, starttime: number, endtime: number): number | undefined {
  if ((server.attributes | (client?.attributes ?? 0)) & Attributes.DISALLOW_RENEWABLE) return undefined
  if (header !== undefined && !(header.flags & TicketFlags.RENEWABLE)) return undefined
  const asked = Boolean(body.kdcOptions & (KdcOptions.RENEWABLE | KdcOptions.RENEW))
  if (!asked && !(body.kdcOptions & KdcOptions.RENEWABLE_OK && body.till > endtime)) return undefined
  const wanted = asked ? body.rtime || FOREVER : body.till
  const life = Math.min(realm.maxRenewableLife, server.maxRenewableLife, client?.maxRenewableLife ?? FOREVER)
  const renewTill = Math.min(wanted, starttime + life, header?.renewTill ?? FOREVER, FOREVER)
  return asked || renewTill > endtime ? renewTill : undefined
}

/** The last second that four octets can tell (2106). */
const FOREVER = 0xffff_ffff
