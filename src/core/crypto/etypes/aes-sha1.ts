import { ChecksumType } from '../../registry/checksum-type.ts'
import { ETYPE } from '../../registry/etype.ts'
import { AES_128, AES_256 } from '../primitives/cbc.ts'
import type { EtypeRow } from '../profiles/build-etype.ts'

/** RFC 3962 §6, §7. */
export const AES128_SHA1: EtypeRow = {
  id: ETYPE.AES128_CTS_HMAC_SHA1_96,
  cipher: AES_128,
  hash: 'sha1',
  tagBytes: 12,
  checksumType: ChecksumType.HMAC_SHA1_96_AES128,
  defaultIterations: 4096,
}

export const AES256_SHA1: EtypeRow = {
  ...AES128_SHA1,
  id: ETYPE.AES256_CTS_HMAC_SHA1_96,
  cipher: AES_256,
  checksumType: ChecksumType.HMAC_SHA1_96_AES256,
}
