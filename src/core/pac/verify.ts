import type { Bytes } from '../bytes/bytes.ts'
import type { PreparedKey } from '../crypto/etype.ts'
import { PacBufferType } from '../registry/pac-buffer.ts'
import { type Pac, requirePacBuffer } from './container.ts'
import { signatureOctets, verifySignature } from './signature.ts'

/*
 * The signatures of a PAC (MS-PAC §2.8), one by one. Each throws what `verifySignature` throws, and `ENOENT` when a buffer is missing.
 */

/** By the key that seals the ticket, over the whole PAC. */
export function verifyServerSignature(pac: Pac, key: PreparedKey): void {
  const signature = requirePacBuffer(pac, PacBufferType.SERVER_CHECKSUM)
  requirePacBuffer(pac, PacBufferType.KDC_CHECKSUM)
  verifySignature(signature, key, blanked(pac, AFTER_ALL))
}

/** By the key of the realm's TGS, over the server's signature. */
export function verifyKdcSignature(pac: Pac, key: PreparedKey): void {
  const signed = signatureOctets(requirePacBuffer(pac, PacBufferType.SERVER_CHECKSUM))
  verifySignature(requirePacBuffer(pac, PacBufferType.KDC_CHECKSUM), key, signed)
}

/** By the key of the realm's TGS, over the ticket's encrypted part with the PAC blanked out (`blankedTicket`). */
export function verifyTicketSignature(pac: Pac, key: PreparedKey, ticket: Bytes): void {
  verifySignature(requirePacBuffer(pac, PacBufferType.TICKET_CHECKSUM), key, ticket)
}

/** By the key of the realm's TGS, over the whole PAC: who knows the server's key can find another PAC with the same server's signature, not with this one. */
export function verifyFullSignature(pac: Pac, key: PreparedKey): void {
  verifySignature(requirePacBuffer(pac, PacBufferType.FULL_CHECKSUM), key, blanked(pac, BEFORE_ALL))
}

/** The PAC as it was when signatures of these kinds were still to be made; their types stood there already. */
function blanked({ octets, buffers }: Pac, kinds: ReadonlySet<number>): Bytes {
  const copy = new Uint8Array(octets)
  for (const { type, offset, data } of buffers)
    if (kinds.has(type)) copy.fill(0, Math.min(offset + 4, offset + data.length), offset + data.length)
  return copy
}

const AFTER_ALL: ReadonlySet<number> = new Set([PacBufferType.SERVER_CHECKSUM, PacBufferType.KDC_CHECKSUM])
const BEFORE_ALL: ReadonlySet<number> = new Set([...AFTER_ALL, PacBufferType.FULL_CHECKSUM])
