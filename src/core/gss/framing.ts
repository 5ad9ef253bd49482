import { DerReader, DerWriter, malformed } from '../asn1/der.ts'
import { type Bytes, concat, sameBytes } from '../bytes/bytes.ts'
import { KrbError } from '../errors/krb-error.ts'

/** TOK_ID of the tokens that set up a context (RFC 4121 §4.1). */
export const SetupToken = {
  AP_REQ: 0x0100,
  AP_REP: 0x0200,
  ERROR: 0x0300,
} as const

/** A Kerberos message as a context token: RFC 2743 §3.1 with the mechanism's OID, then TOK_ID (RFC 4121 §4.1). */
export function frameToken(kind: number, message: Bytes): Bytes {
  const writer = new DerWriter()
  writer.raw(concat(KRB5_MECHANISM, Uint8Array.of(kind >> 8, kind & 0xff), message))
  writer.header(FRAME, 0)
  return writer.finish()
}

/**
 * The TOK_ID and the message (a view) of a context token. Throws ASN1_* for a frame that is none or whose length is not that of the token,
 * and `KRB5KRB_AP_ERR_MSG_TYPE` for another mechanism and a token without TOK_ID.
 */
export function unframeToken(token: Bytes): { readonly kind: number; readonly message: Bytes } {
  const reader = new DerReader(token)
  reader.open(FRAME)
  // The frame alone is DER: what follows the OID is not.
  if (reader.end !== token.length) throw malformed('ASN1_BAD_LENGTH', reader.end)
  const content = reader.slice(reader.at, reader.end)
  const at = KRB5_MECHANISM.length
  if (content.length < at + 2 || !sameBytes(content.subarray(0, at), KRB5_MECHANISM)) throw new KrbError('KRB5KRB_AP_ERR_MSG_TYPE')
  return { kind: (content[at]! << 8) | content[at + 1]!, message: content.subarray(at + 2) }
}

/** [APPLICATION 0] IMPLICIT SEQUENCE. */
const FRAME = 0x60

/** OBJECT IDENTIFIER 1.2.840.113554.1.2.2 in DER (RFC 4121 §4). */
const KRB5_MECHANISM = Uint8Array.of(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02)
