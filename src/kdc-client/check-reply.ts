import type { HostAddress } from '../core/asn1/messages/host-address.ts'
import type { AsRep, EncKdcRepPart } from '../core/asn1/messages/kdc-rep.ts'
import { sameBytes, toHex } from '../core/bytes/bytes.ts'
import { etypeById } from '../core/crypto/etypes/index.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { ticketFlagNames } from '../core/flags/ticket-flags.ts'
import { displayText } from '../core/principal/display.ts'
import { fromPrincipalName, type Principal, samePrincipal, unparsePrincipal } from '../core/principal/principal.ts'
import { type EtypeId, etypeName } from '../core/registry/etype.ts'
import { skewHint } from './clock-hint.ts'

/** A KDC-REP with its encrypted part opened. Names are believed from the encrypted part alone (Orpheus' Lyre). */
export interface OpenedReply {
  readonly reply: Pick<AsRep, 'crealm' | 'cname' | 'ticket'>
  readonly part: EncKdcRepPart
}

/** `KRB5_KDCREP_MODIFIED` with what was asked for and what came, or `KRB5_KDCREP_SKEW`. */
export function mismatch(
  field: string,
  asked: string | number,
  received: string | number,
  code: 'KRB5_KDCREP_MODIFIED' | 'KRB5_KDCREP_SKEW' = 'KRB5_KDCREP_MODIFIED',
): KrbError {
  return new KrbError(
    code,
    { field, asked, received },
    { hints: [`${field} in the KDC's reply: asked for ${asked}, received ${received}`] },
  )
}

export function clientOf({ reply }: OpenedReply): Principal {
  return fromPrincipalName(reply.cname, reply.crealm)
}

export function serverOf({ part }: OpenedReply): Principal {
  return fromPrincipalName(part.sname, part.srealm)
}

/** The service outside and inside of the encryption is the same. */
export function checkTicketName(opened: OpenedReply): void {
  const { value } = opened.reply.ticket
  const outside = fromPrincipalName(value.sname, value.realm)
  if (!samePrincipal(serverOf(opened), outside)) throw mismatch('name of the ticket', shown(serverOf(opened)), shown(outside))
}

export function checkClient(opened: OpenedReply, client: Principal): void {
  const received = clientOf(opened)
  if (!samePrincipal(received, client)) throw mismatch('cname', shown(client), shown(received))
}

export function checkNonce({ part }: OpenedReply, nonce: number): void {
  if (part.nonce !== nonce) throw mismatch('nonce', nonce, part.nonce)
}

/** `limit` undefined: nothing was asked for that would bound it. */
export function checkAtMost(field: 'endtime' | 'renew-till', received: number | undefined, limit: number | undefined): void {
  if (limit !== undefined && (received ?? 0) > limit) throw mismatch(field, `at most ${limit}`, received ?? 0)
}

/** Absent (0 in a cache), it is the time of the log-in (RFC 4120 §5.3). */
export function startOf({ starttime, authtime }: { readonly starttime?: number | undefined; readonly authtime: number }): number {
  return starttime || authtime
}

/** `KRB5_KDCREP_SKEW` for a ticket that was to start at once but starts at another time than now. */
export function checkStart({ part }: OpenedReply, now: number, clockskew: number): void {
  const starttime = startOf(part)
  if (Math.abs(starttime - now) > clockskew) {
    throw mismatch('starttime', `${now} give or take ${clockskew}`, starttime, 'KRB5_KDCREP_SKEW').withHints(
      skewHint(now, starttime, clockskew),
    )
  }
}

/** No flag of `guarded` that is not in `allowed` (threat T12). */
export function checkFlags({ part }: OpenedReply, guarded: number, allowed: number): void {
  const extra = part.flags & guarded & ~allowed
  if (extra !== 0) throw mismatch('flags', ticketFlagNames(allowed & guarded).join(' ') || 'none', ticketFlagNames(extra >>> 0).join(' '))
}

/** The same addresses in any order; absent is the same as none. */
export function checkAddresses({ part }: OpenedReply, asked: readonly HostAddress[]): void {
  const received = part.caddr ?? []
  const has = (list: readonly HostAddress[], a: HostAddress) => list.some(b => a.addrType === b.addrType && sameBytes(a.address, b.address))
  if (asked.every(a => has(received, a)) && received.every(a => has(asked, a))) return
  throw mismatch('caddr', addressList(asked), addressList(received))
}

/** The session key is of an enctype that was asked for and works here, and as long as that enctype wants it. */
export function checkSessionKey({ part }: OpenedReply, asked: readonly EtypeId[]): void {
  const { keytype, keyvalue } = part.key
  const etype = etypeById(keytype)
  if (etype === undefined || !asked.includes(keytype)) {
    throw mismatch('enctype of the session key', asked.map(etypeName).join(' '), etypeName(keytype))
  }
  if (keyvalue.length !== etype.keyBytes) throw mismatch('length of the session key', etype.keyBytes, keyvalue.length)
}

export function shown(principal: Principal): string {
  return displayText(unparsePrincipal(principal))
}

function addressList(addresses: readonly HostAddress[]): string {
  return addresses.map(a => `${a.addrType}:${toHex(a.address.subarray(0, 16))}`).join(' ') || 'none'
}
