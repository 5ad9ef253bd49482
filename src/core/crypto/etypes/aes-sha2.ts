import { ChecksumType } from '../../registry/checksum-type.ts'
import { ETYPE } from '../../registry/etype.ts'
import { AES_128, AES_256 } from '../primitives/cbc.ts'
import type { EtypeRow } from '../profiles/build-etype.ts'

/** RFC 8009 §5, §6. */
export const AES128_SHA2: EtypeRow = {
  id: ETYPE.AES128_CTS_HMAC_SHA256_128,
  cipher: AES_128,
  hash: 'sha256',
  tagBytes: 16,
  checksumType: ChecksumType.HMAC_SHA256_128_AES128,
  defaultIterations: 32768,
}

export const AES256_SHA2: EtypeRow = {
  id: ETYPE.AES256_CTS_HMAC_SHA384_192,
  cipher: AES_256,
  hash: 'sha384',
  tagBytes: 24,
  checksumType: ChecksumType.HMAC_SHA384_192_AES256,
  defaultIterations: 32768,
}
