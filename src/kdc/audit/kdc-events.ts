import type { EncryptedData } from '../../core/asn1/messages/encrypted-data.ts'
import type { KdcReqBody } from '../../core/asn1/messages/kdc-req.ts'
import type { PaData } from '../../core/asn1/messages/pa-data.ts'
import { KdcOptions, kdcOptionNames } from '../../core/flags/kdc-options.ts'
import { ticketFlagNames } from '../../core/flags/ticket-flags.ts'
import { fromPrincipalName, type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { type EtypeId, etypeName } from '../../core/registry/etype.ts'
import { PaType } from '../../core/registry/pa-type.ts'
import { isoTime } from '../../core/time/format.ts'
import type { PeerAddress } from '../peer-address.ts'
import type { TgsResolved } from '../permit/resolved.ts'
import type { TicketTimes } from '../permit/ticket-times.ts'
import type { Refusal } from '../refusal.ts'
import type { HeaderTicket } from '../tgs/header-ticket.ts'
import { crossRealmUse } from './cross-realm.ts'
import type { TgsKind } from './event.ts'
import { quoted, quotedList, Remembered } from './json-text.ts'
import type { IssuedEtypes } from './log-line.ts'
import { idOfDigest, ticketId } from './ticket-id.ts'
import type { AuditTrail } from './trail.ts'

/** What was issued, for the event about it. */
export interface Issued {
  readonly encPart: EncryptedData
  readonly etypes: IssuedEtypes
  readonly flags: number
  readonly times: TicketTimes
}

interface Told {
  readonly body: KdcReqBody
  readonly padata: readonly PaData[]
  readonly from: PeerAddress
  /** Whether the client has an entry in this database. */
  readonly clientKnown: boolean
  readonly result: Issued | Refusal
}

export interface AsTold extends Told {
  /** Names of the mechanisms that the client passed. */
  readonly preauth: readonly string[]
}

export interface TgsTold extends Told {
  /** The ticket shown, when it could be opened. */
  readonly header: HeaderTicket | undefined
  readonly client: Principal | undefined
  readonly server: Principal | undefined
  /** As far as the request got. */
  readonly resolved: TgsResolved | undefined
  /** S4U: the user for whom the client acts, or wants to act. */
  readonly actedFor: Principal | undefined
}

/**
 * The events of one realm's KDC (`AsEvent`, `TgsEvent` in `event.ts`). Their JSON is put together here: most of it is the same from one request to the
 * next, and JSON.stringify would cost more than an event may.
 */
export class KdcEvents {
  readonly #trail: AuditTrail
  readonly #realm: string
  readonly #options = new Remembered((options: number) => quotedList(kdcOptionNames(options)))
  readonly #etypes = new Remembered((etypes: string) => quotedList(etypes.split(',').map(etype => etypeName(Number(etype)))))
  readonly #flags = new Remembered((flags: number) => quotedList(ticketFlagNames(flags)))
  readonly #etype = new Remembered((etype: EtypeId) => quoted(etypeName(etype)))
  readonly #time = new Remembered((seconds: number) => `"${isoTime(seconds)}"`)

  constructor(trail: AuditTrail, realm: string) {
    this.#trail = trail
    this.#realm = realm
  }

  as(told: AsTold): void {
    const { body, preauth } = told
    const client = body.cname && fromPrincipalName(body.cname, body.realm)
    const server = body.sname && fromPrincipalName(body.sname, body.realm)
    const passed = preauth.length > 0 ? `,"preauth":${quoted(preauth.join(' '))}` : ''
    this.#trail.record(`"event":"as"${this.#common(told, nameOf(client), server)}${passed},"pkinit":null`)
  }

  tgs(told: TgsTold): void {
    const { client, server, header, resolved, actedFor } = told
    const second = resolved?.second
    const crossRealm = crossRealmUse(told, this.#realm, this.#trail)
    const named = nameOf(client)
    const text = [
      `"event":"tgs","kind":"${kindOf(told)}"`,
      this.#common(told, named, server),
      actedFor === undefined ? '' : `,"on_behalf_of":${nameOf(actedFor)}`,
      header === undefined ? '' : `,"header_ticket":${this.#shown(header, named)}`,
      second === undefined
        ? ''
        : `,"second_ticket":${this.#shown(second, nameOf(fromPrincipalName(second.ticket.cname, second.ticket.crealm)))}`,
      crossRealm === undefined ? '' : `,"cross_realm":${JSON.stringify(crossRealm)}`,
    ]
    this.#trail.record(text.join(''), crossRealm?.first_seen)
  }

  #common({ body, padata, from, clientKnown, result }: Told, client: string, server: Principal | undefined): string {
    const etypes = body.etype.length > MOST_SHOWN ? body.etype.slice(0, MOST_SHOWN) : body.etype
    const types =
      padata.length === 0
        ? ''
        : padata
            .slice(0, MOST_SHOWN)
            .map(({ padataType }) => padataType)
            .join(',')
    return (
      `,${outcome(result)},"realm":${quoted(this.#realm)},"address":"${from.text}","client":${client},"client_known":${clientKnown},` +
      `"server":${nameOf(server)},"request":{"etypes":${etypes.length === 0 ? '[]' : this.#etypes.of(etypes.join())},` +
      `"kdc_options":${this.#options.of(body.kdcOptions)},"padata":[${types}]}${'encPart' in result ? this.#ticket(result) : ''}`
    )
  }

  #ticket({ encPart, etypes, flags, times }: Issued): string {
    const { authtime, starttime, endtime, renewTill } = times
    const etype = this.#etype
    const time = this.#time
    return (
      `,"ticket":{"id":"${ticketId(encPart)}","etypes":{"reply":${etype.of(etypes.reply)},"ticket":${etype.of(etypes.ticket)},` +
      `"session":${etype.of(etypes.session)}},"flags":${this.#flags.of(flags)},"authtime":${time.of(authtime)},"starttime":${time.of(starttime)},` +
      `"endtime":${time.of(endtime)},"renew_till":${renewTill === undefined ? 'null' : time.of(renewTill)}}`
    )
  }

  /** A ticket that came with the request, and its client in JSON. */
  #shown({ digest, server, ticket }: Shown, client: string): string {
    return `{"id":"${idOfDigest(digest)}","server":${nameOf(server)},"client":${client},"authtime":${this.#time.of(ticket.authtime)}}`
  }
}

interface Shown {
  readonly digest: string
  readonly server: Principal
  readonly ticket: { readonly authtime: number }
}

/** The first that fits. */
function kindOf({ body, padata, resolved }: TgsTold): TgsKind {
  const { kdcOptions } = body
  if (kdcOptions & KdcOptions.VALIDATE) return 'validate'
  if (kdcOptions & KdcOptions.RENEW) return 'renew'
  if (kdcOptions & KdcOptions.CNAME_IN_ADDL_TKT) return 's4u2proxy'
  if (padata.some(isS4u)) return 's4u2self'
  if (kdcOptions & KdcOptions.ENC_TKT_IN_SKEY) return 'user-to-user'
  if (kdcOptions & KdcOptions.FORWARDED) return 'forward'
  if (kdcOptions & KdcOptions.PROXY) return 'proxy'
  return resolved?.referral ? 'referral' : 'service'
}

function isS4u({ padataType }: PaData): boolean {
  return padataType === PaType.FOR_USER || padataType === PaType.S4U_X509_USER
}

function outcome(result: Issued | Refusal): string {
  if ('encPart' in result) return '"outcome":"success","status":"ISSUE"'
  const { code, protocolCode, status, text } = result
  return `"outcome":"failure","status":${quoted(status)},"error":{"code":"${code}","number":${protocolCode},"text":${quoted(text)}}`
}

function nameOf(principal: Principal | undefined): string {
  return principal === undefined ? 'null' : quoted(unparsePrincipal(principal))
}

/** Nobody honest has more; a line stays a line. */
const MOST_SHOWN = 64
