import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import type { PreparedKey } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Pac } from '../../core/pac/container.ts'
import { hasTicketSignature } from '../../core/pac/sign.ts'
import { pacOf, type TicketPac } from '../../core/pac/ticket-pac.ts'
import { verifyFullSignature, verifyKdcSignature, verifyServerSignature, verifyTicketSignature } from '../../core/pac/verify.ts'
import { isTgtPrincipal, type Principal } from '../../core/principal/principal.ts'
import type { VouchingKeys } from './vouching-keys.ts'

/** The PAC of a ticket, signed by the key that seals the ticket; undefined when there is none. Throws `KrbError` for a malformed or forged one. */
export function serverSignedPac(ticket: EncTicketPart, serverKey: PreparedKey): TicketPac | undefined {
  const found = pacOf(ticket)
  if (found !== undefined) verifyServerSignature(found.pac, serverKey)
  return found
}

/**
 * The same, believed. In tickets for ticket-granting services the server's signature is enough: its key belongs to KDCs. Other servers know their own
 * key, and so could make what they like; there the realm's KDC must have signed the ticket, the whole PAC and the server's signature (MS-PAC §2.8). `server` is
 * the canonical name of the entry whose key opened the ticket. Throws `KRB5KRB_AP_ERR_MODIFIED`, `KRB5_BAD_ENCTYPE`, `ENOENT` for a signature that is not there.
 */
export function believedPac(found: TicketPac | undefined, server: Principal, vouching: VouchingKeys): Pac | undefined {
  if (found === undefined) return undefined
  if (!isTgtPrincipal(server)) verifyByAnyKey(found, server, vouching)
  return found.pac
}

function verifyByAnyKey(found: TicketPac, server: Principal, { key, olderKeys }: VouchingKeys): void {
  try {
    verifyByKdc(found, server, key)
  } catch (error) {
    if (!(error instanceof KrbError) || !OF_ANOTHER_KEY.has(error.code)) throw error
    const older = olderKeys().find(candidate => isVerifiedBy(found, server, candidate))
    if (older === undefined) throw new KrbError('KRB5KRB_AP_ERR_MODIFIED')
  }
}

function verifyByKdc({ pac, blankedTicket }: TicketPac, server: Principal, key: PreparedKey): void {
  if (hasTicketSignature(server)) {
    verifyTicketSignature(pac, key, blankedTicket())
    verifyFullSignature(pac, key)
  }
  verifyKdcSignature(pac, key)
}

function isVerifiedBy(found: TicketPac, server: Principal, key: PreparedKey): boolean {
  try {
    verifyByKdc(found, server, key)
    return true
  } catch (error) {
    if (error instanceof KrbError && OF_ANOTHER_KEY.has(error.code)) return false
    throw error
  }
}

const OF_ANOTHER_KEY: ReadonlySet<string> = new Set(['KRB5KRB_AP_ERR_MODIFIED', 'KRB5_BAD_ENCTYPE'])
