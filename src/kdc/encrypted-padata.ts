import { Checksum } from '../core/asn1/messages/encrypted-data.ts'
import type { PaData } from '../core/asn1/messages/pa-data.ts'
import type { Bytes } from '../core/bytes/bytes.ts'
import { makeChecksum } from '../core/crypto/checksum.ts'
import type { PreparedKey } from '../core/crypto/etype.ts'
import { KeyUsage } from '../core/registry/key-usage.ts'
import { PaType } from '../core/registry/pa-type.ts'

/**
 * encrypted-pa-data of a reply (RFC 6806 §11): who asks with REQ-ENC-PA-REP gets a checksum over the request as it came, so that a request
 * changed on its way is noticed.
 */
export function encryptedPaData(padata: readonly PaData[], request: Bytes, replyKey: PreparedKey): readonly PaData[] {
  if (!padata.some(({ padataType }) => padataType === PaType.REQ_ENC_PA_REP)) return []
  const checksum = Checksum.encode(makeChecksum(replyKey, KeyUsage.AS_REQ, request))
  return [{ padataType: PaType.REQ_ENC_PA_REP, padataValue: checksum }]
}
