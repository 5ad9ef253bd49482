import type { Bytes } from '../bytes/bytes.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { isTgtPrincipal, type Principal } from '../principal/principal.ts'
import { PacBufferType } from '../registry/pac-buffer.ts'
import { buildPac, type PacBuffer, requirePacBuffer } from './container.ts'
import { emptySignature, fillSignature, signatureOctets } from './signature.ts'

/** The two that sign: the server's key seals the ticket, the key of the realm's own TGS says that this realm's KDC issued it. */
export interface PacKeys {
  readonly server: PreparedKey
  readonly kdc: PreparedKey
}

/**
 * A PAC with its signatures (MS-PAC §2.8): for service tickets over the ticket (`ticket`: its encrypted part in DER, with the PAC blanked out) and over the
 * whole PAC by the KDC; then the server's over the whole PAC, and the KDC's over the server's.
 */
export function signPac(contents: readonly PacBuffer[], keys: PacKeys, ticket: Bytes | undefined): Bytes {
  const kdcRoom = emptySignature(keys.kdc)
  const forService = [
    { type: PacBufferType.TICKET_CHECKSUM, data: kdcRoom },
    { type: PacBufferType.FULL_CHECKSUM, data: kdcRoom },
  ]
  const pac = buildPac([
    ...contents,
    ...(ticket === undefined ? [] : forService),
    { type: PacBufferType.SERVER_CHECKSUM, data: emptySignature(keys.server) },
    { type: PacBufferType.KDC_CHECKSUM, data: kdcRoom },
  ])
  if (ticket !== undefined) {
    fillSignature(requirePacBuffer(pac, PacBufferType.TICKET_CHECKSUM), keys.kdc, ticket)
    fillSignature(requirePacBuffer(pac, PacBufferType.FULL_CHECKSUM), keys.kdc, pac.octets)
  }
  const server = requirePacBuffer(pac, PacBufferType.SERVER_CHECKSUM)
  fillSignature(server, keys.server, pac.octets)
  fillSignature(requirePacBuffer(pac, PacBufferType.KDC_CHECKSUM), keys.kdc, signatureOctets(server))
  return pac.octets
}

/** Tickets for ticket-granting and password-changing services have no signature over the ticket (MS-PAC §2.8.3): only KDCs read them. */
export function hasTicketSignature(server: Principal): boolean {
  const [service, instance] = server.components
  return !isTgtPrincipal(server) && !(server.components.length === 2 && service === 'kadmin' && instance === 'changepw')
}
