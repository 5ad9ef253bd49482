import type { EncryptedData } from '../../core/asn1/messages/encrypted-data.ts'
import { digestText } from '../../core/crypto/primitives/hash.ts'

/**
 * A ticket's name in the audit stream: the first 16 octets of SHA-256 over the octets of its encrypted part, in hexadecimal. It is the same wherever
 * the ticket turns up, here and in other realms, and tells nothing about what is inside.
 */
export function ticketId({ cipher }: Pick<EncryptedData, 'cipher'>): string {
  return idOfDigest(digestText('sha256', cipher))
}

/** The same from SHA-256 in hexadecimal. */
export function idOfDigest(digest: string): string {
  return digest.slice(0, 32)
}
